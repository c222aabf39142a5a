"""Pages of the settlement window, the policies and the statements."""
