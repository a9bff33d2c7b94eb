"""Blind votes: who stands left, what a vote says, and what many of them say together."""
