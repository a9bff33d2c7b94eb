"""Settings of an engine, and what is known of it."""
