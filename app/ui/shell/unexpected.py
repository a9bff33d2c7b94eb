"""Errors that nobody foresaw: logged and said in one sentence, whichever thread they end."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

if TYPE_CHECKING:
    from types import TracebackType

log = logging.getLogger(__name__)


class Unexpected(QObject):
    """Takes the place of Python's own hooks, which write where nobody reads. Main thread.

    Args:
        say: Shows a sentence; called on the main thread.
    """

    _happened = Signal()

    def __init__(self, say: Callable[[str], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._say = say
        self._before = (sys.excepthook, threading.excepthook)
        self._happened.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def begin(self) -> None:
        """Hear of every such error from now on."""
        self._before = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._in_main_thread
        threading.excepthook = self._in_thread

    def end(self) -> None:
        """Give the hooks back."""
        sys.excepthook, threading.excepthook = self._before

    def _in_main_thread(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        log.critical("unexpected", exc_info=(kind, error, trace))
        self._happened.emit()

    def _in_thread(self, end: threading.ExceptHookArgs) -> None:
        if end.exc_type is SystemExit or end.exc_value is None:
            return
        name = end.thread.name if end.thread is not None else "?"
        trace = (end.exc_type, end.exc_value, end.exc_traceback)
        log.critical("unexpected in thread %s", name, exc_info=trace)
        self._happened.emit()

    def _tell(self) -> None:
        self._say(self.tr("Something unexpected went wrong; the log has the details."))
