"""The settlement chain: policies as data, the pure engine and the batch calculator."""
