"""What there is to be opened or measured, and how it is chosen."""
