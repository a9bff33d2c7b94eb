"""Many prompts for the same candidates, and the table of their answers."""
