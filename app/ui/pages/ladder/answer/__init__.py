"""The answer above the table: which one to run, the other versions, the person's limits."""
