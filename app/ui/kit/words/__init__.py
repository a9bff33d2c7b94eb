"""Texts and figures in the person's language."""
