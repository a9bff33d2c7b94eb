"""Which state may follow which: one table, one way to go on in it, one error."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import Enum
from typing import Generic, TypeVar

S = TypeVar("S", bound=Enum)


class IllegalTransition(AssertionError):
    """A state that cannot follow: a mistake of this program."""


class Transitions(Generic[S]):
    """What may follow each state of an enumeration.

    Args:
        states: All of them.
        following: What may follow a state; nothing follows those that are not in it.
    """

    def __init__(self, states: type[S], following: Mapping[S, Collection[S]]) -> None:
        self._following = {state: frozenset(following.get(state, ())) for state in states}

    @property
    def ends(self) -> frozenset[S]:
        """The states that nothing follows."""
        return frozenset(state for state, after in self._following.items() if not after)

    def after(self, state: S) -> frozenset[S]:
        """What may follow a state."""
        return self._following[state]

    def allow(self, state: S, following: S) -> bool:
        """Tell whether the second may follow the first."""
        return following in self._following[state]

    def step(self, state: S, following: S) -> S:
        """The second, which must be allowed to follow the first.

        Raises:
            IllegalTransition: It is not.
        """
        if following not in self._following[state]:
            raise IllegalTransition(f"{state} cannot become {following}")
        return following
