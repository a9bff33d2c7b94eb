"""Lines of the log: foreign names in them steer no terminal and forge no line; no secrets."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

from app.core.text.clean import for_terminal

HIDDEN = "…"
"""Stands where something was left out."""

# The query of an address, its user part, and the whole of what a person may have typed there: a
# signature opens the file to everybody who reads it.
_QUERY = re.compile(r"(?<=[\w/.%~-])\?[^\s\"'<>\\=?]{1,200}=[^\s\"'<>\\]*")
_USER = re.compile(r"(?<=://)[^\s/?#@\"'<>]{1,500}@")
# By their names, wherever they stand: in headers as libraries print them, in forms, in JSON.
_NAMED = re.compile(
    r"""(?P<name>\b(?:authorization|proxy-authorization|(?:set-)?cookie|x-amz-[a-z-]{1,40}"""
    r"""|x-xet-access-token|key-pair-id|signature|policy|(?:access_|refresh_)?token))"""
    r"""(?P<between>['"]?\s*[:=,]\s*(?:b(?=['"]))?)(?P<quote>['"]?)"""
    r"""(?P<value>(?:(?:bearer|basic)\s+)?[^\s'",;&)\]}]+)""",
    re.IGNORECASE,
)
_BEARER = re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{4,}", re.IGNORECASE)
# As Hugging Face makes them.
_TOKEN = re.compile(r"\b(?:hf|api_org)_[A-Za-z0-9]{16,}")


def without_secrets(text: str) -> str:
    """The text without what opens something to whoever reads it."""
    text = _USER.sub(f"{HIDDEN}@", text)
    text = _QUERY.sub(f"?{HIDDEN}", text)
    text = _NAMED.sub(rf"\g<name>\g<between>\g<quote>{HIDDEN}", text)
    text = _BEARER.sub(rf"\1 {HIDDEN}", text)
    return _TOKEN.sub(HIDDEN, text)


_MOST_CHARACTERS = 20_000
"""Of a message; a traceback below it is not counted."""


class LogLines(logging.Formatter):
    """Time, level, logger and message in one line, more lines indented.

    Args:
        change: What becomes of a line besides.
    """

    def __init__(self, change: Callable[[str], str] = lambda text: text) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._change = change

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line."""
        message = for_terminal(record.message[:_MOST_CHARACTERS])
        record.message = message.replace("\n", "\n    ")  # a forged line is seen to be none
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        """The message, and a traceback where there is one; nothing that opens anything."""
        return for_terminal(without_secrets(self._change(super().format(record))))
