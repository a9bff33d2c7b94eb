"""Faults that the fake Hub can be asked for."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from enum import Enum


class FaultKind(Enum):
    """What goes wrong with one answer of the content host (or, where it says so, of the API)."""

    CLOSE = "the connection ends after so many bytes"
    RESET = "the connection is reset after so many bytes"
    STALL = "nothing more comes after so many bytes"
    FLIP = "one byte is another one"
    SHORT = "the body ends early, and says so"
    UNAVAILABLE = "503"
    TOO_MANY = "429 with Retry-After: 0 or at_byte seconds"
    RANGE_IGNORED = "200 and the whole file"
    EXPIRED = "403: the signed address has run out"
    SILENT = "the request is read and never answered"
    FORBIDDEN = "403 with the Hub's own words (API)"
    REFUSAL_PAGE = "the status of at_byte and a web page (API)"
    # What only somebody does who means harm, or who knows no better; on both hosts.
    BODY = "200 and the text as JSON"
    PAGE = "200 and a web page"
    NAMELESS_PAGE = "200 and a web page that is not called one"
    REDIRECT = "302 to the text"
    ENDLESS = "a JSON answer of blanks, and no end"
    BOMB = "a packed answer that is a thousand times larger unpacked"
    DRIP = "a byte of the body now and then, and no end"
    DRIP_HEADERS = "a header now and then, and no end"
    SAME_START = "200 and the first so many bytes, whatever range is asked for"


HOSTILE = frozenset(
    {
        FaultKind.BODY, FaultKind.PAGE, FaultKind.NAMELESS_PAGE, FaultKind.REDIRECT,
        FaultKind.ENDLESS, FaultKind.BOMB, FaultKind.DRIP, FaultKind.DRIP_HEADERS,
        FaultKind.SAME_START,
    }
)  # fmt: skip
"""No accident."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, for one answer.

    Attributes:
        at_byte: Of the answer's body, where that matters; of the whole file for ``FLIP``.
        text: For the kinds that have one.
    """

    kind: FaultKind
    at_byte: int = 0
    text: str = ""


class FaultQueue:
    """Faults in the order in which they are to happen. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: deque[Fault] = deque()

    def add(self, *faults: Fault) -> None:
        """Let the next answers have these faults."""
        with self._lock:
            self._faults.extend(faults)

    def take(self) -> Fault | None:
        """The fault of the answer that begins now."""
        with self._lock:
            return self._faults.popleft() if self._faults else None

    def clear(self) -> None:
        """All is well again."""
        with self._lock:
            self._faults.clear()

    def __len__(self) -> int:
        with self._lock:
            return len(self._faults)
