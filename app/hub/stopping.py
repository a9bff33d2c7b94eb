"""Stopping within a tenth of a second, whatever the network does."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

Result = TypeVar("Result")

TICK_S = 0.05
"""How often a waiting thread looks whether it is to stop, in seconds."""


class Checked(Protocol):
    """What is asked now and then whether to go on."""

    def check(self) -> None:
        """Raise if not."""
        ...


class _Call(Generic[Result]):
    """A call in a thread of its own; nobody may be there any more when it returns."""

    def __init__(self, work: Callable[[], Result], unwanted: Callable[[Result], None]) -> None:
        self._work = work
        self._unwanted = unwanted
        self._lock = threading.Lock()
        self._abandoned = False
        self.outcome: queue.SimpleQueue[tuple[Result | None, BaseException | None]] = (
            queue.SimpleQueue()
        )
        thread = threading.Thread(target=self._run, name="hub-request", daemon=True)
        thread.start()

    def abandon(self) -> None:
        """Take no interest any more."""
        with self._lock:
            self._abandoned = True
        if not self.outcome.empty():
            result, error = self.outcome.get()
            if error is None:
                self._unwanted(result)  # type: ignore[arg-type]

    def _run(self) -> None:
        result: Result | None = None
        failure: BaseException | None = None
        try:
            result = self._work()
        except BaseException as error:  # handed over to who waits  # noqa: BLE001
            failure = error
        with self._lock:
            abandoned = self._abandoned
            if not abandoned:
                self.outcome.put((result, failure))
        if abandoned and failure is None:
            self._unwanted(result)  # type: ignore[arg-type]


def interruptible(
    work: Callable[[], Result],
    stop: Checked,
    unwanted: Callable[[Result], None] = lambda _result: None,
) -> Result:
    """Do something that waits for the network, but return when asked to stop.

    Args:
        work: Must end by itself in some seconds; it goes on alone when it is no longer wanted.
        stop: Looked at while waiting.
        unwanted: Takes a result that came too late, to close it.

    Raises:
        Stopped: Asked to stop; or what else the check raises.
    """
    stop.check()
    call = _Call(work, unwanted)
    try:
        while True:
            try:
                result, error = call.outcome.get(timeout=TICK_S)
                break
            except queue.Empty:
                stop.check()
    except BaseException:
        call.abandon()
        raise
    if error is not None:
        raise error
    return result  # type: ignore[return-value]
