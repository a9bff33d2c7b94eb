"""Serve: versions behind an address of this PC, for the person's other programs."""
