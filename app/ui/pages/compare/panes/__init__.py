"""Panes side by side, and the box to ask in."""
