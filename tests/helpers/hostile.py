"""Names that strangers give: they steer terminals, turn what is read, and look like markup."""

from __future__ import annotations

import re
import unicodedata

MARK = "M4RK"
"""Stands in every name of :data:`MARKED`, so that it is found wherever it is shown."""

MARKED = (
    f"<b>{MARK}</b>",
    f'<img src="/dev/zero">{MARK}',
    f"\u202e{MARK}\u2066x",
    f"\x1b]0;{MARK}\x07\u009b31m",
    f"a\r\nb\t{MARK}",
    f"R&D {MARK} [*] &amp; {{}} %s %1",
)
"""For texts of a header, a title, a prompt."""

FILE_NAMES = (
    "\x1b]0;mine\x07\x1b[2J",
    "\u009b31m\u009d0;mine\u009c",
    "\u202egpj",
    "two\nlines\r",
    "a\tb",
    "hidden\u200b\ufeff\u2066",
    "[bold]x[link=file:etc]",
    "<img src=x>",
    "half\udcff",
)
"""Stems of file names that Linux allows; the last holds a byte that is no text."""

_TERMINAL_OWN = re.compile(r"\x1b\[\??[\d;]*[A-Za-z]")
_TURNS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def steering(text: str, allowed: str = "\n") -> set[str]:
    """The signs of a text that steer or hide something."""
    return {
        sign
        for sign in text
        if sign not in allowed
        and (
            unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp")
            or unicodedata.bidirectional(sign) in _TURNS
            or sign in "\u061c\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
        )
    }


def steering_of_terminal(written: str) -> set[str]:
    """The same for what was written to a terminal, but for colours and the bar's own moves."""
    return steering(_TERMINAL_OWN.sub("", written), allowed="\n\r")
