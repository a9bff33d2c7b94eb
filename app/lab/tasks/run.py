"""Tasks: what candidates get right and wrong beside a reference, kind by kind.

The reference is asked first, then one candidate after the other. Every answer is kept, so that a
run that was broken off, or one with a candidate more, goes on from there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.statistics.paired import holm
from app.core.stopping import Stopping
from app.core.tasks.looks import looks_at
from app.core.tasks.results import (
    TOLERANCE,
    KindResult,
    KindVerdict,
    compare_tasks,
    settled_by,
    together,
)
from app.core.tasks.standing import standing_against
from app.core.words.sentence import say, worded
from app.lab.engines.opened import OpenedCandidate, opened
from app.lab.tasks.asker import FileAsker
from app.lab.tasks.beside import with_places
from app.lab.tasks.plan import FileAnswers, TaskPlan, TaskResult, TaskRow
from app.library.model_files import open_model_file

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.models.model_file import ModelFile
    from app.core.tasks.items import TaskItem
    from app.lab.engines.room import EngineRoom
    from app.lab.tasks.kept import KeptAnswers
    from app.lab.tasks.telling import Telling

ALL_KINDS = "all"
"""What the row of all kinds together is called."""


class Tasks:
    """One measurement over several candidates; the calling thread waits for it.

    Args:
        plan: What to ask.
        room: Where the engines are.
        kept: Answers that are known.
        telling: Hears how far it is; may end the run.
        open_model: Reads the header of one of the files.
    """

    def __init__(
        self,
        plan: TaskPlan,
        room: EngineRoom,
        kept: KeptAnswers,
        telling: Telling,
        open_model: Callable[[Path], ModelFile] = open_model_file,
    ) -> None:
        self._plan = plan
        self._room = room
        self._kept = kept
        self._telling = telling
        self._open_model = open_model
        self._known: dict[str, FileAnswers] = {}
        self._stopping: Stopping | None = None

    def run(
        self,
        reference: Candidate,
        candidates: Sequence[Candidate],
        tolerance: float = TOLERANCE,
        *,
        stops: bool = False,
    ) -> TaskResult:
        """Ask all; a candidate that fails has its error in its row.

        Args:
            reference: What the others are compared with; it is asked everything.
            candidates: The others, and perhaps itself.
            tolerance: How much worse may still be called as good.
            stops: Asking a candidate stops where it is decided, by the rule of ladders; the
                questions take turns over the kinds.

        Raises:
            PersonError: The reference cannot be asked.
        """
        base = opened(reference.spoken, self._open_model)
        every, passes = self._opened(base, candidates), self._kept.passes
        self._plan = with_places(self._plan, every, self._room, passes)
        asked = {_place(each) for each in (reference, *candidates)}
        self._telling.begin(every)
        reference_row = self._asked(base)
        if not reference_row.answers.answers:
            reason = reference_row.error or say("lab.gave_no_answer")
            raise PersonError(say("lab.reference_cannot_asked", reason=reason))
        places = reference_row.answers.places
        self._plan = with_places(self._plan, every, self._room, passes, places)
        if stops:
            known = reference_row.answers.outcomes(self._plan.items)
            self._stopping = Stopping(self._plan.items, known, len(asked) - 1, tolerance)
        rows = [self._row(each) for each in candidates]
        judge_rows(self._plan.items, reference_row, rows, tolerance, stops=stops)
        engines = [row.answers.engine for row in (reference_row, *rows)]
        engine = next((engine for engine in engines if engine), "")
        return TaskResult(engine, self._plan, reference_row, rows)

    def _opened(
        self, reference: OpenedCandidate, candidates: Sequence[Candidate]
    ) -> list[OpenedCandidate]:
        every = {_place(reference.candidate): reference}
        for candidate in candidates:
            with contextlib.suppress(PersonError):  # its row will say why
                ready = opened(candidate.spoken, self._open_model)
                every.setdefault(_place(ready.candidate), ready)
        return list(every.values())

    def _row(self, candidate: Candidate) -> TaskRow:
        try:
            ready = opened(candidate.spoken, self._open_model)
        except PersonError as error:
            return TaskRow(candidate, None, error=error.sentence)
        return self._asked(ready)

    def _asked(self, ready: OpenedCandidate) -> TaskRow:
        manner = ready.manner
        row = TaskRow(
            ready.candidate,
            ready.header.level_name if ready.header is not None else None,
            has_template=not manner.is_plain,
            thinks=manner.thinks(self._plan.thinking),
        )
        place = _place(ready.candidate)
        if place not in self._known:
            self._known[place] = self._answers(ready)
            self._telling.end(self._known[place])
        row.answers = self._known[place]
        row.error = row.answers.error
        return row

    def _answers(self, ready: OpenedCandidate) -> FileAnswers:
        def note(_answered: int) -> None:
            self._telling.tell(asker.share)

        try:
            asker = FileAsker(ready, self._plan, self._room, self._kept, note, self._stopping)
            return asker.run()
        except PersonError as error:
            return FileAnswers(error=error.sentence)
        except OSError as error:
            reason = error.strerror or error
            return FileAnswers(error=worded("lab.cannot_read", path=ready.path, reason=reason))


def _place(candidate: Candidate) -> str:
    """The same for two that differ in how their file's path is written alone."""
    if (file := candidate.local) is None:
        return candidate.key()
    return f"{file.absolute()}#{candidate.settings_key()}"


