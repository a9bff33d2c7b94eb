"""Ways to an engine: calls, the shelf, plans, speeds, self-check and repair."""
