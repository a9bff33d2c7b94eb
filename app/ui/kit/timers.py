"""Timers, said in one go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from collections.abc import Callable


def every(owner: QObject, interval_ms: int, run: Callable[[], object]) -> QTimer:
    """A timer that runs something again and again, once it is started."""
    timer = QTimer(owner)
    timer.setInterval(interval_ms)
    timer.timeout.connect(run)
    return timer


def later(owner: QObject, wait_ms: int, run: Callable[[], object]) -> QTimer:
    """A timer that runs something once after each start; a start while it waits begins anew."""
    timer = every(owner, wait_ms, run)
    timer.setSingleShot(True)
    return timer
