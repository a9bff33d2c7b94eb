"""The chart of parameters against training tokens, and what stands beside it."""
