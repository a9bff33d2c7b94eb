"""The tasks of a ladder: the questions of one file's step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.ladder.results import Answerers, Clocked, Spent, TasksStep
from app.core.tasks.scoring import Outcome
from app.lab.engines.opened import opened, opened_file
from app.lab.tasks.asker import FileAsker
from app.lab.tasks.beside import with_places
from app.lab.tasks.plan import TaskPlan, engines_and_threads

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.models.model_file import ModelFile
    from app.core.stopping import Stopping
    from app.lab.engines.room import EngineRoom
    from app.lab.ladder.engines import LadderEngines
    from app.lab.tasks.kept import KeptAnswers
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
            PersonError: The file cannot be asked at all.
        """
        ready = opened(candidate.spoken, self._open_model)
        at_once = reference.at_once if reference is not None else self._at_once
        self._plan = with_places(self._plan, self._every, self._room, self._kept.passes, at_once)
        items = self._plan.items

        def note(_answered: int) -> None:
            on_share(asker.share)

        engine = None
        if engines is not None and ready.header is not None:
            tokens = self._plan.context_tokens(ready)
            engine = engines.lent(ready, self._plan.engines, tokens)
        asker = FileAsker(ready, self._plan, self._room, self._kept, note, stopping, engine)
        found = asker.run()
        if engines is not None and ready.header is not None:
            engines.asked(ready)
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
            at_once=self._plan.places or 1,
            rounding=self._plan.rounding,
        )
