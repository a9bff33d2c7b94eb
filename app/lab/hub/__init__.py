"""Ways to the Hub, and what its files come to on this PC."""
