"""Runs what goes deep in C on a thread whose stack has room for it, and need not wait for its end.

llama.cpp splits texts by regular expressions that call themselves once for each letter of a run:
30,000 equal letters are more than a usual stack holds, and the process dies of it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")
_BASE_BYTES = 16 << 20
# Measured: about 320 bytes of stack for each letter. Only what is used takes memory.
_BYTES_A_LETTER = 512
_MOST_BYTES = 1 << 30
_LOOK_SECONDS = 0.05


class Abandoned(Exception):
    """Nobody waits for the result any more; the thread goes on to its end."""


class DeepStack:
    """Runs calls one at a time. One thread uses it."""

    def __init__(self) -> None:
        self._left: list[threading.Thread] = []

    def run(self, work: Callable[[], _T], letters: int, is_unwanted: Callable[[], bool]) -> _T:
        """What ``work`` returns or raises.

        Args:
            work: What to do; it must stand being left alone.
            letters: How deep it may go.
            is_unwanted: Asked often; once it says True, the work is left alone.

        Raises:
            Abandoned: It is not wanted any more.
        """
        found: list[_T] = []
        failed: list[Exception] = []

        def guarded() -> None:
            try:
                found.append(work())
            except Exception as error:  # noqa: BLE001 - raised again where it is waited for
                failed.append(error)

        thread = _started(guarded, min(_MOST_BYTES, _BASE_BYTES + _BYTES_A_LETTER * letters))
        if thread is None:
            return work()
        while thread.is_alive():
            thread.join(_LOOK_SECONDS)
            if is_unwanted() and thread.is_alive():
                self._left.append(thread)
                raise Abandoned
        if failed:
            raise failed[0]
        return found[0]

    def settle(self) -> None:
        """Wait for what was left alone: what it works on is about to go."""
        for thread in self._left:
            thread.join()
        self._left.clear()


def _started(work: Callable[[], None], size_bytes: int) -> threading.Thread | None:
    """A thread with so large a stack, or with what memory there is for one; None without any."""
    usual = threading.stack_size()
    try:
        while size_bytes >= _BASE_BYTES:
            threading.stack_size(size_bytes)
            thread = threading.Thread(target=work, name="deep", daemon=True)
            try:
                thread.start()
            except RuntimeError:
                size_bytes //= 2
            else:
                return thread
        return None
    finally:
        threading.stack_size(usual)
