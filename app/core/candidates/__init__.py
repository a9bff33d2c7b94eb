"""What runs: a model file with its settings."""
