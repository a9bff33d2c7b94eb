"""Model files made of others."""
