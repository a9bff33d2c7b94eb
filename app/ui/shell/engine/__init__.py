"""What the window says and does about the engine of this PC."""
