"""The settlement chain as pure computation: a bill, a policy and the year so far in; every fen shared out."""
