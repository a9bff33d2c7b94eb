"""Experiments over engines: used by the window and the command line alike; no Qt."""
