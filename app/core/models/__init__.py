"""What a model file says of itself: header, kind, level, family, names."""
