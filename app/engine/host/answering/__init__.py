"""From messages to an answer."""
