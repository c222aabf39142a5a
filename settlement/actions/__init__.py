"""What is done with policies, bills and settlements: verbs, each in one transaction with its trail row."""
