"""Outlines of candidates' marks: told apart without colour, the same in the window and in reports.

A mark's colour goes through the palette once; then the palette begins again with other shapes.
"""

from __future__ import annotations

import itertools
import string
from collections.abc import Sequence

from app.core.candidates.candidate import COLOURS

Outline = tuple[tuple[float, float], ...]

PALETTE = tuple(COLOURS.values())
CIRCLE: Outline = ()
_SQUARE: Outline = ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9))
_UP: Outline = ((0.0, -1.1), (1.0, 0.8), (-1.0, 0.8))
_DIAMOND: Outline = ((0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0))
_DOWN: Outline = ((0.0, 1.1), (1.0, -0.8), (-1.0, -0.8))
_HOURGLASS: Outline = ((-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0))
_LETTERS = frozenset(string.ascii_uppercase)
_OUTLINES = (CIRCLE, _SQUARE, _UP, _DIAMOND, _DOWN, _HOURGLASS)


def outline_of(number: int) -> Outline:
    """Corners of the mark of the candidate at this place, for a radius of 1; none for a circle."""
    return _OUTLINES[(number + number // len(_OUTLINES)) % len(_OUTLINES)]


def colour_of(number: int) -> str:
    """The colour of the candidate at this place, #RRGGBB."""
    return PALETTE[number % len(PALETTE)]


def numbers_of(letters: Sequence[str]) -> list[int]:
    """The places that letters stand for; what is none of A to Z gets the first that is free."""
    known = [ord(letter) - ord("A") if letter in _LETTERS else None for letter in letters]
    free = (number for number in itertools.count() if number not in known)
    return [next(free) if number is None else number for number in known]


def letter_of(number: int) -> str:
    """The letter of the candidate at this place: A to Z, then AA."""
    more, rest = divmod(number, 26)
    return (letter_of(more - 1) if more else "") + chr(ord("A") + rest)
