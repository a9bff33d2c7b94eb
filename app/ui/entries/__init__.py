"""Entries of the history as rows, and what can be done with them, on every page that lists some."""
