"""Batches as the store keeps them, answer by answer."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.core.batch.prompts import BatchPrompt
from app.core.candidates.candidate import Candidate
from app.core.candidates.settings import SamplingSettings
from app.core.history.entry import Circumstances
from app.core.words.sentence import worded
from app.lab.batch.run import BatchAnswer, BatchPlan, BatchResult
from app.lab.engines.circumstances import circumstances_now
from app.store.database import StoreFailed
from app.store.tolerant import from_json, look_up, to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from app.store.history.measured import MeasuredStore, StoredBatch


class KeptBatch(msgspec.Struct, frozen=True):
    """What was asked of whom, as :class:`BatchPlan` has it.

    Attributes:
        name: What the file of the prompts is called; empty where there was none.
    """

    candidates: tuple[Candidate, ...]
    prompts: tuple[BatchPrompt, ...]
    system: str
    sampling: SamplingSettings
    threads: int
    name: str = ""

    @property
    def plan(self) -> BatchPlan:
        """To ask the same again."""
        return BatchPlan(self.prompts, self.system, self.sampling, self.threads)


for _kind in (KeptBatch, Circumstances, BatchAnswer):
    look_up(_kind)


class BatchKeeper:
    """Keeps a batch while it is answered, as far as that can be done. One thread.

    Args:
        store: Where; None keeps nothing.
        kept: What is asked.
        tell: Told once why no more is kept.

    Attributes:
        number: Of the store; None where nothing is kept.
    """

    def __init__(
        self, store: MeasuredStore | None, kept: KeptBatch, tell: Callable[[str], object]
    ) -> None:
        self._store = store
        self._kept = kept
        self._tell = tell
        self._there: dict[int, int] = {}
        self.number: int | None = None
        with self._writing() as there:
            if there is not None:
                self.number = there.begin_batch(to_json(kept), _taken(""))

    def follow(self, result: BatchResult) -> None:
        """Keep the answers that have come since the last time."""
        with self._writing() as store:
            for place, candidate in enumerate(dict.fromkeys(result.candidates)):
                answers = result.answers.get(candidate, [])
                for prompt in range(self._there.get(place, 0), len(answers)):
                    if store is not None and self.number is not None:
                        store.add_answer(self.number, place, prompt, to_json(answers[prompt]))
                    self._there[place] = prompt + 1

    def finish(self, result: BatchResult) -> None:
        """All was asked."""
        self.follow(result)
        with self._writing() as store:
            if store is not None and self.number is not None:
                store.finish_batch(self.number, _taken(result.engine))

    @contextmanager
    def _writing(self) -> Generator[MeasuredStore | None]:
        try:
            yield self._store
        except StoreFailed as error:  # the answers are worth more than their place in the history
            self._store = None
            if self.number is None:
                self._tell(worded("lab.not_in_history", reason=error.said))
            else:
                self._tell(worded("lab.no_more_in_history", reason=error.said))


def kept_batch(candidates: Sequence[Candidate], plan: BatchPlan, name: str = "") -> KeptBatch:
    """What is kept of what is to be asked, wherever the program is started next."""
    every = tuple(each.moved(Path.absolute) for each in dict.fromkeys(candidates))
    return KeptBatch(every, tuple(plan.prompts), plan.system, plan.sampling, plan.threads, name)


def batch_of(stored: StoredBatch) -> tuple[KeptBatch, BatchResult, Circumstances]:
    """A batch that was kept, with the answers that it has up to the first that is missing.

    Raises:
        NotReadable: A newer version wrote it.
    """
    kept = from_json(stored.plan, KeptBatch)
    circumstances = from_json(stored.taken, Circumstances)
    result = BatchResult(kept.candidates, engine=circumstances.engine)
    for place, candidate in enumerate(kept.candidates):
        answers = result.answers[candidate] = list[BatchAnswer]()
        while (text := stored.answers.get((place, len(answers)))) is not None:
            answers.append(from_json(text, BatchAnswer))
    return kept, result, circumstances


def _taken(engine: str) -> str:
    return to_json(circumstances_now(engine))
