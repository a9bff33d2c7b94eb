"""Compare the ways: versions that need the same memory, made in each way, on one ladder."""
