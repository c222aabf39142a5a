"""Papers brought as proofs: looked into by a process of their own before they are kept."""
