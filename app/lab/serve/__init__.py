"""Candidates behind an address that other programs can ask."""
