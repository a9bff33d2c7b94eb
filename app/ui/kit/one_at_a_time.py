"""Work of many widgets, one piece in each turn of the event loop."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QCoreApplication, QObject

from app.ui.kit.timers import every


class OneAtATime(QObject):
    """Timers of their own would all be due in the same turn, and make one long gap of it.

    A widget that waits stands in the queue once; one that is gone is passed over. Main thread.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: deque[tuple[QObject, Callable[[], None]]] = deque()
        self._timer = every(self, 0, self.do_one)

    def add(self, owner: QObject, work: Callable[[], None]) -> None:
        """Have a piece of an owner's work done when it is its turn."""
        if not any(waiting is owner for waiting, _work in self._waiting):
            self._waiting.append((owner, work))
            self._timer.start()

    def do_one(self) -> None:
        """Do the next piece."""
        while self._waiting:
            owner, work = self._waiting.popleft()
            if shiboken6.isValid(owner):
                work()
                break
        if not self._waiting:
            self._timer.stop()

    def drop(self) -> None:
        """Do nothing of what waits: the window goes."""
        self._waiting.clear()
        self._timer.stop()


_shared: list[OneAtATime] = []


def one_at_a_time() -> OneAtATime:
    """The queue of the application."""
    if not _shared or not shiboken6.isValid(_shared[0]):
        _shared[:] = [OneAtATime(QCoreApplication.instance())]
    return _shared[0]
