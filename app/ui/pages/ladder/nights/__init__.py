"""Nights: what is asked before, and what is said in the morning."""
