"""Texts of others, made safe to show, to keep and to share."""
