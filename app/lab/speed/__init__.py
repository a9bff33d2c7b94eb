"""Speed, taken on a PC at rest."""
