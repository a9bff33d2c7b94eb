"""Code within answers: its colours, its languages, and copies of it."""
