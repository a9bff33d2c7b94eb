"""Has the reference evaluate chunks and candidates held against what is kept of it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np

from app.core.errors import PersonError
from app.core.quality.positions import PositionScores
from app.core.quality.summary import QualityFigures, summarize
from app.engine.protocol.scoring import ChunkScored, KeepReference, ReferenceKept, ScoreChunk
from app.lab.quality.plan import QualityMode, QualityPlan, QualityRow

if TYPE_CHECKING:
    from app.lab.engines.calls import EngineCalls
    from app.lab.engines.opened import OpenedCandidate
    from app.lab.engines.shelf import EngineShelf
    from app.lab.quality.kept_references import KeptReference
    from app.lab.quality.scores import Measured
    from app.lab.quality.text import Chunk

_FLOOR_CHUNKS = 4
# Writing token by token is slow: a large model's floor rests on fewer chunks.
_FLOOR_SECONDS = 60.0
# So many chunks beyond the one that is waited for the reference is asked about.
_AHEAD = 2


class Holding:
    """The chunks of one measurement, evaluated by the reference and by candidates; one thread.

    Args:
        plan: What is measured.
        shelf: The engines.
        base: The reference.
        kept: What is kept of it.
        chunks: All that may be taken.
        on_chunk: Told after each chunk which file has evaluated it.

    Attributes:
        failure: Why the reference could say no more; None where it could.
    """

    def __init__(
        self,
        plan: QualityPlan,
        shelf: EngineShelf,
        base: OpenedCandidate,
        kept: KeptReference,
        chunks: Sequence[Chunk],
        on_chunk: Callable[[OpenedCandidate], None],
    ) -> None:
        self._plan = plan
        self._shelf = shelf
        self._base = base
        self._kept = kept
        self._chunks = chunks
        self._on_chunk = on_chunk
        self._asked: dict[int, tuple[EngineCalls, int]] = {}
        self._told = 0
        self.failure: PersonError | None = None

    def lose_reference(self, error: PersonError) -> None:
        """The reference has failed; what is measured so far stands."""
        self.failure = self.failure or error
        self._shelf.drop(self._base)

    def keep(self, start: int, stop: int) -> int:
        """Keep what the reference says of some chunks; returns up to where it could."""
        for number in range(start, stop):
            if not self._has_kept(number, stop):
                return number
        return stop

    def score(self, candidate: Measured, numbers: range) -> None:
        """Hold a candidate against the reference; what goes wrong stands in its row.

        Where engines have a thread each, and there is room, the reference keeps the next chunks
        meanwhile; engines with all threads would wait for each other's.
        """
        row, opened, base = candidate.row, candidate.opened, self._base
        is_another = opened.candidate.key() != base.candidate.key()
        may = is_another and self._plan.threads == 1 and self._shelf.hold([base, opened])
        beside = [base] if may else []
        if not beside:
            numbers = range(numbers.start, self.keep(numbers.start, numbers.stop))
        try:
            engines = self._shelf.take_all(opened, beside)
            sent: deque[tuple[EngineCalls, int]] = deque()
            begin_ns = time.monotonic_ns()
            for number in numbers:
                waits_ns = time.monotonic_ns()
                if self.is_late(row) or not self._has_kept(number, numbers.stop, [opened]):
                    break
                begin_ns += time.monotonic_ns() - waits_ns
                engine = engines[number % len(engines)]
                command = self._command(engine, number)
                # The next chunk is evaluated while the last one's positions are scored.
                engine.send(command)
                sent.append((engine, command.id))
                if len(sent) > 2 * len(engines) - 1:
                    begin_ns = self._take(*sent.popleft(), candidate, begin_ns)
            while sent:
                begin_ns = self._take(*sent.popleft(), candidate, begin_ns)
        except PersonError as error:
            row.fail(error)
            self._shelf.drop(opened)

    def is_late(self, row: QualityRow) -> bool:
        """Whether a candidate's time is up."""
        most = self._plan.most_seconds
        return most is not None and row.scored_ns > most * 1e9

    def floor(self) -> QualityFigures | None:
        """How far the reference is from itself: read in slices, and written token by token.

        Both are at work in every answer, and llama.cpp has kernels of its own for either.
        """
        count = self.keep(0, min(_FLOOR_CHUNKS, len(self._chunks)))
        if not count:
            return None
        scores: list[PositionScores] = []
        begin = time.monotonic()
        try:
            engines = self._shelf.take_all(self._base)
            for start in range(0, count, len(engines)):
                beside = list(zip(engines, range(start, count), strict=False))
                commands = [self._command(*each, one_by_one=True) for each in beside]
                for (engine, _), command in zip(beside, commands, strict=True):
                    engine.send(command)
                for (engine, number), command in zip(beside, commands, strict=True):
                    scored = engine.answer(command.id, ChunkScored)
                    scores.append(self._scores_of(scored, number))
                if time.monotonic() - begin > _FLOOR_SECONDS:
                    break
            return summarize(scores)
        except PersonError as error:
            self.lose_reference(error)
            return None

    def _has_kept(self, number: int, stop: int, beside: Collection[OpenedCandidate] = ()) -> bool:
        """Whether what the reference says of a chunk is there; waits for it.

        Args:
            number: The chunk.
            stop: Those before this one are wanted next: the reference begins with them.
            beside: Whose engines do not give way to the reference's.
        """
        try:
            for each in range(number, min(stop, number + 1 + _AHEAD)):
                missing = each not in self._asked and not self._kept.chunk(each).is_file()
                if missing and self.failure is None:
                    self._ask(each, beside)
            while number in self._asked:
                earliest = next(iter(self._asked))
                engine, command_id = self._asked.pop(earliest)
                engine.answer(command_id, ReferenceKept)
        except PersonError as error:
            self._asked.clear()
            self.lose_reference(error)
        is_there = number not in self._asked and self._kept.chunk(number).is_file()
        if is_there and number >= self._told:
            self._told = number + 1
            self._on_chunk(self._base)
        return is_there

    def _ask(self, number: int, beside: Collection[OpenedCandidate]) -> None:
        plan = self._plan
        engine = self._shelf.take(self._base, beside)
        command = KeepReference(
            engine.next_id(),
            self._chunks[number].tokens,
            plan.first_scored,
            plan.threads,
            str(self._kept.chunk(number)),
            comparable=plan.mode is QualityMode.COMPARABLE,
            first_position=number * (plan.chunk_tokens - 1 - plan.first_scored),
        )
        engine.send(command)
        self._asked[number] = engine, command.id

    def _command(self, engine: EngineCalls, number: int, *, one_by_one: bool = False) -> ScoreChunk:
        return ScoreChunk(
            engine.next_id(),
            self._chunks[number].tokens,
            self._plan.first_scored,
            self._plan.threads,
            str(self._kept.chunk(number)),
            one_by_one=one_by_one,
        )

    def _take(
        self, engine: EngineCalls, command_id: int, candidate: Measured, begin_ns: int
    ) -> int:
        """Wait for a chunk; returns when it was there."""
        scored = engine.answer(command_id, ChunkScored)
        candidate.scores.append(self._scores_of(scored, len(candidate.scores)))
        now_ns = time.monotonic_ns()
        candidate.row.scored_ns += now_ns - begin_ns
        self._on_chunk(candidate.opened)
        return now_ns

    def _scores_of(self, scored: ChunkScored, number: int) -> PositionScores:
        """What counts of a chunk's scores."""
        scores = PositionScores(
            np.asarray(scored.kld),
            np.asarray(scored.reference_ln_p),
            np.asarray(scored.ln_p),
            np.asarray(scored.same_top, dtype=np.bool_),
        )
        counts = self._chunks[number].counts
        return scores if counts is None else scores.taken(counts[self._plan.first_scored + 1 :])
