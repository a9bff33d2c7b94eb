"""The window program: builds the window over the house, and takes both down again."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer
from PySide6.QtGui import QGuiApplication, QWindow
from PySide6.QtWidgets import QApplication

from app import __version__
from app.bootstrap import open_house, start_logging
from app.core.errors import PersonError
from app.core.text.clean import for_terminal
from app.store.glance import language
from app.store.paths import Paths
from app.ui.doorkeeper import Doorkeeper, SystemRequests
from app.ui.kit.icons import app_icon
from app.ui.kit.plain import message_box
from app.ui.kit.theme import Theme
from app.ui.kit.widgets.banner import Severity
from app.ui.kit.words.language import speak
from app.ui.kit.words.sentences import sentence, told
from app.ui.shell.mended import Mended
from app.ui.shell.unexpected import Unexpected
from app.ui.window import Window

if TYPE_CHECKING:
    from app.core.hub.opening import Opening
    from app.store.window.claim import Claim

log = logging.getLogger(__name__)

_NO_SCREEN = ("offscreen", "minimal")


def main(opening: Opening, claim: Claim | None = None) -> int:
    """Open the window and stay until it is closed.

    Args:
        opening: What this start asks for; without model files the last chat comes back.
        claim: On the store, by which other starts reach this one; None takes the store here.

    Returns:
        The exit status.
    """
    # The first word becomes the name that window managers know the window by.
    application = make_application(["shrinkscope", *sys.argv[1:]])
    paths = Paths.default()
    no_such_language = speak(application, language(paths.settings))
    system = SystemRequests(application)
    theme = Theme(application)
    try:
        house = open_house(paths, claim.lock if claim is not None else None)
    except PersonError as error:
        if sys.stderr is not None:
            sys.stderr.write(for_terminal(error.sentence) + "\n")
            sys.stderr.flush()
        if claim is not None:
            claim.close_door()  # nobody is to wait for a window that does not come
        tell(sentence(error))
        return 1
    try:
        start_logging(paths)
        if no_such_language:
            log.warning(no_such_language)
        for words in house.left_open:
            log.warning("open to other accounts: %s", words)
        window = Window(theme, house)
        doorkeeper = Doorkeeper(window, claim, system)
        return _run(application, window, lambda: doorkeeper.begin(opening))
    finally:
        if claim is not None:
            claim.close_door()
        house.close()


def make_application(argv: list[str]) -> QApplication:
    """Qt's application object with the program's name and icon."""
    QCoreApplication.setApplicationName("shrinkscope")
    QCoreApplication.setApplicationVersion(__version__)
    QApplication.setDesktopFileName("shrinkscope")
    application = QApplication(argv)
    application.setApplicationDisplayName("Shrinkscope")
    application.setWindowIcon(app_icon())
    application.setQuitOnLastWindowClosed(False)
    return application


def tell(said: str) -> None:
    """Say something in a box of its own, where a screen is there to read it from."""
    if QCoreApplication.instance() is None:
        speak(make_application(["shrinkscope"]))
    if QGuiApplication.platformName() not in _NO_SCREEN:
        message_box(said).exec()


def _run(application: QApplication, window: Window, begin: Callable[[], None]) -> int:
    unexpected = Unexpected(lambda said: window.main.show_notice(Severity.ERROR, said), window.main)
    unexpected.begin()
    mended = Mended(lambda said: window.main.show_notice(Severity.WARNING, told(said)), window.main)
    for number in (signal.SIGINT, signal.SIGTERM):
        # Python hears a signal between two bytecodes: the window's timers see to those.
        signal.signal(number, lambda *_: window.quit())
    paint = _FirstPaint(window)
    begin()
    window.main.show()
    handle = window.main.windowHandle()
    if handle is not None:
        paint.watch(handle)
    try:
        return application.exec()
    finally:
        mended.end()
        unexpected.end()
        window.take_down()


class _FirstPaint(QObject):
    """Starts what may come after the first picture of the window: plots, monitor, demo levels."""

    def __init__(self, window: Window) -> None:
        super().__init__(window.main)
        self._window = window

    def watch(self, handle: QWindow) -> None:
        """Wait for the window's first paint."""
        handle.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Expose:
            watched.removeEventFilter(self)
            # The picture is painted while this event is handled: come back after it.
            QTimer.singleShot(0, self._on_painted)
        return super().eventFilter(watched, event)

    def _on_painted(self) -> None:
        log.info("first paint")
        self._window.complete()
