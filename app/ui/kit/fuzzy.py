"""Finds commands by a few letters of their names. Pure functions."""

from __future__ import annotations

import unicodedata

_START_OF_WORD = 8
_NEXT_LETTER = 5
_LETTER = 1
_FIRST = 4
_LONG_TEXT = 0.02


def fold(text: str) -> str:
    """Lower case without accents, one character for each of the text's."""
    return "".join(unicodedata.normalize("NFD", letter)[0].casefold()[0] for letter in text)


def match(query: str, text: str) -> tuple[float, tuple[int, ...]] | None:
    """How well the letters of a query are found in a text, in their order.

    Spaces in the query only part its words. Starts of words and runs of letters count more.

    Returns:
        A score (higher is better) and where the letters stand in the text, or None if one lacks.
    """
    letters = [letter for letter in fold(query) if not letter.isspace()]
    if not letters:
        return 0.0, ()
    folded = fold(text)
    found: tuple[float, tuple[int, ...]] | None = None
    for start, letter in enumerate(folded):
        if letter == letters[0]:
            tried = _match_from(letters, folded, start)
            if tried is not None and (found is None or tried[0] > found[0]):
                found = tried
    return found


def _match_from(letters: list[str], text: str, start: int) -> tuple[float, tuple[int, ...]] | None:
    positions: list[int] = []
    score = -_LONG_TEXT * len(text)
    at = start
    for letter in letters:
        place = _best_place(letter, text, at, first=not positions)
        if place is None:
            return None
        begins_word = place == 0 or not text[place - 1].isalnum()
        follows = bool(positions) and place == positions[-1] + 1
        score += _START_OF_WORD if begins_word else _NEXT_LETTER if follows else _LETTER
        score += _FIRST if place == 0 else 0
        positions.append(place)
        at = place + 1
    return score, tuple(positions)


def _best_place(letter: str, text: str, at: int, *, first: bool) -> int | None:
    """The next letter itself if it fits, else the next start of a word, else anywhere."""
    if at < len(text) and text[at] == letter:
        return at
    if first:
        return None
    place = text.find(letter, at)
    later = place
    while later != -1:
        if not text[later - 1].isalnum():
            return later
        later = text.find(letter, later + 1)
    return None if place == -1 else place
