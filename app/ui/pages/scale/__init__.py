"""The Scale page: models by size and training, and candidates on other devices."""
