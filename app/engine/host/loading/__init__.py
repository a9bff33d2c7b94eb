"""Weights and contexts: made, or only laid out."""
