"""What a candidate needs, whether it fits, and how fast it will be."""
