"""Builds the Ladder page when it is first wanted: who only chats does not pay for it."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.kit.pages import Page, PageHelp
from app.ui.kit.text import translate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtGui import QShowEvent

    from app.core.errors import PersonError
    from app.ui.kit.jobs import Jobs
    from app.ui.pages.ladder.part import LadderPart

# A step that follows at once would leave no turn to timers, and so to answers that stream.
_BREATH_MS = 4
_MODULES = ("app.ui.pages.ladder.part", "app.ui.pages.ladder.plots.panel")


class LadderDoor(QObject):
    """The way to the Ladder page. Main thread only.

    Its modules are loaded by a job, and its parts are built one a turn of the event loop, so that
    the window goes on meanwhile.

    Signals:
        said: A sentence for the status line.
        built: The page (:class:`LadderPart`) is there, and has not begun yet.

    Attributes:
        part: The page with its queue; None before it is built.
    """

    said = Signal(str)
    built = Signal(object)

    def __init__(self, jobs: Jobs, make: Callable[[], LadderPart], parent: QObject) -> None:
        """``make`` prepares the page once its modules are there."""
        super().__init__(parent)
        self._jobs = jobs
        self._make = make
        self._place = _Place()
        self._place.shown.connect(self.open)
        self._opening = False
        self._closed = False
        self._waiting: list[Callable[[LadderPart], None]] = []
        self.part: LadderPart | None = None

    def open(self) -> None:
        """Build the page if it is not there."""
        if not self._opening:
            self._opening = True
            self._jobs.run(lambda _context: _load(), done=self._begin, failed=self._on_failed)

    def when_there(self, do: Callable[[LadderPart], None]) -> None:
        """Do something with the page as soon as it is built."""
        if self.part is not None:
            do(self.part)
            return
        self._waiting.append(do)
        self.open()

    def close(self) -> bool:
        """End what is measured; whether it has ended."""
        self._closed = True
        return self.part is None or self.part.close()

    def as_page(self) -> Page:
        """The page for the window."""
        return Page(
            id="ladder",
            title=translate("LadderDoor", "Ladder"),
            icon_name="ladder",
            widget=self._place,
            help=_help(),
        )

    def _begin(self, _loaded: None) -> None:
        if not self._closed:
            part = self._make()
            self._build(part, part.build())

    def _build(self, part: LadderPart, steps: Iterator[None]) -> None:
        """Take one step; the window has its turn before the next."""
        if self._closed:
            return
        there = next(steps, part)
        go_on = self._show if there is part else self._build
        QTimer.singleShot(_BREATH_MS, lambda: go_on(part, steps))

    def _show(self, part: LadderPart, _steps: Iterator[None]) -> None:
        if self._closed:
            return
        self._place.fill(part.page)
        self.part = part
        self.built.emit(part)
        part.begin()
        waiting, self._waiting = self._waiting, []
        for do in waiting:
            do(part)

    def _on_failed(self, error: PersonError) -> None:
        self._opening = False
        self.said.emit(error.sentence)


class _Place(QWidget):
    """Where the page will stand."""

    shown = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def fill(self, page: QWidget) -> None:
        """Show the page, and have its commands."""
        self._column.addWidget(page)
        self.addActions(page.actions())
        self.setFocusProxy(page)

    # Qt's own names from here on.

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit()


def _load() -> None:
    for name in _MODULES:
        importlib.import_module(name)


def _help() -> PageHelp:
    return PageHelp(
        paragraphs=(
            translate(
                "LadderDoor",
                "A ladder measures what each shrunken version of a model costs and loses against a"
                " reference, normally the least shrunken one, and says which one to run.",
            ),
            translate(
                "LadderDoor",
                "Speed and memory come first, then quality on a text, then questions with"
                " checkable answers. Everything is kept step by step: pause it, cancel it, or quit"
                " the program, and it goes on from the last finished step.",
            ),
            translate(
                "LadderDoor",
                "Only answers decide. “As good as” means that the whole 95 % interval of the"
                " difference is within what may be lost; “loses” means that the difference is"
                " certain, corrected for everything the ladder tests; everything else cannot be"
                " told yet. KL divergence describes how far a version is, not whether it is worse.",
            ),
            translate(
                "LadderDoor",
                "Blind votes tell what no question can: two versions answer your own prompts, and"
                " you choose without knowing which is which. The interval of a win rate holds"
                " whenever you look at it.",
            ),
            translate(
                "LadderDoor",
                "Limits of memory, speed and loss may be changed at any time: nothing is measured"
                " anew. Rest the pointer on a figure to read how it was taken.",
            ),
        ),
        keys=(
            (translate("LadderDoor", "Ctrl+C"), translate("LadderDoor", "Copy the chosen row")),
            (
                translate("LadderDoor", "Arrows, Enter"),
                translate("LadderDoor", "In a plot: go to a point, choose it, open it in Compare"),
            ),
            (
                translate("LadderDoor", "← or 1"),
                translate("LadderDoor", "Blind vote: left is better"),
            ),
            (
                translate("LadderDoor", "→ or 2"),
                translate("LadderDoor", "Blind vote: right is better"),
            ),
            (
                translate("LadderDoor", "T or 3"),
                translate("LadderDoor", "Blind vote: equally good"),
            ),
            (translate("LadderDoor", "B or 4"), translate("LadderDoor", "Blind vote: both bad")),
            (translate("LadderDoor", "Enter or N"), translate("LadderDoor", "Next pair")),
        ),
    )
