"""Blind votes on the Ladder page."""
