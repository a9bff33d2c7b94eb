"""Broken model files against the whole way that a file takes: ``python -m tests.fuzz``."""
