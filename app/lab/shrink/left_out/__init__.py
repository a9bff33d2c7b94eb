"""What is left out of a version: layers, channels, experts, single weights."""
