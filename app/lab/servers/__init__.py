"""Engines elsewhere: the servers that a person added, and what is found there."""
