"""Engines elsewhere: one model of one server each, by what the server speaks."""
