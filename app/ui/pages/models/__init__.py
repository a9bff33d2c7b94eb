"""The Models page: the Hub, what is on this PC, and downloads."""
