"""What will fit and how fast it will be, before anything is loaded."""
