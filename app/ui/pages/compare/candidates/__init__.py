"""Choosing candidates and their settings."""
