"""Brings what others ask of the window to its main thread: other starts, and the system itself."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QFileOpenEvent

from app.core.hub.links import is_link
from app.core.hub.opening import Opening

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from app.store.window.claim import Claim
    from app.store.window.doorbell import Ring
    from app.ui.window import Window

log = logging.getLogger(__name__)


class SystemRequests(QObject):
    """Hears of files and links that macOS hands to the application, also before the window is.

    Signals:
        came: An ``Opening``, once :meth:`attend` was called.
    """

    came = Signal(object)

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._kept: list[Opening] | None = []
        if sys.platform == "darwin":  # elsewhere each event would go through Python for nothing
            application.installEventFilter(self)

    def attend(self) -> list[Opening]:
        """Emit from now on; returns what came before."""
        kept, self._kept = self._kept or [], None
        return kept

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is not QEvent.Type.FileOpen or not isinstance(event, QFileOpenEvent):
            return super().eventFilter(watched, event)
        address = event.url().toString()
        if is_link(address):
            opening = Opening(links=(address,))
        elif event.file():
            opening = Opening(files=(str(Path(event.file()).absolute()),))
        else:
            return True
        if self._kept is None:
            self.came.emit(opening)
        else:
            self._kept.append(opening)
        return True


class Doorkeeper(QObject):
    """Main thread; rings come from the doorbell's.

    Args:
        window: What is asked.
        claim: With the doorbell; None where no other start can come.
        system: What the system hands over.
    """

    _rang = Signal(object)

    def __init__(self, window: Window, claim: Claim | None, system: SystemRequests) -> None:
        super().__init__(window)
        self._window = window
        self._claim = claim
        self._system = system
        self._rang.connect(self._on_rang, Qt.ConnectionType.QueuedConnection)
        system.came.connect(window.reception.receive)
        window.closing.connect(self._close_door)

    def begin(self, opening: Opening) -> None:
        """Open what this start asks for; once the event loop runs, hear of all that comes."""
        self._window.open(opening.paths)
        self._window.reception.follow(opening)
        # Until then who rings need not wait for an answer.
        QTimer.singleShot(0, self._attend)

    def _attend(self) -> None:
        before = self._system.attend()
        if self._claim is not None and self._claim.doorbell is not None:
            before += self._claim.doorbell.attend(self._rang.emit)
        for each in before:
            self._window.reception.receive(each)

    def _on_rang(self, ring: Ring) -> None:
        opening = ring.take()
        if opening is not None:
            log.info("another start brings %d files, %d links", *_counts(opening))
            self._window.reception.receive(opening)

    def _close_door(self) -> None:
        if self._claim is not None:
            self._claim.close_door()


def _counts(opening: Opening) -> tuple[int, int]:
    return len(opening.files), len(opening.links)
