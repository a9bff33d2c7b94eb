"""Pictures of the real window with the real demo model, for the README and to be looked at."""
