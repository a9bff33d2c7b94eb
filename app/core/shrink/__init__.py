"""Smaller versions: what is in a file, what matters in it, and which types it is to have."""
