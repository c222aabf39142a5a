"""The REST interface for hospital systems: the same actions as the window, asked by signed requests."""
