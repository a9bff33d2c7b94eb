"""Makes the view of the shown ladder in the background, again whenever something changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.lab.ladder.kept import About
from app.lab.verdict.view import LadderView, view_of

if TYPE_CHECKING:
    from app.core.errors import PersonError
    from app.core.verdict import Limits
    from app.lab.ladder.rows import LadderResult
    from app.lab.works.ladders.entry import LadderEntry
    from app.ui.kit.jobs import Job, Jobs
    from app.ui.pages.ladder.desk import LadderDesk


class ViewMaker(QObject):
    """One view at a time is being made; what changes meanwhile makes one more. Main thread.

    Signals:
        made: A :class:`LadderView`, or None where nothing is known of the ladder.
        failed: Why the ladder cannot be read (:class:`PersonError`).
    """

    made = Signal(object)
    failed = Signal(object)

    def __init__(self, jobs: Jobs, desk: LadderDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._desk = desk
        self._entry: LadderEntry | None = None
        self._job: Job[LadderView] | None = None
        self._loading: Job[tuple[LadderResult, About]] | None = None
        self._again = False
        self.limits: Limits = desk.usual_limits

    def show_entry(self, entry: LadderEntry | None) -> None:
        """Make views of this ladder from now on."""
        if entry is self._entry:
            self.refresh()
            return
        for job in (self._job, self._loading):
            if job is not None:
                job.cancel()
        self._job = self._loading = None
        self._again = False
        self._entry = entry
        if entry is None or (entry.result is None and entry.number is None):
            self.made.emit(None)
        elif entry.result is None:
            self.made.emit(None)
            self._load(entry)
        else:
            self.refresh()

    def set_limits(self, limits: Limits) -> None:
        """Judge by these from now on."""
        if limits != self.limits:
            self.limits = limits
            self.refresh()

    def refresh(self) -> None:
        """Something has changed."""
        entry = self._entry
        if entry is None or entry.result is None:
            return
        if self._job is not None:
            self._again = True
            return
        result, about = entry.result, entry.about or About([])
        letters, limits = dict(entry.letters), self.limits
        workers = self._desk.workers
        self._job = self._jobs.run(
            lambda _context: view_of(
                result, about, limits, letters, workers.votes(result), workers.kept_server
            ),
            done=self._on_made,
            failed=self._on_failed,
        )

    def _load(self, entry: LadderEntry) -> None:
        number, workers = entry.number, self._desk.workers
        assert number is not None

        def done(found: tuple[LadderResult, About]) -> None:
            self._loading = None
            self._desk.service.take_loaded(entry, *found)

        def failed(error: PersonError) -> None:
            self._loading = None
            self.failed.emit(error)

        self._loading = self._jobs.run(
            lambda _context: workers.load(number), done=done, failed=failed
        )

    def _on_made(self, view: LadderView) -> None:
        self._job = None
        self.made.emit(view)
        if self._again:
            self._again = False
            self.refresh()

    def _on_failed(self, error: PersonError) -> None:
        self._job = None
        self._again = False
        self.failed.emit(error)
