"""From tokens to text: UTF-8 that arrives in pieces, stop strings, thinking."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from app.core.chats.thinking import ThinkingMarks, ThinkingSplitter


class StopStrings:
    """Holds back text that may be the beginning of a stop string.

    One of white space counts only behind something that is none: a model that begins its answer
    with a blank line has not answered yet.
    """

    def __init__(self, stops: list[str]) -> None:
        self._stops = [stop for stop in stops if stop]
        self._held = ""
        self._begun = False
        self.found = False

    def feed(self, text: str) -> str:
        """Text that is safe to show; after ``found`` is set nothing more is."""
        if not self._stops:
            return text
        if self.found:
            return ""
        text = self._held + text
        blank = 0 if self._begun else len(text) - len(text.lstrip())
        starts = {stop: 0 if stop.strip() else blank for stop in self._stops}
        cuts = [at for stop in self._stops if (at := text.find(stop, starts[stop])) >= 0]
        if cuts:
            self.found = True
            self._held = ""
            return text[: min(cuts)]
        self._begun = self._begun or blank < len(text)
        keep = max(_overlap(text[starts[stop] :], stop) for stop in self._stops)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]

    def finish(self) -> str:
        """What was held back and turned out to be no stop string."""
        held, self._held = self._held, ""
        return held


def _overlap(text: str, stop: str) -> int:
    """Length of the longest end of ``text`` that begins ``stop``."""
    for length in range(min(len(stop) - 1, len(text)), 0, -1):
        if text.endswith(stop[:length]):
            return length
    return 0


@dataclass(slots=True)
class Pieces:
    """Text that came since it was last taken."""

    answer: str = ""
    thinking: str = ""

    def take(self) -> tuple[str, str]:
        """Return and forget (answer, thinking)."""
        taken = (self.answer, self.thinking)
        self.answer = self.thinking = ""
        return taken

    def __bool__(self) -> bool:
        return bool(self.answer or self.thinking)


class TextBuilder:
    """Turns token bytes into answer and thinking text.

    Invalid UTF-8 becomes U+FFFD; a sequence split over tokens is put together first.
    """

    def __init__(self, marks: ThinkingMarks, *, starts_thinking: bool, stops: list[str]) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._splitter = ThinkingSplitter(marks, starts_thinking)
        self._stops = StopStrings(stops)
        self.pieces = Pieces()

    @property
    def is_thinking(self) -> bool:
        """Whether the model is between its thinking marks now."""
        return self._splitter.inside

    @property
    def stop_found(self) -> bool:
        """Whether a stop string came."""
        return self._stops.found

    def feed(self, data: bytes) -> None:
        """Take the bytes of one token."""
        text = self._decoder.decode(data)
        if text:
            self._split(text)

    def finish(self) -> None:
        """Flush what was held back."""
        self._split(self._decoder.decode(b"", final=True))
        for kind, text in self._splitter.finish():
            self._add(kind, text)
        self.pieces.answer += self._stops.finish()

    def _split(self, text: str) -> None:
        for kind, part in self._splitter.feed(text):
            self._add(kind, part)

    def _add(self, kind: str, text: str) -> None:
        if kind == "thinking":
            self.pieces.thinking += text
        else:
            self.pieces.answer += self._stops.feed(text)
