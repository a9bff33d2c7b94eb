"""Chats: turns, templates, thinking, divergence, export."""
