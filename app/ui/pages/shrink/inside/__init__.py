"""What is inside a model file."""
