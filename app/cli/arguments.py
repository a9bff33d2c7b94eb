"""Checks of arguments that several commands share."""

from __future__ import annotations

import argparse
from typing import Protocol


class Commands(Protocol):
    """What commands declare themselves to: argparse's sub-parsers."""

    def add_parser(self, name: str, **details: object) -> argparse.ArgumentParser:
        """Declare a command."""
        ...


def positive(word: str) -> int:
    """An argument that must be a whole number above zero."""
    value = _whole(word)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{word} is not above zero")
    return value


def not_negative(word: str) -> int:
    """An argument that must be a whole number of zero or more."""
    value = _whole(word)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{word} is below zero")
    return value


def temperature(word: str) -> float:
    """An argument that must be a number from 0 to 10."""
    try:
        value = float(word)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{word} is not a number") from None
    if not 0 <= value <= 10:
        raise argparse.ArgumentTypeError(f"{word} is not between 0 and 10")
    return value


def _whole(word: str) -> int:
    try:
        return int(word)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{word} is not a whole number") from None
