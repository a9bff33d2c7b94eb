"""Other devices: their memory, and how fast a candidate would be there."""
