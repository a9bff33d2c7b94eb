"""Importance matrices on the Shrink page: of which texts, which are kept, and what one changes."""
