"""The models on this PC and their names."""
