"""What the program and an engine say to each other, by subject."""
