"""How figures were taken: the tool tips of the ladder's table."""
