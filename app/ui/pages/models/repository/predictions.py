"""Predictions for the files of a repository, worked out one after another."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.core.memory.fit import LevelAdvice, LevelChoice, advise_level
from app.core.models.kinds import ModelKind, why_no_candidate
from app.core.models.labels import told_level
from app.core.models.model_file import NoCandidateError
from app.hub.errors import HubGated, HubOffline, HubRateLimited, HubSilent, HubSwitchedOff
from app.ui.kit.sentences import sentence, told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.core.errors import PersonError
    from app.core.listing import ListedFile
    from app.hub.repositories import Repository
    from app.ui.kit.jobs import Job, JobContext, Jobs
    from app.ui.pages.models.ports import FitFigures, FitPort

# What will not be better for the next file.
_FOR_ALL = (HubGated, HubOffline, HubRateLimited, HubSilent, HubSwitchedOff)


class PredictionState(Enum):
    """How far the prediction of one file is."""

    WAITING = auto()
    WORKING = auto()
    KNOWN = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class Prediction:
    """One file's.

    Attributes:
        figures: In the state KNOWN.
        problem: In the state FAILED: a sentence.
        kind: What the file is, where it is no language model.
    """

    state: PredictionState = PredictionState.WAITING
    figures: FitFigures | None = None
    problem: str = ""
    kind: ModelKind | None = None


WAITING = Prediction()


def shown_level(file: ListedFile, prediction: Prediction) -> str:
    """The level to show for a file; empty where neither its name nor its header tells one."""
    figures = prediction.figures
    if figures is None:
        return file.level or ""
    return told_level(file.level, figures.level_name, figures.bits_per_weight or 0.0)


class Predictions(QObject):
    """Main thread; each prediction runs on a job thread.

    Signals:
        changed: The prediction of one file (its name).
        ended: All are known, or failed.
        refused: The headers cannot be had at all: a ``PersonError``; comes before ``ended``.
    """

    changed = Signal(str)
    ended = Signal()
    refused = Signal(object)

    def __init__(self, fit: FitPort, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._fit = fit
        self._jobs = jobs
        self._job: Job[FitFigures] | None = None
        self._repository: Repository | None = None
        self._context_tokens = 0
        self._kv_type = ""
        self._files: tuple[ListedFile, ...] = ()
        self._queue: deque[ListedFile] = deque()
        self._predictions: dict[str, Prediction] = {}

    def start(
        self,
        repository: Repository,
        files: Iterable[ListedFile],
        context_tokens: int,
        kv_type: str,
    ) -> None:
        """Forget what was, and begin with these files; incomplete sets fail at once."""
        self.cancel()
        self._repository = repository
        self._files = tuple(files)
        self._context_tokens = context_tokens
        self._kv_type = kv_type
        self._predictions = {file.name: WAITING for file in self._files}
        self._queue.extend(self._files)
        for file in self._files:
            self.changed.emit(file.name)
        self._next()

    def cancel(self) -> None:
        """Stop; nothing is told any more."""
        self._queue.clear()
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def of(self, name: str) -> Prediction:
        """The prediction of a file."""
        return self._predictions.get(name, WAITING)

    def level_of(self, file: ListedFile) -> str:
        """The level of a file: of its name, unless its header is known and belies that."""
        return shown_level(file, self.of(file.name))

    @property
    def share(self) -> float | None:
        """How much is done, 0 to 1; None where there is nothing to do."""
        if not self._predictions:
            return None
        unfinished = (PredictionState.WAITING, PredictionState.WORKING)
        left = sum(each.state in unfinished for each in self._predictions.values())
        return 1 - left / len(self._predictions)

    def recommendation(self) -> tuple[str | None, str]:
        """The name of the recommended file and the reason; only of what is known."""
        known = [
            (file, figures)
            for file in self._files
            if (figures := self.of(file.name).figures) is not None
        ]
        if not known:
            return None, ""
        chosen: LevelAdvice = advise_level(
            [
                LevelChoice(
                    self.level_of(file) or file.name,
                    figures.bits_per_weight or 0.0,
                    figures.needs.weights_bytes,
                    figures.judgement.verdict,
                )
                for file, figures in known
            ]
        )
        name = None if chosen.index is None else known[chosen.index][0].name
        return name, told(chosen.reason)

    def _next(self) -> None:
        self._job = None
        if not self._queue:
            if self._predictions:
                self.ended.emit()
            return
        file = self._queue.popleft()
        if file.kind is not ModelKind.LANGUAGE_MODEL:
            problem = told(why_no_candidate(file.kind, file.name.rpartition("/")[2]))
            self._set(file, problem=problem, kind=file.kind)
            self._next()
            return
        if not file.complete:
            problem = self.tr("The repository holds only {there} of its {all} shards.")
            self._set(file, problem=problem.format(there=len(file.parts), all=file.shards))
            self._next()
            return
        repository, fit = self._repository, self._fit
        assert repository is not None
        context_tokens, kv_type = self._context_tokens, self._kv_type

        def predict(context: JobContext) -> FitFigures:
            return fit.predict(repository, file, context_tokens, kv_type, lambda: context.cancelled)

        def done(figures: FitFigures) -> None:
            self._set(file, figures)
            self._next()

        self._predictions[file.name] = Prediction(PredictionState.WORKING)
        self.changed.emit(file.name)
        self._job = self._jobs.run(
            predict, done=done, failed=lambda error: self._on_failed(file, error)
        )

    def _on_failed(self, file: ListedFile, error: PersonError) -> None:
        kind = error.kind if isinstance(error, NoCandidateError) else None
        self._set(file, problem=sentence(error), kind=kind)
        if isinstance(error, _FOR_ALL):
            while self._queue:
                self._set(self._queue.popleft(), problem=sentence(error))
            self.refused.emit(error)
        self._next()

    def _set(
        self,
        file: ListedFile,
        figures: FitFigures | None = None,
        problem: str = "",
        kind: ModelKind | None = None,
    ) -> None:
        state = PredictionState.KNOWN if figures is not None else PredictionState.FAILED
        self._predictions[file.name] = Prediction(state, figures, problem, kind)
        self.changed.emit(file.name)
