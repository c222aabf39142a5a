"""A PostgreSQL of the checkout's own, for the trial and the tests, from the wheel that carries its binaries."""
