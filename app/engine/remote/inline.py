"""Thinking that a server leaves within the answer, between marks."""

from __future__ import annotations

from app.core.chats.thinking import KNOWN_MARKS, Segment, ThinkingSplitter

_STARTS = tuple(marks.start for marks in KNOWN_MARKS)


class InlineThinking:
    """Tells thinking from answer in the pieces of an answer, whose beginning shows the marks."""

    def __init__(self) -> None:
        self._head = ""
        self._splitter: ThinkingSplitter | None = None
        self._is_plain = False

    @property
    def inside(self) -> bool:
        """Whether the text so far ends inside the thinking, or may."""
        return bool(self._head) or (self._splitter is not None and self._splitter.inside)

    def feed(self, text: str) -> list[Segment]:
        """Take the next piece; return what is certain now, in order."""
        if self._splitter is not None:
            return self._splitter.feed(text)
        if self._is_plain:
            return [("answer", text)] if text else []
        self._head += text
        begun = self._head.lstrip()
        if not begun:
            return []
        for marks in KNOWN_MARKS:
            if begun.startswith(marks.start):
                self._splitter = ThinkingSplitter(marks)
                return self._splitter.feed(self._taken())
        if any(start.startswith(begun) for start in _STARTS):
            return []
        self._is_plain = True
        return [("answer", self._taken())]

    def finish(self) -> list[Segment]:
        """What was held back: the text ends here."""
        if self._splitter is not None:
            return self._splitter.finish()
        return [("answer", head)] if (head := self._taken()) else []

    def _taken(self) -> str:
        head, self._head = self._head, ""
        return head
