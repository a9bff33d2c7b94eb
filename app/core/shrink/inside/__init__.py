"""What stands in a file: its tensors, what they lost, what leaving weights out would save."""
