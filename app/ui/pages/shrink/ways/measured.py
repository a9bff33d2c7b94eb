"""Makes the view of a comparison's ladder in the background, again whenever more is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.lab.ladder.kept import About
from app.lab.verdict.view import LadderView, view_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.errors import PersonError
    from app.core.verdict import Limits
    from app.lab.ladder.rows import LadderResult
    from app.lab.works.ladders.entry import LadderEntry
    from app.lab.works.ladders.worker import LadderWorkers
    from app.ui.kit.jobs import Job, Jobs


class MeasuredLadder(QObject):
    """One ladder at a time, by its number in the store. Main thread.

    Signals:
        made: A :class:`LadderView`, or None where nothing is known.

    Args:
        jobs: The door to background work.
        workers: Read from the store.
        limits: By which it is judged.
    """

    made = Signal(object)

    def __init__(self, jobs: Jobs, workers: LadderWorkers, limits: Callable[[], Limits]) -> None:
        super().__init__()
        self._jobs, self._workers, self._limits = jobs, workers, limits
        self._number: int | None = None
        self._known: tuple[LadderResult, About] | None = None
        self._job: Job[LadderView] | None = None
        self._again = False

    def follow(self, number: int | None) -> None:
        """Look at this ladder from now on; None for none."""
        if number == self._number:
            return
        if self._job is not None:
            self._job.cancel()
        self._number, self._known, self._job, self._again = number, None, None, False
        self.made.emit(None)
        if number is not None:
            self._jobs.run(
                lambda _context: self._workers.load(number),
                done=lambda found: self._take(number, *found),
                failed=self._ignore,
            )

    def hear(self, entry: LadderEntry) -> None:
        """A ladder is being measured, and more may be known of it."""
        if entry.number != self._number or entry.result is None:
            return
        if self._known is None or entry.result is not self._known[0]:
            self._known = entry.result, entry.about or About([])
            self._refresh()

    def _take(self, number: int, result: LadderResult, about: About) -> None:
        if number == self._number and self._known is None:
            self._known = (result, about)
            self._refresh()

    def _refresh(self) -> None:
        if self._known is None:
            return
        if self._job is not None:
            self._again = True
            return
        (result, about), limits, workers = self._known, self._limits(), self._workers
        self._job = self._jobs.run(
            lambda _context: view_of(result, about, limits, None, workers.votes(result)),
            done=self._on_made,
            failed=self._ignore,
        )

    def _on_made(self, view: LadderView) -> None:
        self._job = None
        self.made.emit(view)
        if self._again:
            self._again = False
            self._refresh()

    def _ignore(self, _error: PersonError) -> None:
        """It was removed from the store, say: there is nothing to show."""
        self._job = None
