"""Quality of candidates against a reference over one text.

The reference evaluates a chunk once and its distributions are kept; every candidate evaluates the
same chunk and is held against them. Chunks are taken from look to look, all candidates in
turn, so that those that are measured well enough stop early.
"""

from __future__ import annotations

import random
import time
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.core.errors import PersonError
from app.core.quality.positions import PositionScores
from app.core.quality.summary import summarize, worst_positions
from app.core.statistics.looks import LOOKS_CHUNKS, StoppedBy, next_look, take_look
from app.engine import messages as m
from app.lab.engine_shelf import EngineShelf
from app.lab.kept_references import KeptReference, KeptReferences, TextFacts
from app.lab.quality_plan import QualityMode, QualityPlan, QualityResult, QualityRow, WorstToken
from app.library.model_files import open_model_file

if TYPE_CHECKING:
    from app.core.model_file import ModelFile
    from app.core.quality.summary import QualityFigures
    from app.lab.calls import EngineCalls

_FLOOR_CHUNKS = 4
_FLOOR_BATCH_TOKENS = 32
_LEAST_COMPARABLE_CHUNKS = 2
_WORST = 12
_SHOWN_TOKENS = 12
# Tokens handed to an engine in one command; a line of the protocol is bounded.
_PIECES_AT_ONCE = 4096


