"""Which turns of a long chat have widgets: a window that moves, never more than a few dozen."""

from __future__ import annotations

from dataclasses import dataclass

FIRST_TURNS = 10
MORE_TURNS = 10
MOST_TURNS = 30
FEW_TURNS = 20
"""The most where turns are long: fewer of them fill the window many times over."""


@dataclass(frozen=True, slots=True)
class TurnWindow:
    """Turns ``start`` to ``end`` (exclusive) of ``total`` are shown.

    Growing at one end past :data:`MOST_TURNS` lets go of turns at the other, so that scrolling
    through a chat of any length costs the memory of a few dozen turns.
    """

    start: int = 0
    end: int = 0
    total: int = 0

    @classmethod
    def at_end(cls, total: int, turns: int = FIRST_TURNS) -> TurnWindow:
        """The last ``turns`` turns."""
        return cls(max(0, total - turns), total, total)

    @property
    def at_last(self) -> bool:
        """Whether the newest turn is shown."""
        return self.end == self.total

    @property
    def earlier(self) -> int:
        """How many turns lie before the window."""
        return self.start

    @property
    def later(self) -> int:
        """How many turns lie after the window."""
        return self.total - self.end

    def with_earlier(self, most: int = MOST_TURNS) -> TurnWindow:
        """Show more turns before; the last ones go when there are more than ``most``."""
        start = max(0, self.start - MORE_TURNS)
        return TurnWindow(start, min(self.end, start + most), self.total)

    def with_later(self, most: int = MOST_TURNS) -> TurnWindow:
        """Show more turns after; the first ones go when there are more than ``most``."""
        end = min(self.total, self.end + MORE_TURNS)
        return TurnWindow(max(self.start, end - most), end, self.total)

    def with_total(self, total: int) -> TurnWindow:
        """Follow a chat that grew or shrank: a window at the end stays there."""
        if total < self.end or self.total == 0:
            return TurnWindow.at_end(total)
        if self.at_last:
            return TurnWindow(max(self.start, total - MOST_TURNS), total, total)
        return TurnWindow(self.start, self.end, total)
