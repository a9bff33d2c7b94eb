"""Smaller versions as works of the queue."""
