"""Who, whom, which disease, which year: the lowest floor. Imports no other app."""
