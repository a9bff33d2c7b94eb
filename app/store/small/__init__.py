"""Small databases of their own, each of which can be made anew."""
