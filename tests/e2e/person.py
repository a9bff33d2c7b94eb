"""A person before the real window: looks for what is shown by its name, clicks and types."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import psutil
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from app.bootstrap import open_house
from app.ui.kit.widgets import ElidedLabel
from app.ui.window import Stage, Window
from tests.helpers.pseudo import english
from tests.helpers.window_parts import compare_of, ladder_of, models_of

if TYPE_CHECKING:
    from app.core.chats.chat import Turn
    from app.lab.compare.panes import Pane, PaneState
    from app.lab.compare.session import Session
    from app.store.paths import Paths
    from app.ui.kit.theme import Theme
    from app.ui.pages.compare.page import ComparePage
    from app.ui.pages.compare.panes.column import Column
    from app.ui.pages.ladder.desk import LadderDesk
    from app.ui.pages.models.desk import ModelsDesk
    from app.ui.plots.live import LivePlots

PATIENCE_SECONDS = 240.0
ENDING_SECONDS = 30.0
"""How long processes may take that are on their way out."""

_Widget = TypeVar("_Widget", bound=QWidget)
Within: TypeAlias = "QWidget | Column | None"


class Person:
    """Opens the window on a store and uses it; nothing here knows how the window is built.

    Attributes:
        window: The window's program.
    """

    def __init__(
        self, theme: Theme, paths: Paths, files: Sequence[Path] = (), *, size: tuple[int, int]
    ) -> None:
        self._house = open_house(paths)
        self.window = Window(theme, self._house)
        self.window.open(list(files))
        self.window.main.resize(*size)
        self.window.main.show()
        self.window.main.activateWindow()
        QTest.qWaitForWindowActive(self.window.main)
        self.window.complete()
        self.until(lambda: self.find(QPlainTextEdit, "Prompt for every model").hasFocus())

    # --- looking --------------------------------------------------------------------------

    @property
    def session(self) -> Session:
        """What the window shows."""
        return self.window.session

    @property
    def compare(self) -> ComparePage:
        """The Compare page."""
        return compare_of(self.window).view

    @property
    def plots(self) -> LivePlots | None:
        """Its live plots."""
        return compare_of(self.window).plots

    @property
    def models(self) -> ModelsDesk:
        """The Models page with what stands behind it."""
        return models_of(self.window)

    @property
    def ladder(self) -> LadderDesk | None:
        """The Ladder page with what stands behind it, once it was wanted."""
        return ladder_of(self.window)

    @property
    def panes(self) -> list[Pane]:
        """The session's panes."""
        return self.session.panes

    @property
    def turns(self) -> list[Turn]:
        """The open chat's turns."""
        return self.session.chat.turns

    def view(self, place: int) -> Column:
        """A candidate's column, counted from 0."""
        return self.compare.panes.views()[place]

    def find(self, kind: type[_Widget], name: str, within: Within = None) -> _Widget:
        """The visible widget of a kind with this text or accessible name; the last of several.

        Waits until there is one.
        """
        found: list[_Widget] = []

        def looked() -> bool:
            found[:] = self._named(kind, name, within)
            return bool(found)

        self.until(looked, f"no visible {kind.__name__} is named {name!r}")
        return found[-1]

    def _named(self, kind: type[_Widget], name: str, within: Within) -> list[_Widget]:
        return [
            widget
            for root in self._roots(within)
            for widget in root.findChildren(kind)
            if name in (english(widget.accessibleName()), text_of(widget)) and widget.isVisible()
        ]

    def shows(self, text: str, within: Within = None) -> bool:
        """Whether a text can be read somewhere."""
        return any(
            text in text_of(widget)
            for kind in (QLabel, QPlainTextEdit, QTextEdit, QAbstractButton, ElidedLabel)
            for root in self._roots(within)
            for widget in root.findChildren(kind)
            if widget.isVisible() and _is_in_sight(widget)
        )

    def _roots(self, within: Within) -> list[QWidget]:
        """Where to look: everywhere, in a widget, or in all that belongs to a column."""
        if within is None:
            return [self.window.main]
        if isinstance(within, QWidget):
            return [within]
        return [within.header, within.notes, *within.answers]

    def offers(self, name: str, within: Within = None) -> bool:
        """Whether there is a button of this name."""
        return bool(self._named(QAbstractButton, name, within))

    def engine_pids(self) -> list[int]:
        """Process ids of the engines that run."""
        return [pane.pid for pane in self.panes if pane.pid is not None]

    # --- doing ----------------------------------------------------------------------------

    def until(
        self, condition: Callable[[], bool], otherwise: str = "it does not come about"
    ) -> None:
        """Let the window live until something is so; ``otherwise`` says what was wrong if not."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            states = [(pane.state.name, pane.failure) for pane in self.panes]
            assert time.monotonic() < end, f"{otherwise}: {states}"
            QTest.qWait(10)

    def rest(self) -> None:
        """Wait until nothing is wanted of any engine, and the panes show it."""
        self.until(lambda: not self.session.busy)
        QTest.qWait(0)

    def click(self, name: str, within: Within = None) -> None:
        """Click a button, as soon as it is there and can be clicked."""
        self.until(lambda: self.find(QAbstractButton, name, within).isEnabled())
        QTest.mouseClick(self.find(QAbstractButton, name, within), Qt.MouseButton.LeftButton)

    def point_at(self, widget: QWidget) -> None:
        """Move the pointer over a widget, in and out of what else there is."""
        QTest.mouseMove(self.window.main, QPoint(1, 1))
        QTest.mouseMove(widget, widget.rect().center())
        QTest.qWait(0)

    def write(self, text: str, name: str = "Prompt for every model") -> QPlainTextEdit:
        """Click into a box and replace what is written there."""
        box = self.find(QPlainTextEdit, name)
        QTest.mouseClick(box.viewport(), Qt.MouseButton.LeftButton)
        box.selectAll()
        QTest.keyClicks(box, text)
        return box

    def ask_all(self, prompt: str) -> None:
        """Type a prompt into the box below and press Enter."""
        box = self.write(prompt)
        QTest.keyClick(box, Qt.Key.Key_Return)

    def ask_one(self, letter: str, prompt: str) -> None:
        """Choose whom to ask by its key, type a prompt, press Enter, and choose all again."""
        place = [pane.letter for pane in self.panes].index(letter)
        number = Qt.Key(Qt.Key.Key_1 + place)
        self.press(number, Qt.KeyboardModifier.ControlModifier)
        box = self.write(prompt, f"Prompt for {letter} only")
        QTest.keyClick(box, Qt.Key.Key_Return)
        self.press(number, Qt.KeyboardModifier.ControlModifier)

    def press(self, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
        """Press a key where the keyboard is; a window that just lost it gets it back first."""
        self.until(lambda: QApplication.focusWidget() is not None, "nothing has the keyboard")
        all_modifiers = Qt.KeyboardModifier.NoModifier
        for modifier in modifiers:
            all_modifiers |= modifier
        QTest.keyClick(QApplication.focusWidget() or self.window.main, key, all_modifiers)

    def close(self) -> None:
        """Close the window by its frame's button, and wait for its end."""
        if self.window.stage is Stage.CLOSED:
            return
        engines = running(*self.engine_pids())
        self.window.main.close()
        self.until(lambda: self.window.stage is Stage.CLOSED)
        self._house.close()
        _, alive = psutil.wait_procs(engines, timeout=ENDING_SECONDS)
        assert not alive, "an engine outlived the window"
        main = self.window.main
        self.window.deleteLater()
        main.deleteLater()

    def answered(self) -> bool:
        """Whether every answer of the last turn has ended."""
        return bool(self.turns) and all(
            answer.stop_reason is not None for answer in self.turns[-1].answers.values()
        )

    def state(self, place: int) -> PaneState:
        """What a pane is doing."""
        return self.panes[place].state


def running(*pids: int) -> list[psutil.Process]:
    """The processes of these numbers that there are."""
    found: list[psutil.Process] = []
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):
            found.append(psutil.Process(pid))
    return found


def text_of(widget: QWidget) -> str:
    """What a widget says, in English also where the window speaks the pseudo-language."""
    if isinstance(widget, QLabel | QAbstractButton):
        return english(widget.text().replace("\u200b", ""))
    if isinstance(widget, ElidedLabel):
        return english(widget.text)
    if isinstance(widget, QPlainTextEdit | QTextEdit):
        return english(widget.toPlainText())
    return ""


def _is_in_sight(widget: QWidget) -> bool:
    shown: QRect = widget.visibleRegion().boundingRect()
    return not shown.isEmpty()
