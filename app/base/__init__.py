"""The ground: small work with files that knows nothing of models or of the project."""
