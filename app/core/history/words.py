"""How contents are prepared for SQLite's full-text index, and what people type for asking it.

The index cuts texts where letters and digits end. Scripts that write no spaces between words would
be one word a sentence: each of their letters stands alone here, and what is looked for of them is a
row of letters. The marks between them have no width, and :func:`shown` takes them out.
"""

from __future__ import annotations

import re
import unicodedata

from app.core.history.entry import MARKS

_BETWEEN = "\u200b"
# Kana, Chinese characters and their extensions; Thai, Lao, Burmese, Khmer.
_ALONE = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_BEFORE, _BEHIND = 40, 140
# So much of a text is looked through at first: what was found stands early in most.
_LOOKED_THROUGH = 2_000
_NOT_SHOWN = str.maketrans("", "", "\x00\x02\x03" + _BETWEEN)


def indexed(text: str) -> str:
    """A text as the index takes it."""
    plain = unicodedata.normalize("NFC", text.translate(_NOT_SHOWN))
    return _ALONE.sub(rf"{_BETWEEN}\g<0>{_BETWEEN}", plain)


def shown(text: str) -> str:
    """A piece of what :func:`indexed` gave, in one line, as people write it."""
    return " ".join(text.replace(_BETWEEN, "").split())


def matching(words: str) -> str | None:
    """What is typed, as a question to the index; None where it has no letter and no digit.

    All words must stand in a text, in any order; each may be the beginning of a longer one. Nothing
    of it is taken for the index's own syntax: every word is a quoted string.
    """
    asked = [
        '"{}"*'.format(indexed(word).replace('"', '""'))
        for word in words.split()
        if any(unicodedata.category(letter)[0] in "LN" for letter in word)
    ]
    return " ".join(asked) or None


def around(text: str, words: str) -> str:
    """Where words stand in a text: a line with ``MARKS`` around them; empty where that is not seen.

    Args:
        text: What :func:`indexed` gave.
        words: As they were typed.
    """
    asked = [indexed(word).translate(_FOLDED).strip(_BETWEEN) for word in words.split()]
    pattern = "|".join(re.escape(word) for word in sorted(asked, key=len, reverse=True) if word)
    if not pattern:
        return ""
    # A word begins there, or is one of those letters that stand alone.
    found = re.compile(rf"(?<![^\W_])(?:{pattern})")
    size, behind = _LOOKED_THROUGH, _BEHIND + max(map(len, asked))
    while True:
        folded = text[:size].translate(_FOLDED)
        first = found.search(folded)
        if size >= len(text) or (first is not None and first.end() + behind <= size):
            break
        size *= 4
    if first is None:
        return ""
    begin = max(0, first.start() - _BEFORE)
    if begin:
        begin = max(begin, text.rfind(" ", begin, first.start()) + 1)
    end = min(len(text), first.end() + _BEHIND)
    parts = ["…" if begin else ""]
    place = begin
    for match in found.finditer(folded, first.start(), end):
        parts += [
            text[place : match.start()],
            MARKS[0],
            text[match.start() : match.end()],
            MARKS[1],
        ]
        place = match.end()
    parts += [text[place:end], "…" if end < len(text) else ""]
    return shown("".join(parts))


class _Folding(dict[int, str]):
    """Letters without marks and capitals, one for one, so that places stay."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        plain = unicodedata.normalize("NFD", letter)[0].lower()
        self[code] = found = plain if len(plain) == 1 else letter
        return found


_FOLDED = _Folding()


def contained(words: str) -> str:
    """The same as a pattern for SQL's LIKE, for what has no letters; see :func:`like`."""
    return like(indexed(" ".join(words.split())))


def like(text: str) -> str:
    r"""A pattern of SQL's LIKE, with ``\\`` as its escape, for what has a text in it."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", text) + "%"
