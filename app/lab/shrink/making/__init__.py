"""A version is made by a recipe."""
