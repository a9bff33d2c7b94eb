"""What is on this PC."""
