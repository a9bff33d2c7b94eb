"""The pseudo-language ``en_XA``: English that no one takes for English, to try translations with.

Vowels are doubled, so that texts are longer by about a third, letters have accents, and marks
stand at both ends, so that a text shows where it was cut or put together. What a program reads is
kept: places to fill in, tags, entities, letters of shortcuts and keys.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QObject, QTranslator

_LETTERS = "aeiouAEIOUcdghjklnrstwyzCDGHJKLNRSTWYZ"
_ACCENTED = "áéíóúÁÉÍÓÚçđğĥĵķłñřšţŵýžÇĐĞĤĴĶŁÑŘŠŢŴÝŽ"
_ACCENTS = str.maketrans(
    {
        letter: accented * (2 if letter in "aeiouAEIOU" else 1)
        for letter, accented in zip(_LETTERS, _ACCENTED, strict=True)
    }
)
_KEPT = re.compile(
    r"(\{[^{}]*\}|%L?\d+|%n|</?[a-z][^<>]*>|&#?\w+;|&&|&\w|https?://\S+"
    r"|\b(?:Ctrl|Alt|Shift|Meta)(?:\+\w+)+)"
)
# Qt asks for names of keys, which shortcuts are written and read by, and for the direction of text.
_NOT_WORDS = ("QShortcut", "QGuiApplication")


class PseudoTranslator(QTranslator):
    """Translates every text into the pseudo-language."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)

    # Qt's own names from here on.

    def isEmpty(self) -> bool:
        return False

    def translate(
        self, context: str, sourceText: str, disambiguation: str | None = None, n: int = -1
    ) -> str:
        return sourceText if context in _NOT_WORDS else pseudo(sourceText)


def pseudo(text: str) -> str:
    """A text in the pseudo-language; one without words stays as it is."""
    pieces = _KEPT.split(text)  # what is kept has the odd places
    if not any(character.isalpha() for piece in pieces[::2] for character in piece):
        return text
    pieces[::2] = [piece.translate(_ACCENTS) for piece in pieces[::2]]
    return f"«{''.join(pieces)}»"
