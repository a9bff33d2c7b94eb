"""Syntax colours for code blocks: the tokens of their languages in the colours of the theme.

What a model writes is not trusted, so the reader of tokens takes time in proportion to the code,
whatever stands there: each token is one alternative of one regular expression that never goes back
over what it has taken, and what is opened but not closed is a token up to the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from app.ui.answers.code.languages import CONSTANTS, LANGUAGES, Language

if TYPE_CHECKING:
    from app.ui.kit.tokens import Tokens

MOST_CHARACTERS = 20_000
"""Beyond these sizes code is shown in one colour."""
LONGEST_LINE = 2_000

_NUMBER = r"(?:0[xXbBoO][\da-fA-F_]++|\d[\d_]*+(?:\.\d[\d_]*+)?+(?:[eE][+-]?\d++)?+)\w{0,8}+"
_FIELDS = {
    "comment": "code_comment",
    "string": "code_string",
    "number": "code_number",
    "keyword": "code_keyword",
    "name": "code_name",
    "added": "ready",
    "removed": "failed",
}


# Panes often write the same code, and a growing answer is shown many times before it ends.
@lru_cache(maxsize=32)
def coloured_spans(code: str, language: str, tokens: Tokens) -> tuple[tuple[int, int, str], ...]:
    """Pieces of code that have a colour: offset, length, colour as #RRGGBB.

    None for an unknown language and for text that is too long to look at.
    """
    known = LANGUAGES.get(language.strip().lower())
    if known is None or len(code) > MOST_CHARACTERS:
        return ()
    if max(map(len, code.splitlines()), default=0) > LONGEST_LINE:
        return ()
    return tuple(
        (start, end - start, str(getattr(tokens, _FIELDS[kind])))
        for start, end, kind in tokens_of(code, known)
    )


def tokens_of(code: str, language: Language) -> Iterator[tuple[int, int, str]]:
    """Tokens that are seen as more than text: start, end, what they are."""
    words = _words(language)
    defining = frozenset(language.defining.split())
    last = ""
    for match in _pattern(language).finditer(code):
        kind = match.lastgroup or ""
        if kind == "word":
            word = match.group()
            kind = "name" if last in defining else words(word)
            last = word
        if kind:
            yield match.start(), match.end(), kind.rstrip("0123456789")


@cache
def _words(language: Language) -> _Words:
    return _Words(language)


class _Words:
    """Says what a word is."""

    def __init__(self, language: Language) -> None:
        self._lower = language.lower
        self._kinds = dict.fromkeys(language.builtins.split(), "name")
        self._kinds |= dict.fromkeys(language.keywords.split(), "keyword")
        self._kinds |= dict.fromkeys(CONSTANTS, "number")

    def __call__(self, word: str) -> str:
        return self._kinds.get(word.lower() if self._lower else word, "")


@cache
def _pattern(language: Language) -> re.Pattern[str]:
    """One alternative a kind of token; each is whole once it has begun."""
    found: list[tuple[str, str]] = []
    for opening, closing in language.blocks:
        found.append(("comment", _up_to(opening, closing)))
    found += [("comment", rf"{re.escape(mark)}[^\n]*+") for mark in language.line]
    found += language.extra
    found += [("string", _up_to(mark, mark)) for mark in language.long_quotes]
    found += [("string", rf"{q}(?:[^{q}\\\n]|\\.)*+{q}?+") for q in language.quotes]
    found += [("word", r"[^\W\d][\w$]*+"), ("number", _NUMBER)]
    named = (f"(?P<{kind}{place}>{regex})" for place, (kind, regex) in enumerate(found))
    return re.compile("|".join(named).replace(f"<word{len(found) - 2}>", "<word>"), re.MULTILINE)


def _up_to(opening: str, closing: str) -> str:
    end = re.escape(closing)
    return rf"{re.escape(opening)}(?s:\\.|(?!{end}).)*+(?:{end})?+"
