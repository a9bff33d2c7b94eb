"""The ground: small work with files that knows nothing of models and imports nothing of the project."""
