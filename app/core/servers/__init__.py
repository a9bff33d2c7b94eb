"""Engines elsewhere: what is known of a server, and its address."""
