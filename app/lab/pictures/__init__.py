"""Pictures that people show to models."""
