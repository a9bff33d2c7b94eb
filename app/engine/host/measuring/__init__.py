"""What is found out about a model, and about this PC."""
