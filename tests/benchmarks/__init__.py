"""Measures speed, smoothness and memory: ``python -m tests.benchmarks`` (``make bench``)."""
