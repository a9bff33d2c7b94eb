"""Says what happened to databases that were damaged, whichever thread met it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal

from app.store.damage import mended


class Mended(QObject):
    """Hears of mended files and says so. Main thread.

    Args:
        say: Shows a sentence; called on the main thread.
    """

    _heard = Signal(object)

    def __init__(self, say: Callable[[str], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._heard.connect(say, Qt.ConnectionType.QueuedConnection)
        self._end = mended.listen(self._heard.emit)

    def end(self) -> None:
        """Hear no more."""
        self._end()
