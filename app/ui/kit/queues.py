"""What other threads put down for the main thread."""

from __future__ import annotations

from queue import Empty, SimpleQueue
from typing import TypeVar

T = TypeVar("T")


def drained(events: SimpleQueue[T]) -> list[T]:
    """All that is there now, in its order; waits for nothing."""
    taken: list[T] = []
    while True:
        try:
            taken.append(events.get_nowait())
        except Empty:
            return taken
