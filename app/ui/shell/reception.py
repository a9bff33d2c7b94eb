"""Does what starts of the program, links and the system ask of the window that is there."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from app.core.candidates.candidate import MAX_CANDIDATES
from app.core.hub.links import Link, LinkError, parse_link
from app.library.model_files import whole_sets
from app.ui.kit.widgets.banner import Severity
from app.ui.kit.words.sentences import sentence

if TYPE_CHECKING:
    from app.core.hub.opening import Opening
    from app.ui.shell.main_window import MainWindow

_TOKEN_VARIABLE = "XDG_ACTIVATION_TOKEN"


class Reception(QObject):
    """Main thread.

    Files open side by side in a chat of their own; while answers are in progress they wait, and
    what comes meanwhile joins them. Links wait until the Models page is there.

    Args:
        main: The window; owns this.
        open_files: Begins a chat with these model files.
        open_link: Shows where a link leads.
        is_busy: Whether answers are in progress.
    """

    def __init__(
        self,
        main: MainWindow,
        *,
        open_files: Callable[[list[Path]], object],
        open_link: Callable[[Link], object],
        is_busy: Callable[[], bool],
    ) -> None:
        super().__init__(main)
        self._main = main
        self._open_files = open_files
        self._open_link = open_link
        self._is_busy = is_busy
        self._files: list[Path] = []
        self._links: list[str] = []
        self._has_begun = False

    def begin(self) -> None:
        """The pages are there: do what has waited for them."""
        self._has_begun = True
        links, self._links = self._links, []
        self._follow_links(links)

    def receive(self, opening: Opening) -> None:
        """Another start has come: show the window, and do what it was to do."""
        come_to_front(self._main, opening.token)
        self._add_files(opening.paths)
        self.follow(opening)
        self.pump()
        if self._files:
            self._main.say(self.tr("The model opens when the answers in progress have ended."))

    def follow(self, opening: Opening) -> None:
        """The part of an opening that the window does not begin with."""
        if len(whole_sets(opening.paths)) > MAX_CANDIDATES:
            self._say_too_many()
        if self._has_begun:
            self._follow_links(opening.links)
        else:
            self._links += opening.links

    def pump(self) -> None:
        """Open the files that wait, if nothing stands in their way any more."""
        if self._files and not self._is_busy():
            files, self._files = self._files, []
            self._open_files(files)

    def _add_files(self, paths: list[Path]) -> None:
        self._files += [path for path in whole_sets(paths) if path not in self._files]
        if len(self._files) > MAX_CANDIDATES:
            del self._files[MAX_CANDIDATES:]
            self._say_too_many()

    def _say_too_many(self) -> None:
        self._main.show_notice(
            Severity.INFO,
            self.tr("At most {n} models stand side by side; the first {n} are opened.").format(
                n=MAX_CANDIDATES
            ),
        )

    def _follow_links(self, links: Sequence[str]) -> None:
        if not links:
            return
        if len(links) > 1:
            self._main.show_notice(
                Severity.INFO, self.tr("Several links came at once; the first one is opened.")
            )
        try:
            link = parse_link(links[0])
        except LinkError as error:
            self._main.show_notice(Severity.WARNING, sentence(error))
            return
        self._open_link(link)


def come_to_front(window: QWidget, token: str = "") -> None:
    """Show a window before all others, as far as the desktop lets a program do that.

    Args:
        window: Hidden, minimised or behind others.
        token: What the desktop gave the start that wants it; Wayland asks for it.
    """
    if window.isMinimized():
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    wayland = QGuiApplication.platformName().startswith("wayland")
    if token and wayland:
        os.environ[_TOKEN_VARIABLE] = token  # Qt takes it from there while it activates
    window.activateWindow()
    if token and wayland:
        os.environ.pop(_TOKEN_VARIABLE, None)
    QApplication.alert(window)
