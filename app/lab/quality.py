"""Quality of candidates against a reference over one text.

The reference evaluates a chunk once and its distributions are kept; every candidate evaluates the
same chunk and is held against them. Chunks are taken from look to look, all candidates in
turn, so that those that are measured well enough stop early. A candidate of another vocabulary
evaluates the same bytes by itself, for bits per byte.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.core.errors import PersonError
from app.core.quality.positions import PositionScores
from app.core.quality.summary import summarize
from app.core.quality.texts import SHORTEST_CHUNK_TOKENS
from app.core.statistics.looks import LOOKS_CHUNKS, StoppedBy, next_look, take_look
from app.engine import messages as m
from app.lab.engine_shelf import EngineShelf
from app.lab.quality_others import OtherVocabularies
from app.lab.quality_partings import Partings
from app.lab.quality_plan import QualityMode, QualityPlan, QualityResult, QualityRow
from app.lab.quality_scores import Candidate, finish, finish_alone
from app.lab.quality_text import Chunk, TextFacts, TextReader, comparable_chunks, quick_chunks
from app.library.model_files import open_model_file

if TYPE_CHECKING:
    from app.core.model_file import ModelFile
    from app.core.quality.summary import QualityFigures
    from app.lab.calls import EngineCalls
    from app.lab.kept_references import KeptReference, KeptReferences
    from app.lab.quality_partings import Continuation

_FLOOR_CHUNKS = 4
_FLOOR_BATCH_TOKENS = 32
_LEAST_CHUNKS = 2
_OTHER_VOCABULARY = (
    "It has another vocabulary than the reference, so that their distributions cannot be "
    "compared; bits per byte, tasks and votes can."
)


class Quality:
    """One measurement over several candidates; the calling thread waits for it.

    Args:
        plan: What to measure.
        folder: Working folder of the engines.
        references: Where the reference's distributions are kept.
        available_bytes: Memory that is free now.
        on_step: Told chunks done, the most that may come, and which file.
        open_model: Reads the header of one of the files.
    """

    def __init__(
        self,
        plan: QualityPlan,
        folder: Path,
        references: KeptReferences,
        available_bytes: Callable[[], int],
        on_step: Callable[[int, int, str], None],
        open_model: Callable[[Path], ModelFile] = open_model_file,
    ) -> None:
        self._plan = plan
        self._references = references
        self._on_step = on_step
        self._open_model = open_model
        self._shelf = EngineShelf(
            "quality", folder, plan.threads, plan.chunk_tokens, available_bytes
        )
        self._chunks: list[Chunk] = []
        self._pieces: dict[int, list[bytes]] = {}
        self._begins = False
        self._reference_error: str | None = None
        self._done = 0
        self._total = 0

    def run(
        self,
        reference: Path,
        candidates: Sequence[Path],
        noise_floor: QualityFigures | None = None,
    ) -> QualityResult:
        """Measure; a candidate that fails has its error in its row.

        Args:
            reference: What they are held against.
            candidates: In any number; none measures the noise floor alone.
            noise_floor: Known from an earlier run with this plan; measured when left out.

        Raises:
            PersonError: The reference cannot be used, or the text is too short, or what must be
                kept cannot be written.
        """
        try:
            return self._run(reference, candidates, noise_floor)
        except OSError as error:
            name = error.filename or "What the reference says"
            raise PersonError(
                f"{name} cannot be read or kept: {error.strerror or error}.", repr(error)
            ) from error

    def _run(
        self, reference: Path, candidates: Sequence[Path], noise_floor: QualityFigures | None
    ) -> QualityResult:
        base = self._open_model(reference)
        opened = [self._opened(path) for path in candidates]
        with self._shelf:
            kept = self._references.of(base, self._plan.text, self._plan.method)
            reader = TextReader(self._shelf, kept.scratch)
            facts = self._prepare(base, kept, reader)
            self._begins = facts.begin_token is not None
            self._total = len(self._chunks) * (1 + len(opened))
            usable = [
                c for c in opened if isinstance(c, Candidate) and self._fits(c, reader, facts)
            ]
            done = self._hold(base, kept, usable)
            self._measure_others(base, kept, reader, opened, done)
            floor = noise_floor or self._floor(base, kept)
            partings = Partings(self._shelf, reader, self._plan.threads)
            rows = [self._finished(c, base, kept, reader, partings) for c in opened]
            error = self._reference_error
            row = QualityRow(str(reference), base.level_name, facts=facts, error=error)
            return QualityResult(self._shelf.engine, row, floor, rows)

    # --- the text -------------------------------------------------------------------------

    def _prepare(self, base: ModelFile, kept: KeptReference, reader: TextReader) -> TextFacts:
        """Tokens of the text in chunks, each beginning as the vocabulary wants it."""
        plan = self._plan
        known = kept.tokens()
        if known is None:
            known = reader.read(base, plan.text)
            kept.keep_tokens(*known)
        facts, tokens = known
        if plan.mode is QualityMode.QUICK:
            chunks = quick_chunks(plan.text, facts, tokens)
            most = min(plan.most_chunks or LOOKS_CHUNKS[-1], LOOKS_CHUNKS[-1])
            needed = plan.chunk_tokens + SHORTEST_CHUNK_TOKENS
        else:
            chunks = comparable_chunks(facts, tokens, plan.chunk_tokens)
            most = plan.most_chunks
            needed = _LEAST_CHUNKS * plan.chunk_tokens
        self._chunks = chunks[:most]
        if len(self._chunks) < _LEAST_CHUNKS:
            raise PersonError(
                f"The text is too short to score: it has {len(tokens):,} tokens, "
                f"{needed:,} are needed."
            )
        return facts

    def _fits(self, candidate: Candidate, reader: TextReader, facts: TextFacts) -> bool:
        """Whether the candidate has the reference's vocabulary; else its row says so."""
        row = candidate.row
        try:
            row.facts, _ = reader.read(candidate.model, self._plan.text)
        except PersonError as error:
            row.error = error.sentence
            self._shelf.drop(candidate.model.path)
            return False
        if row.facts.vocabulary_digest != facts.vocabulary_digest:
            row.refused = _OTHER_VOCABULARY
        return row.refused is None

    # --- chunks ---------------------------------------------------------------------------

    def _hold(self, base: ModelFile, kept: KeptReference, usable: list[Candidate]) -> int:
        """Hold candidates against the reference from look to look; returns how many chunks."""
        done = 0
        while usable and done < len(self._chunks):
            target = min(next_look(done) or len(self._chunks), len(self._chunks))
            if self._plan.mode is QualityMode.COMPARABLE:
                target = len(self._chunks)
            kept_chunks = self._keep(base, kept, done, target)
            for candidate in usable:
                self._score(candidate, kept, range(done, kept_chunks))
            done = kept_chunks
            if done < target:
                break
            usable = [c for c in usable if c.row.error is None and not self._judged(c)]
        return done

    def _keep(self, base: ModelFile, kept: KeptReference, start: int, stop: int) -> int:
        """Keep what the reference says of some chunks; returns up to where it could.

        Raises:
            PersonError: It could not even for the first chunk of all.
        """
        for number in range(start, stop):
            if not kept.chunk(number).is_file():
                try:
                    self._keep_one(base, kept, number)
                except PersonError as error:
                    if number == 0:
                        raise
                    # What is measured so far stands.
                    self._reference_error = error.sentence
                    self._shelf.drop(base.path)
                    return number
            self._step(base)
        return stop

    def _keep_one(self, base: ModelFile, kept: KeptReference, number: int) -> None:
        plan = self._plan
        engine = self._shelf.take(base)
        command = m.KeepReference(
            engine.next_id(),
            self._chunks[number].tokens,
            plan.first_scored,
            plan.threads,
            str(kept.chunk(number)),
            comparable=plan.mode is QualityMode.COMPARABLE,
            first_position=number * (plan.chunk_tokens - 1 - plan.first_scored),
        )
        engine.call(command, m.ReferenceKept)

    def _score(self, candidate: Candidate, kept: KeptReference, numbers: range) -> None:
        row = candidate.row
        try:
            engine = self._shelf.take(candidate.model)
            for number in numbers:
                if self._is_late(row):
                    return
                begin_ns = time.monotonic_ns()
                scores = self._scored(engine, number, kept, self._plan.threads, 128)
                row.scored_ns += time.monotonic_ns() - begin_ns
                candidate.scores.append(scores)
                self._step(candidate.model)
        except PersonError as error:
            row.error = error.sentence
            self._shelf.drop(candidate.model.path)

    def _is_late(self, row: QualityRow) -> bool:
        most = self._plan.most_seconds
        return most is not None and row.scored_ns > most * 1e9

    def _scored(
        self, engine: EngineCalls, number: int, kept: KeptReference, threads: int, batch: int
    ) -> PositionScores:
        command = m.ScoreChunk(
            engine.next_id(),
            self._chunks[number].tokens,
            self._plan.first_scored,
            threads,
            str(kept.chunk(number)),
            batch,
        )
        scored = engine.call(command, m.ChunkScored)
        return PositionScores(
            np.asarray(scored.kld),
            np.asarray(scored.reference_ln_p),
            np.asarray(scored.ln_p),
            np.asarray(scored.same_top, dtype=np.bool_),
        )

    def _judged(self, candidate: Candidate) -> bool:
        """Whether a candidate is measured well enough, or no more is to come."""
        scores = candidate.scores
        ended = len(scores) >= len(self._chunks)
        if self._plan.mode is QualityMode.COMPARABLE:
            candidate.row.stopped_by = StoppedBy.TEXT_END if ended else None
            return ended
        look = take_look(
            [float(part.kld.sum()) for part in scores],
            [len(part) for part in scores],
            time_up=self._is_late(candidate.row),
            text_ended=ended,
        )
        candidate.row.stopped_by = look.stopped_by
        return look.stopped_by is not None

    def _floor(self, base: ModelFile, kept: KeptReference) -> QualityFigures | None:
        """What rounding alone makes of the reference: other batches, another number of threads."""
        count = self._keep(base, kept, 0, min(_FLOOR_CHUNKS, len(self._chunks)))
        threads = max(1, self._plan.threads - 1) if self._plan.threads > 1 else 2
        try:
            engine = self._shelf.take(base)
            return summarize(
                [
                    self._scored(engine, number, kept, threads, _FLOOR_BATCH_TOKENS)
                    for number in range(count)
                ]
            )
        except PersonError as error:
            self._reference_error = self._reference_error or error.sentence
            self._shelf.drop(base.path)
            return None

    def _measure_others(
        self,
        base: ModelFile,
        kept: KeptReference,
        reader: TextReader,
        opened: Sequence[Candidate | QualityRow],
        done: int,
    ) -> None:
        """Candidates of other vocabularies over the same bytes, each by itself."""
        others = [c for c in opened if isinstance(c, Candidate) and c.row.refused]
        if not others:
            return
        wanted = max(done, min(LOOKS_CHUNKS[1], len(self._chunks)))
        if self._plan.mode is QualityMode.COMPARABLE:
            wanted = len(self._chunks)
        count = self._keep(base, kept, done, wanted)
        every = OtherVocabularies(
            self._plan,
            self._shelf,
            reader,
            self._chunks[:count],
            lambda number: self._pieces_of(base, reader, number),
        )
        for candidate in others:
            every.measure(candidate, kept, self._is_late, self._step)

    # --- the end --------------------------------------------------------------------------

    def _finished(
        self,
        candidate: Candidate | QualityRow,
        base: ModelFile,
        kept: KeptReference,
        reader: TextReader,
        partings: Partings,
    ) -> QualityRow:
        if isinstance(candidate, QualityRow):
            return candidate
        row = candidate.row
        if row.refused:
            finish_alone(candidate)
        elif candidate.scores:
            count = len(candidate.scores)
            # The vocabulary is the same: whichever engine is there can tell the texts.
            there = base if row.error else candidate.model
            pieces = [self._pieces_of(there, reader, number) for number in range(count)]
            finish(candidate, self._chunks, pieces, self._plan.first_scored)
        if row.figures is None or row.error is not None:
            return row
        continuations = self._continuations(base, kept, partings)
        try:
            row.partings = partings.of_candidate(candidate.model, continuations)
        except PersonError as error:
            row.error = error.sentence
            self._shelf.drop(candidate.model.path)
        return row

    def _continuations(
        self, base: ModelFile, kept: KeptReference, partings: Partings
    ) -> list[Continuation]:
        known = kept.continuations()
        if known is None:
            try:
                known = partings.of_reference(base, self._plan.text, self._chunks)
            except PersonError as error:
                self._reference_error = self._reference_error or error.sentence
                self._shelf.drop(base.path)
                return []
            kept.keep_continuations(known)
        return known

    def _pieces_of(self, model: ModelFile, reader: TextReader, number: int) -> list[bytes]:
        """The bytes of a chunk's tokens; a begin token stands for none."""
        if number not in self._pieces:
            pieces = reader.pieces(model, self._chunks[number].tokens)
            self._pieces[number] = [b"", *pieces[1:]] if self._begins else pieces
        return self._pieces[number]

    def _opened(self, path: Path) -> Candidate | QualityRow:
        try:
            model = self._open_model(path)
        except PersonError as error:
            return QualityRow(str(path), None, error=error.sentence)
        return Candidate(model, QualityRow(str(path), model.level_name))

    def _step(self, model: ModelFile) -> None:
        self._done += 1
        self._on_step(min(self._done, self._total), self._total, str(model.path))
