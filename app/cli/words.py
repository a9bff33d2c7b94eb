"""Numbers as the command line writes them."""

from __future__ import annotations


def gigabytes(size_bytes: int | None) -> str:
    """A size in decimal units, as file managers show it."""
    if size_bytes is None:
        return "–"
    if size_bytes < 1_000_000_000:
        return f"{size_bytes / 1e6:.1f} MB"
    return f"{size_bytes / 1e9:.2f} GB"


def seconds(duration_ns: int | None) -> str:
    """A duration in seconds."""
    return "–" if duration_ns is None else f"{duration_ns / 1e9:.2f} s"


def number(value: float | None, digits: int = 1) -> str:
    """A plain number."""
    return "–" if value is None else f"{value:.{digits}f}"
