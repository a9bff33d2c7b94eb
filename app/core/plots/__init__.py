"""Arithmetic of plots: axes, points, series."""
