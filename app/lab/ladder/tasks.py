"""The tasks of a ladder: the questions of one file's step; and how far questions alone are."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.ladder.results import Answerers, Clocked, Spent, StepKind, TasksStep
from app.core.ladder.row import Row
from app.core.tasks.scoring import Outcome
from app.lab.engines.opened import opened, opened_file
from app.lab.ladder.effort import Asked
from app.lab.ladder.pace import FileSizes
from app.lab.ladder.plan import LadderPlan, Profile, Step
from app.lab.ladder.progress import Clock, LadderProgress
from app.lab.tasks.asker import FileAsker
from app.lab.tasks.beside import with_places
from app.lab.tasks.plan import TaskPlan, engines_and_threads
from app.lab.tasks.work import asked_bytes_a_token

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.models.model_file import ModelFile
    from app.core.stopping import Stopping
    from app.core.tasks.items import TaskItem
    from app.lab.engines.calls import EngineCalls
    from app.lab.engines.opened import OpenedCandidate
    from app.lab.engines.room import EngineRoom
    from app.lab.ladder.engines import LadderEngines
    from app.lab.tasks.kept import KeptAnswers
    from app.lab.tasks.plan import FileAnswers
    from app.lab.tasks.sets import TaskSet

_SHOWN_CHARACTERS = 240


class LadderTasks:
    """Asks one file after the other, all alike.

    Args:
        chosen: The questions.
        models: All files that will be asked; the largest decides how many engines share the work.
        threads: Of all engines of one file together.
        room: Where the engines are.
        kept: Answers that are known.
        open_model: Reads the header of one of the files.
        thinking: Models that have a switch for it think before they answer.
        at_once: How many questions an engine answers at once; None for as many as pay here.
    """

    def __init__(
        self,
        chosen: TaskSet,
        models: Sequence[ModelFile],
        threads: int,
        room: EngineRoom,
        kept: KeptAnswers,
        open_model: Callable[[Path], ModelFile],
        *,
        thinking: bool = False,
        at_once: int | None = None,
    ) -> None:
        every = list(map(opened_file, models))
        engines, each = engines_and_threads(every, threads, room)
        limits = dict(chosen.answer_tokens)
        self._plan = TaskPlan(chosen.items, engines, each, thinking, limits, places=None)
        self._every = every
        self._at_once = at_once
        self._room = room
        self._kept = kept
        self._open_model = open_model

    def ask(
        self,
        candidate: Candidate,
        on_share: Callable[[float], None],
        stopping: Stopping | None = None,
        engines: LadderEngines | None = None,
        reference: TasksStep | None = None,
    ) -> TasksStep:
        """Ask a candidate; what cannot be answered is missing, and the error says why.

        Asking ends where it is decided, if ``stopping`` tells when that is; of ``engines`` the
        candidate's own is used if it is loaded. As many questions are answered at once as by the
        reference, if it was asked before.

        Raises:
            DiskTrouble: A question's picture could not be written.
            PersonError: The file cannot be asked at all.
        """
        ready = opened(candidate.spoken, self._open_model)
        at_once = reference.at_once if reference is not None else self._at_once
        self._plan = with_places(self._plan, self._every, self._room, self._kept.passes, at_once)
        items = self._plan.items

        def note(_answered: int) -> None:
            on_share(asker.share)

        lent: list[EngineCalls] = []
        if engines is not None and ready.header is not None:
            needed_bytes = self._plan.needed_bytes(ready, self._room)
            lent = engines.lent(ready, self._plan.engines, needed_bytes)
        asker = FileAsker(ready, self._plan, self._room, self._kept, note, stopping, lent)
        found = asker.run()
        if engines is not None and ready.header is not None:
            engines.asked(ready)
        if asker.trouble is not None:
            raise asker.trouble
        outcomes = found.outcomes(items)
        far = ready.header is None
        return TasksStep(
            found.engine,
            {key: outcome.value for key, outcome in outcomes.items()},
            sum(found.answers[key].tokens for key in outcomes),
            {
                key: found.answers[key].text[:_SHOWN_CHARACTERS]
                for key, outcome in outcomes.items()
                if outcome is not Outcome.CORRECT
            },
            found.error,
            decided_after=found.decided.questions if found.decided is not None else None,
            decided_share=found.decided.share if found.decided is not None else 1.0,
            clocked=Clocked.of(found.figures) if far else None,
            spent=Spent.of(found.figures) if far else None,
            answerers=Answerers.of(found.figures),
            at_once=found.places,
            rounding=self._plan.rounding if found.places > 1 else None,
        )


class TasksClock:
    """How far several candidates' questions are: a ladder's clock whose steps are these alone.

    It is what :class:`app.lab.tasks.run.Tasks` tells. One thread.

    Args:
        items: The questions.
        on_progress: Told often how far it is.
        profile: How thoroughly is asked.
        threads: Of all engines of one file together.
        thinking: Models think before they answer.
        tolerance: Asking stops where it is decided whether so much is lost; None asks all.
        now: Seconds of a monotonic clock.
    """

    def __init__(
        self,
        items: Sequence[TaskItem],
        on_progress: Callable[[LadderProgress], None],
        profile: Profile,
        threads: int,
        *,
        thinking: bool = False,
        tolerance: float | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._items = items
        self._on_progress = on_progress
        self._how = (threads, profile)
        self._thinking = thinking
        self._tolerance = tolerance
        self._now = now
        self._rows: dict[str, Row] = {}
        self._steps: list[Step] = []
        self._number = 0
        self._is_told = False
        self._clock: Clock | None = None

    def begin(self, every: Sequence[OpenedCandidate]) -> None:
        """These will be asked, the reference first, each once; reads their vocabularies."""
        self._rows = {each.candidate.key(): Row(each.candidate) for each in every}
        first, *_ = keys = tuple(self._rows)
        plan = LadderPlan(
            first, keys, *self._how, thinking=self._thinking, stop_tolerance=self._tolerance
        ).of(every[0].candidate, [each.candidate for each in every])
        here = [each for each in every if each.header is not None]
        sizes = {each.candidate.key(): self._sizes(each) for each in here}
        asked, rows = Asked.of(self._items), self._rows
        self._clock = Clock(plan, sizes, asked, self._now, lambda: rows)
        self._steps = [Step(StepKind.TASKS, (key,)) for key in keys]

    def _sizes(self, each: OpenedCandidate) -> FileSizes:
        sizes = FileSizes.of(each.model)
        with contextlib.suppress(PersonError):  # its row will say why
            cut = asked_bytes_a_token(each.path, self._items)
            sizes = replace(sizes, bytes_a_token=cut)
        return sizes

    def tell(self, share: float) -> None:
        """So much of the next candidate's questions is done; what was known comes first."""
        assert self._clock is not None
        if not self._is_told:
            self._is_told = True
            self._clock.begin()
            self._clock.skip(share)
        self._on_progress(self._clock.progress(self._steps, self._number, share))

    def end(self, answers: FileAnswers) -> None:
        """A candidate has answered: what it was asked now is what it took the time for."""
        assert self._clock is not None
        step = self._steps[self._number]
        key = step.files[0]
        said = {each: outcome.value for each, outcome in answers.outcomes(self._items).items()}
        tokens = sum(answers.answers[each].tokens for each in said)
        self._rows[key] = replace(self._rows[key], tasks=TasksStep("", said, tokens))
        if answers.asked:
            self._clock.end(step, len(said) / len(self._items))
        self._number, self._is_told = self._number + 1, False
