"""The window around the pages: rail, palette, help, status, the engine's state."""
