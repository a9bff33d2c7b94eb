"""Where a ladder is set up: what is offered there, and what measuring it will take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.ui.kit.words.sentences import sentence

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.words.sentence import English
    from app.lab.works.ladders.run import LadderOrder
    from app.ui.kit.jobs import Job, Jobs
    from app.ui.pages.ladder.desk import LadderDesk
    from app.ui.pages.ladder.picking.picker import Picker


class SettingUp:
    """Tells the picker what it wants to know. Main thread.

    Args:
        picker: Where a ladder is set up.
        desk: Knows what can be measured, and on what.
        jobs: The door to background work.
    """

    def __init__(self, picker: Picker, desk: LadderDesk, jobs: Jobs) -> None:
        self._picker = picker
        self._desk = desk
        self._jobs = jobs
        self._costing: Job[list[English]] | None = None
        picker.costs_wanted.connect(self._tell_costs)

    def begin(self, candidates: Sequence[Candidate], reference: Candidate | None) -> None:
        """Set one up with these."""
        self.offer()
        self._picker.choose(candidates, reference)
        workers = self._desk.workers
        self._jobs.run(lambda _context: workers.pace(), done=self._picker.set_pace)
        self.look_for_texts()

    def offer(self) -> None:
        """What can be picked has changed."""
        self._picker.set_files(self._desk.pickable())

    def look_for_texts(self) -> None:
        """Offer the texts that there are to measure on."""
        texts = self._desk.texts
        self._jobs.run(lambda _context: texts(), done=self._picker.set_texts)

    def _tell_costs(self, order: LadderOrder | None) -> None:
        """Tell beforehand what servers will be asked; an earlier order's is not wanted any more."""
        if self._costing is not None:
            self._costing.cancel()
            self._costing = None
        if order is None:
            return
        workers, tell = self._desk.workers, self._picker.set_costs
        self._costing = self._jobs.run(
            lambda _context: workers.costs(order),
            done=lambda told: tell(order, told),
            failed=lambda error: tell(order, [sentence(error)]),
        )
