"""The best settings of one model: asked for, measured as a ladder, taken as the model's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.candidates.changes import change_alone
from app.core.candidates.notation import told_settings
from app.lab.ladder.tuning import together_of
from app.lab.works.ladders.entry import name_of
from app.lab.works.ladders.run import LadderOrder
from app.ui.kit.wishes import remark
from app.ui.kit.words.sentences import sentence
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtWidgets import QWidget

    from app.core.candidates.candidate import Candidate
    from app.core.ladder.tuned import Tuned
    from app.core.verdict import Limits
    from app.lab.ladder.tuning import Tuning
    from app.ui.kit.jobs import Jobs
    from app.ui.kit.question import Question
    from app.ui.pages.ladder.desk import LadderDesk


class Tuner:
    """Main thread.

    Args:
        page: Where it is asked and said.
        question: Asks before anything is measured.
        desk: Knows what can be tried, and keeps what was found.
        jobs: The door to background work.
        limits: Of the person.
        measure: Measures a ladder.
    """

    def __init__(
        self,
        page: QWidget,
        question: Question,
        desk: LadderDesk,
        jobs: Jobs,
        limits: Callable[[], Limits],
        measure: Callable[[LadderOrder], object],
    ) -> None:
        self._page = page
        self._question = question
        self._desk = desk
        self._jobs = jobs
        self._limits = limits
        self._measure = measure

    def tune(self, candidate: Candidate) -> None:
        """Find out what is worth trying of a model, and ask whether it is to be measured."""
        desk = self._desk
        self._jobs.run(
            lambda _context: desk.tuning(candidate),
            done=self._ask,
            failed=lambda error: remark(self._page, sentence(error)),
        )

    def together(self, tuned: Tuned, base: Candidate) -> None:
        """Measure the best settings as one row, beside each of them and the model as it was."""
        self._measure(self._order(base, together_of(tuned, base)))

    def use(self, tuned: Tuned) -> None:
        """Load the model with the best settings from now on; the status line takes that back."""
        words = translate("Tuner", "{name} is loaded so from now on: {settings}").format(
            name=name_of(tuned.best.name), settings=told_settings(tuned.best)
        )
        remark(self._page, words, self._desk.keep_tuned(tuned.best))

    def _ask(self, tuning: Tuning) -> None:
        tried = [
            told_settings(change_alone(tuning.base, each)) or each.name
            for each in tuning.candidates[1:]
        ]
        words = translate(
            "Tuner",
            "Tune {name} for this PC? Beside its settings of now these are tried, one at a time:"
            " {settings}. Let the PC rest meanwhile.",
        ).format(name=name_of(tuning.base.name), settings=", ".join(tried))
        order = self._order(tuning.base, tuning.candidates)
        self._question.ask(
            words,
            translate("Tuner", "Measure"),
            lambda: self._measure(order),
            translate("Tuner", "Not now"),
        )

    def _order(self, base: Candidate, candidates: Sequence[Candidate]) -> LadderOrder:
        return LadderOrder(base, candidates, self._limits(), tunes=True)
