"""Predictions for the files of a repository, worked out one after another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.core.candidates.settings import KvType
from app.core.errors import PersonError
from app.core.memory.fit import Verdict
from app.core.models.kinds import ModelKind, why_no_candidate
from app.core.models.model_file import NoCandidateError
from app.lab.hub.fit import HubFitter, is_for_all
from app.lab.hub.recommend import level_of, recommended
from app.lab.predict.fit import Fit
from app.ui.kit.words.sentences import sentence, told
from app.ui.pages.models.asking import CancelFlag, while_wanted

if TYPE_CHECKING:
    from app.core.listing import ListedFile
    from app.hub.repositories import Repository
    from app.ui.kit.jobs import Job, JobContext, Jobs


class PredictionState(Enum):
    """How far the prediction of one file is."""

    WAITING = auto()
    WORKING = auto()
    JUDGED = auto()  # what it needs is known, its speed is still to come
    KNOWN = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class Prediction:
    """One file's.

    Attributes:
        fit: In the states JUDGED and KNOWN.
        problem: In the state FAILED: a sentence.
        kind: What the file is, where it is no language model.
    """

    state: PredictionState = PredictionState.WAITING
    fit: Fit | None = None
    problem: str = ""
    kind: ModelKind | None = None


WAITING = Prediction()
WORKING = Prediction(PredictionState.WORKING)
_UNFINISHED = (PredictionState.WAITING, PredictionState.WORKING)


class Predictions(QObject):
    """Main thread; the answers come from a job thread.

    Signals:
        changed: The prediction of one file (its name).
        judged: Whether they fit is known of all, or failed; speeds may be still to come.
        ended: Nothing more will come.
        refused: The headers cannot be had at all: a ``PersonError``; comes before ``judged``.
    """

    changed = Signal(str)
    judged = Signal()
    ended = Signal()
    refused = Signal(object)

    def __init__(self, fitter: HubFitter, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._fitter = fitter
        self._jobs = jobs
        self._job: Job[None] | None = None
        self._files: tuple[ListedFile, ...] = ()
        self._predictions: dict[str, Prediction] = {}
        self._refused = False

    def start(
        self,
        repository: Repository,
        files: Iterable[ListedFile],
        context_tokens: int,
        kv_type: str,
    ) -> None:
        """Forget what was, and begin with these files; incomplete sets fail at once."""
        self.cancel()
        self._files = tuple(files)
        self._predictions = {file.name: self._before(file) for file in self._files}
        self._refused = False
        for file in self._files:
            self.changed.emit(file.name)
        if self._unfinished():
            self._ask(repository, context_tokens, KvType(kv_type))
        elif self._files:
            self.judged.emit()
            self.ended.emit()

    def cancel(self) -> None:
        """Stop; nothing is told any more."""
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def of(self, name: str) -> Prediction:
        """The prediction of a file."""
        return self._predictions.get(name, WAITING)

    def level_of(self, file: ListedFile) -> str:
        """The level of a file: of its name, unless its header is known and belies that."""
        return level_of(file, self.of(file.name).fit)

    @property
    def share(self) -> float | None:
        """Of how many it is known whether they fit, 0 to 1; None where there is none."""
        if not self._predictions:
            return None
        left = sum(each.state in _UNFINISHED for each in self._predictions.values())
        return 1 - left / len(self._predictions)

    @property
    def measuring(self) -> bool:
        """Whether speeds are still to come."""
        return any(each.state is PredictionState.JUDGED for each in self._predictions.values())

    def recommendation(self) -> tuple[str | None, str]:
        """The name of the recommended file and the reason; only of what is known."""
        known = [(file, fit) for file in self._files if (fit := self.of(file.name).fit)]
        file, reason = recommended(known)
        return None if file is None else file.name, told(reason) if reason else ""

    def least_shrunken(self) -> ListedFile | None:
        """Of those that fit the one with the most bits: what the others are compared with."""
        fitting = [
            (fit.model.bits_per_weight, fit.needs.weights_bytes, file)
            for file in self._files
            if (fit := self.of(file.name).fit) and fit.judgement.verdict is not Verdict.NO
        ]
        return max(fitting, key=lambda each: each[:2])[2] if len(fitting) > 1 else None

    def _before(self, file: ListedFile) -> Prediction:
        """What is known of a file without its header."""
        if file.kind is not ModelKind.LANGUAGE_MODEL:
            problem = told(why_no_candidate(file.kind, file.name.rpartition("/")[2]))
            return Prediction(PredictionState.FAILED, problem=problem, kind=file.kind)
        if not file.complete:
            problem = self.tr("The repository holds only {there} of its {all} shards.")
            problem = problem.format(there=len(file.parts), all=file.shards)
            return Prediction(PredictionState.FAILED, problem=problem)
        return WAITING

    def _ask(self, repository: Repository, context_tokens: int, kv_type: KvType) -> None:
        """Have the answers for all files that wait for theirs."""
        files, fitter = self._unfinished(), self._fitter

        def work(context: JobContext) -> None:
            def turn(file: ListedFile) -> None:
                context.report((file, None))

            with while_wanted(context):
                stop = CancelFlag(lambda: context.cancelled)
                for answer in fitter.fits(repository, files, context_tokens, kv_type, turn, stop):
                    context.report(answer)

        def failed(error: PersonError) -> None:
            # Nobody foresaw it: it is laid to the file whose turn it was, and the others go on.
            for file in self._unfinished()[:1]:
                self._take((file, error))
            if self._unfinished():
                self._ask(repository, context_tokens, kv_type)
            else:
                self._on_done(None)

        self._job = self._jobs.run(work, done=self._on_done, progress=self._take, failed=failed)

    def _unfinished(self) -> Sequence[ListedFile]:
        return [file for file in self._files if self.of(file.name).state in _UNFINISHED]

    def _take(self, said: tuple[ListedFile, Fit | PersonError | None]) -> None:
        """A file's answer; None when its turn has come."""
        file, answer = said
        is_read = self.of(file.name).state in _UNFINISHED
        if answer is None:
            prediction = WORKING
        elif isinstance(answer, Fit):
            state = PredictionState.JUDGED if is_read else PredictionState.KNOWN
            prediction = Prediction(state, answer)
        else:
            kind = answer.kind if isinstance(answer, NoCandidateError) else None
            prediction = Prediction(PredictionState.FAILED, problem=sentence(answer), kind=kind)
        self._predictions[file.name] = prediction
        self.changed.emit(file.name)
        if isinstance(answer, PersonError) and is_for_all(answer) and not self._refused:
            self._refused = True
            self.refused.emit(answer)
        if is_read and not self._unfinished():
            self.judged.emit()

    def _on_done(self, _nothing: None) -> None:
        for file in self._files:
            prediction = self.of(file.name)
            if prediction.state is PredictionState.JUDGED:  # its speed never came
                known = Prediction(PredictionState.KNOWN, prediction.fit)
                self._predictions[file.name] = known
                self.changed.emit(file.name)
        self.ended.emit()
