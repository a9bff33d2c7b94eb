"""What is said of a row and of the whole ladder."""
