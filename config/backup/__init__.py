"""The whole ledger in one file and back again: what is in it, how it is proved whole, and PostgreSQL's own programs."""
