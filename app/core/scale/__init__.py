"""Parameters against training tokens: the law, what was published, what it means."""
