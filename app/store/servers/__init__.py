"""The servers that the person added, and what only they and their servers know."""
