"""Asks before a ladder goes with everything that was measured, and removes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from app.ui.kit.question import Question
from app.ui.kit.words.sentences import sentence
from app.ui.pages.ladder.words import entry_title

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.lab.works.ladders.entry import LadderEntry
    from app.ui.kit.jobs import Jobs
    from app.ui.pages.ladder.ports import LadderBackends


class LadderRemoval(Question):
    """Main thread.

    Signals:
        failed: Why it is still in the store, a sentence.
    """

    failed = Signal(str)

    def __init__(self, jobs: Jobs, backends: LadderBackends, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._backends = backends
        self._entry: LadderEntry | None = None
        self.confirmed.connect(self._remove)

    def ask_for(self, entry: LadderEntry) -> None:
        """Ask whether this one may go."""
        self._entry = entry
        self.ask(
            self.tr("Remove the measurement of {title} with everything measured?").format(
                title=entry_title(entry)
            ),
            self.tr("Remove"),
        )

    def _remove(self) -> None:
        entry, self._entry = self._entry, None
        if entry is None:
            return
        self._backends.service.forget(entry)
        number, workers = entry.number, self._backends.workers
        if number is not None and entry not in self._backends.service.all:
            self._jobs.run(
                lambda _context: workers.delete(number),
                failed=lambda error: self.failed.emit(sentence(error)),
            )
