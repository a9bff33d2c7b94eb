"""Many prompts for the same candidates."""
