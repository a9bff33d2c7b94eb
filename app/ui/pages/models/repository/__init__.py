"""One repository of the Hub."""
