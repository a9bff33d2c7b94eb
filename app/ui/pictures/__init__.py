"""Pictures that people show to models: taken, shown small, and shown large."""
