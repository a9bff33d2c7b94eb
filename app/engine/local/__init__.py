"""Engines on this PC: a process each, started, listened to, watched and ended."""
