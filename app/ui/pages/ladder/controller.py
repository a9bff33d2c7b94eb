"""Does what a person wants of the ladder that is shown, and of others in the list."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from app.core.candidates.candidate import Candidate, candidate_of
from app.core.errors import PersonError
from app.lab.ladder.plan import Further
from app.ui.kit.wishes import remark
from app.ui.pages.ladder.words import entry_title

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.lab.verdict.view import LadderView
    from app.lab.works.ladders.entry import LadderEntry
    from app.ui.kit.jobs import Jobs
    from app.ui.pages.ladder.desk import LadderDesk


class LadderController(QObject):
    """Main thread.

    Args:
        page: Where it says what was done; its owner.
        desk: Knows the ladders, and deletes them.
        jobs: The door to background work.

    Attributes:
        entry: The ladder that is shown; None for none.

    Signals:
        came_back: A ladder that was shown when it was deleted is there again.
        failed: Why something could not be done (:class:`PersonError`).
    """

    came_back = Signal(object)
    failed = Signal(object)

    def __init__(self, page: QWidget, desk: LadderDesk, jobs: Jobs) -> None:
        super().__init__(page)
        self._page = page
        self._desk = desk
        self._jobs = jobs
        self.entry: LadderEntry | None = None

    def candidate(self, key: str) -> Candidate:
        """What runs in a row of the ladder that is shown."""
        return self.entry.candidate(key) if self.entry is not None else candidate_of(key)

    def do(self, what: Callable[[LadderEntry], object]) -> None:
        """Do something with the ladder that is shown, if there is one."""
        if self.entry is not None:
            what(self.entry)

    def ask_more(self, view: LadderView | None, key: str) -> None:
        """Ask a version, and the original, what would settle its verdict."""
        found = view.settlings.get(key) if view is not None else None
        if view is not None and found is not None:
            plan = replace(view.plan, more={**view.plan.more, **found.more})
            further = Further(ask=(plan.reference, key))
            self.do(lambda entry: self._desk.service.extend(entry, plan, further))

    def measure_speed(self, view: LadderView | None) -> None:
        """Measure the speeds, too."""
        if view is not None:
            plan, further = view.plan, Further(speed=True)
            self.do(lambda entry: self._desk.service.extend(entry, plan, further))

    def rename(self, entry: LadderEntry, name: str) -> None:
        """Call a ladder otherwise; with nothing, by its model."""
        self._desk.service.rename(entry, name)
        number, workers = entry.number, self._desk.workers
        if number is not None:
            self._jobs.run(lambda _context: workers.rename(number, name), failed=self.failed.emit)

    def delete(self, entry: LadderEntry) -> None:
        """Delete a ladder with everything measured; for a while it can be brought back."""
        was_shown = entry is self.entry
        try:
            bring_back = self._desk.delete(entry)
        except PersonError as error:
            self.failed.emit(error)
            return

        def undo() -> None:
            try:
                back = bring_back()
            except PersonError as error:
                self.failed.emit(error)
                return
            if back is not None and was_shown:
                self.came_back.emit(back)

        words = self.tr("“{title}” was deleted.").format(title=entry_title(entry))
        remark(self._page, words, undo)
