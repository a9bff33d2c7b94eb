"""Importance matrices of this PC: of which texts they are made, which are kept, which is meant."""
