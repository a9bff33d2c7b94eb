"""What a context holds: its tokens, where its slices end, and which position comes next."""

from __future__ import annotations

from bisect import bisect_left, bisect_right


class Contents:
    """A context's tokens, slice by slice as they were decoded.

    A picture may take fewer positions than tokens: those behind it lie nearer to the beginning.

    Attributes:
        tokens: In order; always the same list.
    """

    def __init__(self) -> None:
        self.tokens: list[int] = []
        # How many tokens were held after each decode.
        self._ends: list[int] = []
        # After a picture that took fewer positions than tokens: how many were held, and how many
        # positions all such have saved.
        self._saved: list[tuple[int, int]] = []

    @property
    def is_shifted(self) -> bool:
        """Whether positions are other than a count of tokens."""
        return bool(self._saved)

    @property
    def next_position(self) -> int:
        """The position of the token that comes next."""
        return self.position_after(len(self.tokens))

    def position_after(self, count: int) -> int:
        """The position of the token behind the first ``count``."""
        for held, saved in reversed(self._saved):
            if held <= count:
                return count - saved
        return count

    def add(self, tokens: list[int], positions: int | None = None) -> None:
        """A slice was decoded; ``positions``: that it takes, where they are not its tokens."""
        if positions is not None and positions != len(tokens):
            held = len(self.tokens) + len(tokens)
            self._saved.append((held, held - self.next_position - positions))
        self.tokens.extend(tokens)
        self._ends.append(len(self.tokens))

    def in_common(self, tokens: list[int]) -> int:
        """How many tokens of whole slices ``tokens`` begins with."""
        common = 0
        for held, wanted in zip(self.tokens, tokens, strict=False):
            if held != wanted:
                break
            common += 1
        place = bisect_right(self._ends, common)
        return self._ends[place - 1] if place else 0

    def cut(self, count: int) -> None:
        """Hold no more than the first ``count`` tokens."""
        del self.tokens[count:], self._ends[bisect_right(self._ends, count) :]
        while self._saved and self._saved[-1][0] > count:
            self._saved.pop()

    def end_slice(self) -> None:
        """Take what is held to end where a slice does."""
        del self._ends[bisect_left(self._ends, len(self.tokens)) :]
        self._ends.append(len(self.tokens))
