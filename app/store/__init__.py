"""Chats, settings and paths: what outlives the program, one writer at a time."""
