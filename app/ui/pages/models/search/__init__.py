"""Searching the Hub."""
