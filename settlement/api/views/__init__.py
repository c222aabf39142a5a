"""The interface's addresses, one file a noun."""
