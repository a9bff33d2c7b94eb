"""What proposes tokens without a model, and how many are worth proposing."""

from __future__ import annotations

from typing import Protocol

# What may be lost in an answer, in tokens, before drafting rests; and while it is tried again.
_FIRST_CREDIT, _LATER_CREDIT, _MOST_CREDIT = 1.0, 0.4, 4.0
_SHORTEST_REST_TOKENS, _LONGEST_REST_TOKENS = 24, 384
_LONGEST_RUN, _SHORTEST_RUN = 4, 2


class Drafts(Protocol):
    """Proposes what comes next."""

    def begin(self, prompt: list[int]) -> None:
        """Another text begins."""
        ...

    def propose(self, text: list[int], most: int) -> list[int]:
        """Tokens that may follow.

        Args:
            text: All so far; longer than the last time.
            most: No more than these.
        """
        ...


class TextDrafts:
    """Proposes what followed where the last tokens stood before.

    Source: Saxena 2023, Prompt Lookup Decoding (github.com/apoorvumang/prompt-lookup-decoding).
    """

    def __init__(self) -> None:
        self._places: dict[tuple[int, ...], int] = {}
        self._known = 0

    def begin(self, prompt: list[int]) -> None:
        """Forget the text before."""
        del prompt
        self._places.clear()
        self._known = 0

    def propose(self, text: list[int], most: int) -> list[int]:
        """What followed the longest run of last tokens at its latest place; as a loop goes on."""
        for end in range(self._known, len(text)):
            for size in range(_SHORTEST_RUN, min(_LONGEST_RUN, end) + 1):
                self._places[tuple(text[end - size : end])] = end
        self._known = len(text)
        for size in range(_LONGEST_RUN, _SHORTEST_RUN - 1, -1):
            place = self._places.get(tuple(text[-size:]))
            if place is not None:
                period = len(text) - place
                return [text[place + step % period] for step in range(most)]
        return []


class Pace:
    """How many tokens to propose: fewer where they were wrong, none where it does not pay.

    It counts tokens and never looks at the clock, so that the same answer is computed in the same
    passes on every PC. While proposals cost more than they bring it rests, longer each time.

    Args:
        price: What a proposed token costs, in passes.
        most: Tokens at once.
    """

    def __init__(self, price: float, most: int) -> None:
        self._price = price
        self._most = most
        self._next = min(2, most)
        self._credit = _FIRST_CREDIT
        self._rest = 0
        self._rest_tokens = _SHORTEST_REST_TOKENS

    def wanted(self) -> int:
        """Tokens to propose for the next pass."""
        if self._rest:
            self._rest -= 1
            return 0
        return self._next

    def note(self, drafted: int, accepted: int) -> None:
        """So many were proposed in a pass, and so many of them were right."""
        self._next = min(self._most, 2 * drafted) if accepted == drafted else max(1, accepted)
        self._credit = min(_MOST_CREDIT, self._credit + accepted - self._price * drafted)
        if self._credit < 0:
            self._credit, self._rest = _LATER_CREDIT, self._rest_tokens
            self._rest_tokens = min(2 * self._rest_tokens, _LONGEST_REST_TOKENS)
        elif accepted == drafted == self._most:
            self._rest_tokens = _SHORTEST_REST_TOKENS
