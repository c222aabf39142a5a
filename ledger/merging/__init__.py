"""Two records of one person made one: what is compared, what changes hands, and what is remembered so that it can be undone."""
