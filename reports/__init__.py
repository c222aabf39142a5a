"""What is due, the figures behind it, frozen submissions and their workbooks."""