def judge_rows(
    items: Sequence[TaskItem],
    reference: TaskRow,
    rows: Sequence[TaskRow],
    tolerance: float = TOLERANCE,
    *,
    stops: bool = False,
) -> None:
    """Compare what was answered; fills in the rows' results.

    A row of the reference itself is no further test, so that the others are not corrected for it;
    it is as good as itself, however few the questions are. Where asking could stop (``stops``), the
    look at all questions has its share of the error like any other.
    """
    base = reference.answers
    others = [row for row in rows if row.answers is not base]
    own = [row for row in (reference, *rows) if row.answers is base]
    _fill(items, base, others, tolerance, stops=stops)
    for row in own:
        _fill(items, base, [row], tolerance, stops=False)
        row.kinds = [_of_itself(kind) for kind in row.kinds]
        row.total = _of_itself(row.total) if row.total else None
        row.against = []


def _fill(
    items: Sequence[TaskItem],
    base: FileAnswers,
    rows: Sequence[TaskRow],
    tolerance: float,
    *,
    stops: bool,
) -> None:
    expected = base.outcomes(items)
    outcomes = [row.answers.outcomes(items) for row in rows]
    last = looks_at(items, stops=stops)[-1]
    looks = [row.answers.decided or last for row in rows]
    by_kind = compare_tasks(items, expected, outcomes, tolerance, looks)
    for row, kinds, total in zip(rows, by_kind, _totals(by_kind, tolerance), strict=True):
        if not row.answers.answers:
            continue
        row.kinds = kinds
        row.total = total
        if row.total is None or row.total.verdict is not KindVerdict.AS_GOOD:
            continue
        row.against = standing_against(kinds, tolerance)
        if row.against:
            row.total = replace(row.total, verdict=KindVerdict.CANNOT_TELL)


def _totals(by_kind: Sequence[Sequence[KindResult]], tolerance: float) -> list[KindResult | None]:
    """All questions of each row that the reference can do; one test a row, corrected apart."""
    sums = [together(ALL_KINDS, kinds) for kinds in by_kind]
    corrected = holm([one.p_value_of_look for one in sums if one is not None])
    p_values = iter(corrected)
    return [
        None if one is None else settled_by(one, next(p_values), tolerance, len(corrected))
        for one in sums
    ]


def _of_itself(result: KindResult) -> KindResult:
    if result.verdict is not KindVerdict.CANNOT_TELL or not result.counts.total:
        return result
    return replace(result, verdict=KindVerdict.AS_GOOD, items_to_settle=None)
