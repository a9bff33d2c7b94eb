"""What ``shrink`` is asked for and tells."""
