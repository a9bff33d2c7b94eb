"""Works that outlast a window: downloads and ladders."""
