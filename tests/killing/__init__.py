"""Kills the worker at random moments and looks at what is left: real processes, a Redis broker, PostgreSQL."""
