"""Collects garbage on the main thread, and nowhere else."""

from __future__ import annotations

import gc
from collections.abc import Callable

from PySide6.QtCore import QObject

from app.ui.kit.timers import every

_COLLECT_MS = 1000
_COLLECTIONS_TO_FULL = 30


class GarbageTimer(QObject):
    """Takes the place of Python's own collecting while it runs. Main thread only.

    A collection that happens to run in a reader thread could destroy Qt objects there.
    """

    def __init__(self, is_busy: Callable[[], bool], parent: QObject | None = None) -> None:
        """``is_busy`` tells whether this is no time for a full collection."""
        super().__init__(parent)
        self._is_busy = is_busy
        self._collections = 0
        self._timer = every(self, _COLLECT_MS, self._collect)

    def take_over(self) -> None:
        """Python collects nothing by itself from now on."""
        gc.disable()

    def start(self) -> None:
        """Collect from now on."""
        self._timer.start()

    def freeze(self) -> None:
        """What is there now stays to the end: it need not be looked through again.

        Nor is it now: of 160,000 objects behind a start 300 are garbage, and to find them would
        keep the window waiting for 45 to 250 ms.
        """
        gc.freeze()

    def stop(self) -> None:
        """Collect no more."""
        self._timer.stop()

    def hand_back(self) -> None:
        """Python collects by itself again."""
        gc.enable()

    def _collect(self) -> None:
        self._collections += 1
        if self._collections % _COLLECTIONS_TO_FULL == 0 and not self._is_busy():
            gc.collect()
        else:
            gc.collect(1)
