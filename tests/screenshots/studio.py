"""The window in front of a camera: holds engines still, so that a moment can be looked at."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QWidget

from app.store.paths import Paths
from tests.e2e.person import Person

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap

    from app.ui.kit.theme import Theme, ThemeChoice

LARGE, SMALL = (1280, 800), (1024, 700)
_SETTLE_MS = 350
_PICTURE_OF_A_MOMENT_MS = 60


@dataclass
class Studio:
    """Takes pictures of one window after another.

    Attributes:
        theme: The application's theme.
        folder: Where the pictures go.
        home: Stores of the windows, one each.
        scale: The screen's scale, part of the names.
        looks: Size, theme and the name's ending of each picture.
        person: Who sits before the open window.
    """

    theme: Theme
    folder: Path
    home: Path
    scale: int
    looks: Sequence[tuple[tuple[int, int], ThemeChoice, str]]
    person: Person | None = field(default=None)
    _windows: int = 0

    @contextlib.contextmanager
    def window(self, *files: Path, fresh_cache: bool = False) -> Iterator[Person]:
        """A window on a store of its own."""
        self._windows += 1
        home = self.home / str(self._windows)
        paths = Paths.below(home)
        if not fresh_cache:
            paths = Paths(paths.config, paths.data, paths.state, self.home / "cache")
        # The sheet is measured under the first look, as it is for a person who starts that way.
        self.theme.set_choice(self.looks[0][1])
        person = Person(self.theme, paths, files, size=self.looks[0][0])
        self.theme.set_choice(self.looks[0][1])
        self.person = person
        try:
            yield person
        finally:
            self.person = None
            person.close()
            QTest.qWait(0)

    def take(self, name: str, prepare: Callable[[], object] = lambda: None) -> None:
        """A picture in every look; ``prepare`` is called again after each resize."""
        assert self.person is not None
        main = self.person.window.main
        for size, choice, ending in self.looks:
            self.theme.set_choice(choice)
            main.resize(*size)
            QTest.qWait(_SETTLE_MS)
            prepare()
            QTest.qWait(_PICTURE_OF_A_MOMENT_MS)
            path = self.folder / f"{name}{ending}.png"
            self._picture(main).save(str(path))
            print(path.name, flush=True)  # noqa: T201
        self.theme.set_choice(self.looks[0][1])
        main.resize(*self.looks[0][0])

    def _picture(self, main: QWidget) -> QPixmap:
        for widget in QApplication.allWidgets():
            # Without a screen the pointer rests in the corner, over a button of the rail.
            widget.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, on=False)
        picture = main.grab()
        painter = QPainter(picture)
        for other in QApplication.topLevelWidgets():
            if other is main or not other.isVisible() or not isinstance(other, QWidget):
                continue
            if other.isWindow() and (isinstance(other, QMenu | QDialog) or _is_popup(other)):
                painter.drawPixmap(main.mapFromGlobal(other.mapToGlobal(QPoint())), other.grab())
        painter.end()
        return picture


def _is_popup(widget: QWidget) -> bool:
    return widget.windowType() == widget.windowType().Popup


@contextlib.contextmanager
def held(pid: int) -> Iterator[None]:
    """A process that stands still for a while."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
