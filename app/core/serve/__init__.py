"""This PC as an engine for other programs: what they ask, and what they are told."""
