"""Builds a page when it is first wanted: who does not look at it does not pay for it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.ui.kit.widgets.layouts import in_column
from app.ui.kit.words.sentences import sentence

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from app.core.errors import PersonError
    from app.ui.kit.jobs import Jobs

# A step that follows at once would leave no turn to timers, and so to answers that stream.
_BREATH_MS = 4


class Desk(Protocol):
    """What stands behind a page."""

    @property
    def page(self) -> QWidget:
        """The page, once it is built."""
        ...

    def build(self) -> Iterator[None]:
        """Make the page a piece at a time, so that the window has its turn in between."""
        ...

    def stop(self) -> None:
        """End what is under way; the window closes."""
        ...


D = TypeVar("D", bound=Desk)


class Place(QWidget):
    """Where a page will stand.

    Signals:
        shown: The person looks at it.

    Args:
        make: Makes the page when the person first looks, where that takes no longer than a blink.
    """

    shown = Signal()

    def __init__(self, make: Callable[[], QWidget] | None = None) -> None:
        super().__init__()
        self._make = make
        self._column = in_column(on=self, spacing=None)

    def fill(self, page: QWidget) -> None:
        """Show the page, and have its commands."""
        self._column.addWidget(page)
        self.addActions(page.actions())
        self.setFocusProxy(page)

    # Qt's own names from here on.

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        make, self._make = self._make, None
        if make is not None:
            self.fill(make())
        self.shown.emit()


class Late(QObject, Generic[D]):
    """The way to such a page. Main thread only.

    Its modules are loaded by a job, and its pieces are built one a turn of the event loop, so
    that the window goes on meanwhile.

    Attributes:
        place: Where the page will stand; to look at it is to want it.
        desk: What stands behind the page; None before it is built.
    """

    def __init__(
        self,
        modules: Sequence[str],
        jobs: Jobs,
        make: Callable[[], D],
        begin: Callable[[D], object],
        say: Callable[[str], object],
        parent: QObject,
    ) -> None:
        """Nothing is imported before the page is wanted.

        Args:
            modules: Names of what takes long to import.
            jobs: The door to background work.
            make: Prepares the page once its modules are there.
            begin: Called once when the page is built, before whoever waited for it.
            say: Takes a sentence for the status line.
            parent: Its owner.
        """
        super().__init__(parent)
        self._modules = modules
        self._jobs = jobs
        self._make = make
        self._begin = begin
        self._say = say
        self._opening = False
        self._closed = False
        self._waiting: list[Callable[[D], object]] = []
        self.desk: D | None = None
        self.place = Place()
        self.place.shown.connect(self.open)

    def open(self) -> None:
        """Build the page if it is not there."""
        if not self._opening:
            self._opening = True
            names = self._modules
            self._jobs.run(lambda _context: _load(names), done=self._start, failed=self._on_failed)

    def when_there(self, do: Callable[[D], object]) -> None:
        """Do something with the page as soon as it is built; build it if it is not there."""
        if self.desk is not None:
            do(self.desk)
            return
        self._waiting.append(do)
        self.open()

    def close(self) -> None:
        """Build nothing more."""
        self._closed = True

    def _start(self, _loaded: None) -> None:
        if not self._closed:
            desk = self._make()
            self._build(desk, desk.build())

    def _build(self, desk: D, steps: Iterator[None]) -> None:
        """Take one step; the window has its turn before the next."""
        if self._closed:
            return
        there = next(steps, desk)
        go_on = self._show if there is desk else self._build
        QTimer.singleShot(_BREATH_MS, lambda: go_on(desk, steps))

    def _show(self, desk: D, _steps: Iterator[None]) -> None:
        if self._closed:
            return
        self.place.fill(desk.page)
        self.desk = desk
        self._begin(desk)
        waiting, self._waiting = self._waiting, []
        for do in waiting:
            do(desk)

    def _on_failed(self, error: PersonError) -> None:
        self._opening = False
        self._say(sentence(error))


def _load(names: Sequence[str]) -> None:
    for name in names:
        importlib.import_module(name)
