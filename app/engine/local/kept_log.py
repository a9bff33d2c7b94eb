"""What an engine prints, as far as it is kept."""

from __future__ import annotations

import threading
from collections import deque

_LINE_CHARACTERS = 2000
_MOST_LINES = 4000
_MOST_CHARACTERS = 1_000_000


class KeptLog:
    """The latest lines of a stream of bytes, cut and bounded. Any thread.

    Bytes that are no UTF-8 become U+FFFD.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: deque[str] = deque()
        self._characters = 0
        self._partial = b""

    def feed(self, chunk: bytes) -> None:
        """Take what came next."""
        *lines, last = chunk.split(b"\n")
        with self._lock:
            for line in lines:
                self._keep(self._begun(line))
                self._partial = b""
            self._partial = self._begun(last)

    def end(self) -> None:
        """Nothing more comes; a line that was not ended counts."""
        with self._lock:
            if self._partial:
                self._keep(self._partial)
                self._partial = b""

    def text(self) -> str:
        """All that is kept."""
        with self._lock:
            return "\n".join(self._lines)

    def tail(self, lines: int) -> str:
        """The last so many lines."""
        with self._lock:
            return "\n".join(list(self._lines)[-lines:])

    def _begun(self, more: bytes) -> bytes:
        return (self._partial + more[: 4 * _LINE_CHARACTERS])[: 4 * _LINE_CHARACTERS]

    def _keep(self, line: bytes) -> None:
        text = line.decode("utf-8", errors="replace")[:_LINE_CHARACTERS].rstrip("\r")
        self._lines.append(text)
        self._characters += len(text)
        while len(self._lines) > _MOST_LINES or self._characters > _MOST_CHARACTERS:
            self._characters -= len(self._lines.popleft())
