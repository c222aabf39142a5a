"""Pages of the hospitals: one page group a file."""
