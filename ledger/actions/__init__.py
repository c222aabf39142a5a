"""Verbs: each is one transaction, names its actor with ``by=``, and writes its trail row in the same breath."""
