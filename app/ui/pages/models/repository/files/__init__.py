"""Its files: one row a level."""
