"""Whoever wants to know is told, one after another, on the thread that tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, ParamSpec

P = ParamSpec("P")


class Listeners(Generic[P]):
    """Those who want to know of one thing; none at first. One thread."""

    def __init__(self) -> None:
        self._all: list[Callable[P, object]] = []

    def add(self, listener: Callable[P, object]) -> None:
        """Tell this one too, after the others."""
        self._all.append(listener)

    def remove(self, listener: Callable[P, object]) -> None:
        """Tell it no more.

        Raises:
            ValueError: It was not told.
        """
        self._all.remove(listener)

    def tell(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Tell all; who comes or goes meanwhile counts from the next time on."""
        for listener in tuple(self._all):
            listener(*args, **kwargs)