@dataclass(slots=True)
class _Candidate:
    model: ModelFile
    row: QualityRow
    scores: list[PositionScores] = field(default_factory=lambda: list[PositionScores]())


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
        self._chunks: list[list[int]] = []
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
            PersonError: The reference cannot be used, or the text is too short.
        """
        base = self._open_model(reference)
        opened = [self._opened(path) for path in candidates]
        with self._shelf:
            kept = self._references.of(base, self._plan.text, self._plan.method)
            facts = self._prepare(base, kept)
            self._total = len(self._chunks) * (1 + len(opened))
            usable = [c for c in opened if isinstance(c, _Candidate) and self._fits(c, kept, facts)]
            done = 0
            while usable and done < len(self._chunks):
                target = min(next_look(done) or len(self._chunks), len(self._chunks))
                if self._plan.mode is QualityMode.COMPARABLE:
                    target = len(self._chunks)
                self._keep(base, kept, done, target)
                for candidate in usable:
                    self._score(candidate, kept, range(done, target))
                done = target
                usable = [c for c in usable if c.row.error is None and not self._judged(c)]
            floor = noise_floor or self._floor(base, kept)
            rows = [self._finished(c, base) for c in opened]
            row = QualityRow(str(reference), base.level_name)
            return QualityResult(self._shelf.engine, row, floor, rows)

    # --- the text -------------------------------------------------------------------------

    def _prepare(self, base: ModelFile, kept: KeptReference) -> TextFacts:
        """Tokens of the text in chunks, each beginning as the vocabulary wants it."""
        facts = kept.facts
        if facts is None:
            facts = self._tokenized(base, kept.text, kept.tokens)
            kept.facts = facts
        tokens = array("i", kept.tokens.read_bytes())
        size = self._plan.chunk_tokens
        starts = list(range(0, len(tokens) - size + 1, size))
        most = self._plan.most_chunks
        if self._plan.mode is QualityMode.QUICK:
            # An order that does not depend on the content, so that no kind of text comes last.
            random.Random(1).shuffle(starts)
            most = min(most or LOOKS_CHUNKS[-1], LOOKS_CHUNKS[-1])
        starts = starts[:most]
        least = _LEAST_COMPARABLE_CHUNKS
        if len(starts) < least:
            raise PersonError(
                f"The text is too short to score: it has {len(tokens):,} tokens, "
                f"{least * size:,} are needed."
            )
        self._chunks = [tokens[start : start + size].tolist() for start in starts]
        if facts.begin_token is not None:
            for chunk in self._chunks:
                chunk[0] = facts.begin_token
        return facts

    def _tokenized(self, model: ModelFile, text: Path, target: Path) -> TextFacts:
        engine = self._shelf.take(model)
        command = m.Tokenize(engine.next_id(), str(text), str(target))
        tokenized = engine.call(command, m.Tokenized)
        return TextFacts(tokenized.begin_token, tokenized.vocabulary_digest)

    def _fits(self, candidate: _Candidate, kept: KeptReference, facts: TextFacts) -> bool:
        """Whether the candidate has the reference's vocabulary; else its row says so."""
        target = kept.tokens.with_name("candidate-tokens")
        try:
            own = self._tokenized(candidate.model, kept.text, target)
        except PersonError as error:
            candidate.row.error = error.sentence
            return False
        finally:
            target.unlink(missing_ok=True)
        if own.vocabulary_digest == facts.vocabulary_digest:
            return True
        candidate.row.error = (
            "It has another vocabulary than the reference, so that their distributions cannot be "
            "compared; tasks and votes can."
        )
        return False

    # --- chunks ---------------------------------------------------------------------------

    def _keep(self, base: ModelFile, kept: KeptReference, start: int, stop: int) -> None:
        plan = self._plan
        positions = plan.chunk_tokens - 1 - plan.first_scored
        for number in range(start, stop):
            if not kept.chunk(number).is_file():
                engine = self._shelf.take(base)
                command = m.KeepReference(
                    engine.next_id(),
                    self._chunks[number],
                    plan.first_scored,
                    plan.threads,
                    str(kept.chunk(number)),
                    comparable=plan.mode is QualityMode.COMPARABLE,
                    first_position=number * positions,
                )
                engine.call(command, m.ReferenceKept)
            self._step(base)

    def _score(self, candidate: _Candidate, kept: KeptReference, numbers: range) -> None:
        most_ns = None if self._plan.most_seconds is None else self._plan.most_seconds * 1e9
        row = candidate.row
        try:
            engine = self._shelf.take(candidate.model)
            for number in numbers:
                if most_ns is not None and row.scored_ns > most_ns:
                    return
                begin_ns = time.monotonic_ns()
                scores = self._scored(engine, number, kept, self._plan.threads, 128)
                row.scored_ns += time.monotonic_ns() - begin_ns
                candidate.scores.append(scores)
                self._step(candidate.model)
        except PersonError as error:
            row.error = error.sentence
            self._shelf.drop(candidate.model.path)

    def _scored(
        self, engine: EngineCalls, number: int, kept: KeptReference, threads: int, batch: int
    ) -> PositionScores:
        command = m.ScoreChunk(
            engine.next_id(),
            self._chunks[number],
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

    def _judged(self, candidate: _Candidate) -> bool:
        """Whether a candidate is measured well enough, or no more is to come."""
        scores, most = candidate.scores, self._plan.most_seconds
        ended = len(scores) >= len(self._chunks)
        if self._plan.mode is QualityMode.COMPARABLE:
            candidate.row.stopped_by = StoppedBy.TEXT_END if ended else None
            return ended
        look = take_look(
            [float(part.kld.sum()) for part in scores],
            [len(part) for part in scores],
            time_up=most is not None and candidate.row.scored_ns > most * 1e9,
            text_ended=ended,
        )
        candidate.row.stopped_by = look.stopped_by
        return look.stopped_by is not None

    def _floor(self, base: ModelFile, kept: KeptReference) -> QualityFigures:
        """What rounding alone makes of the reference: other batches, another number of threads."""
        count = min(_FLOOR_CHUNKS, len(self._chunks))
        self._keep(base, kept, 0, count)
        engine = self._shelf.take(base)
        threads = max(1, self._plan.threads - 1) if self._plan.threads > 1 else 2
        return summarize(
            [
                self._scored(engine, number, kept, threads, _FLOOR_BATCH_TOKENS)
                for number in range(count)
            ]
        )

    # --- the end --------------------------------------------------------------------------

    def _finished(self, candidate: _Candidate | QualityRow, base: ModelFile) -> QualityRow:
        if isinstance(candidate, QualityRow):
            return candidate
        row, scores = candidate.row, candidate.scores
        if not scores:
            return row
        # The vocabulary is the same: whichever engine is there can tell the texts.
        there = base if row.error else candidate.model
        pieces = [self._pieces(there, chunk) for chunk in self._chunks[: len(scores)]]
        first = self._plan.first_scored + 1
        row.figures = summarize(scores, [sum(map(len, piece[first:])) for piece in pieces])
        if row.figures.bits_per_byte is not None:
            row.bits_per_byte = row.figures.bits_per_byte.value
        for worst in worst_positions(scores, _WORST):
            piece, place = pieces[worst.chunk], first + worst.position
            row.worst.append(
                WorstToken(
                    _text(piece[max(0, place - _SHOWN_TOKENS) : place]),
                    _text(piece[place : place + 1]),
                    worst.kld,
                    worst.reference_p,
                    worst.candidate_p,
                )
            )
        return row

    def _pieces(self, base: ModelFile, tokens: list[int]) -> list[bytes]:
        engine = self._shelf.take(base)
        pieces: list[bytes] = []
        for start in range(0, len(tokens), _PIECES_AT_ONCE):
            command = m.Detokenize(engine.next_id(), tokens[start : start + _PIECES_AT_ONCE])
            texts = engine.call(command, m.Detokenized).pieces
            pieces += [text.encode("latin-1") for text in texts]
        return pieces

    def _opened(self, path: Path) -> _Candidate | QualityRow:
        try:
            model = self._open_model(path)
        except PersonError as error:
            return QualityRow(str(path), None, error=error.sentence)
        return _Candidate(model, QualityRow(str(path), model.level_name))

    def _step(self, model: ModelFile) -> None:
        self._done += 1
        self._on_step(min(self._done, self._total), self._total, str(model.path))


def _text(pieces: Sequence[bytes]) -> str:
    return b"".join(pieces).decode("utf-8", errors="replace")
