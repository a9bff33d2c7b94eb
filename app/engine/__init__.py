"""What the rest of the program sees of an engine: messages, codec, client, pool."""
