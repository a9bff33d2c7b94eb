"""Nights: ladders whose files come one by one, are measured and go again."""
