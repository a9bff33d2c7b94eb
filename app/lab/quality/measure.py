"""Quality of candidates against a reference over one text.

The reference evaluates a chunk once and its distributions are kept; every candidate evaluates the
same chunk and is held against them. Chunks are taken from look to look, all candidates in
turn, so that those that are measured well enough stop early. A candidate of another vocabulary
evaluates the same bytes by itself, for bits per byte.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.base.files import is_unwritable
from app.core.errors import DiskTrouble, PersonError
from app.core.quality.common import checkpoints
from app.core.quality.texts import SHORTEST_CHUNK_TOKENS
from app.core.statistics.looks import LOOKS_CHUNKS, StoppedBy, next_look, take_look
from app.core.words.sentence import English, Sentence, say, worded
from app.lab.engines.opened import OpenedCandidate, opened
from app.lab.engines.shelf import EngineShelf
from app.lab.quality.holding import Holding
from app.lab.quality.others import OtherVocabularies
from app.lab.quality.partings import Continuation, Partings
from app.lab.quality.plan import QualityMode, QualityPlan, QualityResult, QualityRow, share_text
from app.lab.quality.scores import Measured, finish, finish_alone
from app.lab.quality.text import Chunk, TextFacts, TextReader, comparable_chunks, quick_chunks
from app.library.model_files import open_model_file

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.models.model_file import ModelFile
    from app.core.quality.summary import QualityFigures
    from app.lab.engines.room import EngineRoom
    from app.lab.quality.kept_references import KeptReference, KeptReferences

_LEAST_CHUNKS = 2


class Quality:
    """One measurement over several candidates; the calling thread waits for it.

    Args:
        plan: What to measure.
        room: Where the engines are.
        references: Where the reference's distributions are kept.
        on_step: Told chunks done, the most that may come, and which file.
        open_model: Reads the header of one of the files.
        shelf: Where engines are that stay loaded; None ends those that were started.
    """

    def __init__(
        self,
        plan: QualityPlan,
        room: EngineRoom,
        references: KeptReferences,
        on_step: Callable[[int, int, str], None],
        open_model: Callable[[Path], ModelFile] = open_model_file,
        shelf: EngineShelf | None = None,
    ) -> None:
        self._plan = plan
        self._references = references
        self._on_step = on_step
        self._open_model = open_model
        self._stays = shelf is not None
        self._shelf = shelf or EngineShelf(
            "quality", room, plan.threads, plan.chunk_tokens, makes_contexts=True
        )
        self._chunks: list[Chunk] = []
        self._pieces: dict[int, list[bytes]] = {}
        self._begins = False
        self._done = 0
        self._total = 0

    def run(
        self,
        reference: Candidate,
        candidates: Sequence[Candidate],
        noise_floor: QualityFigures | None = None,
        *,
        whole: bool = False,
        wants_floor: bool = True,
    ) -> QualityResult:
        """Measure; a candidate that fails has its error in its row.

        Args:
            reference: What they are held against.
            candidates: In any number; none measures the noise floor alone.
            noise_floor: Known from an earlier run with this plan; measured when left out.
            whole: Keep all that the reference may ever be asked, so that its file may go then.
            wants_floor: Whether the floor is measured at all.

        Raises:
            DiskTrouble: What must be kept cannot be written.
            PersonError: The reference cannot be used, or the text is too short.
        """
        try:
            return self._run(
                reference, candidates, noise_floor, whole=whole, wants_floor=wants_floor
            )
        except OSError as error:
            name = error.filename or say("lab.what_reference_says")
            said = say("lab.cannot_read_kept", name=name, reason=error.strerror or error)
            failed = DiskTrouble if is_unwritable(error) else PersonError
            raise failed(said, repr(error)) from error

    def _run(
        self,
        reference: Candidate,
        candidates: Sequence[Candidate],
        noise_floor: QualityFigures | None,
        *,
        whole: bool,
        wants_floor: bool,
    ) -> QualityResult:
        base = opened(reference.spoken, self._open_model)
        every = [self._opened(each) for each in candidates]
        with contextlib.nullcontext() if self._stays else self._shelf:
            kept = self._references.of(base, self._plan.text, self._plan.method)
            reader = TextReader(self._shelf, kept.scratch)
            facts = self._prepare(base, kept, reader)
            self._begins = facts.begin_token is not None
            self._total = len(self._chunks) * (1 + len(every))
            usable = [c for c in every if isinstance(c, Measured) and self._fits(c, reader, facts)]
            holding = Holding(self._plan, self._shelf, base, kept, self._chunks, self._step)
            done = self._hold(holding, usable)
            self._measure_others(holding, base, kept, reader, every, done)
            floor = noise_floor
            if floor is None and wants_floor and not self._plan.is_mean_only:
                floor = holding.floor()
            if whole:
                holding.keep(done, len(self._chunks))
                self._continuations(base, kept, self._partings(reader), holding)
            rows = [self._finished(c, base, kept, reader, holding) for c in every]
            share_text(rows)
            row = QualityRow(reference, base.model.level_name, facts=facts)
            if holding.failure is not None:
                row.fail(holding.failure)
                _blame_reference(rows, holding.failure.sentence)
            remarks = self._beyond_training(
                [base, *(c.opened for c in every if isinstance(c, Measured))]
            )
            return QualityResult(self._shelf.engine, row, floor, rows, remarks)

    # --- the text -------------------------------------------------------------------------

    def _prepare(self, base: OpenedCandidate, kept: KeptReference, reader: TextReader) -> TextFacts:
        """Tokens of the text in chunks, each beginning as the vocabulary wants it."""
        plan = self._plan
        known = kept.tokens()
        if known is None:
            facts, tokens = reader.read(base, plan.text, plan.threads)
            if plan.text.answers_only:
                said = reader.said(base, plan.text, facts)
                facts = msgspec.structs.replace(facts, said=said)
            known = facts, tokens
            kept.keep_tokens(*known)
        facts, tokens = known
        if plan.mode is QualityMode.QUICK:
            most = min(plan.most_chunks or LOOKS_CHUNKS[-1], LOOKS_CHUNKS[-1])
            chunks = quick_chunks(plan.text, facts, tokens, most)
            needed = plan.chunk_tokens + SHORTEST_CHUNK_TOKENS
        else:
            chunks = comparable_chunks(facts, tokens, plan.chunk_tokens)
            most = plan.most_chunks
            needed = _LEAST_CHUNKS * plan.chunk_tokens
        self._chunks = chunks[:most]
        if len(self._chunks) < _LEAST_CHUNKS:
            raise PersonError(_why_too_few(len(tokens), needed, len(facts.part_tokens), most))
        return facts

    def _beyond_training(self, every: Sequence[OpenedCandidate]) -> list[str]:
        """Whose chunks are longer than what it was trained for."""
        size = self._plan.chunk_tokens
        return [
            worded("lab.read_beyond_training", name=name, trained=trained, size=size)
            for name, trained in dict.fromkeys(
                (opened.path.name, opened.model.context_length) for opened in every
            )
            if trained is not None and trained < size
        ]

    def _fits(self, candidate: Measured, reader: TextReader, facts: TextFacts) -> bool:
        """Whether the candidate has the reference's vocabulary; else its row says so."""
        row = candidate.row
        try:
            row.facts, _ = reader.read(candidate.opened, self._plan.text)
        except PersonError as error:
            row.fail(error)
            self._shelf.drop(candidate.opened)
            return False
        if row.facts.vocabulary_digest != facts.vocabulary_digest:
            row.refused = worded("lab.another_vocabulary_than_reference")
        return row.refused is None

    # --- chunks ---------------------------------------------------------------------------

    def _hold(self, holding: Holding, usable: list[Measured]) -> int:
        """Hold candidates against the reference from look to look; returns how many chunks."""
        done = 0
        while usable and done < len(self._chunks):
            target = min(next_look(done) or len(self._chunks), len(self._chunks))
            if self._plan.mode is QualityMode.COMPARABLE:
                target = len(self._chunks)
            for candidate in usable:
                holding.score(candidate, range(done, target))
            done = holding.keep(done, target)
            if done < target:
                break
            usable = [c for c in usable if c.row.error is None and not self._judged(c, holding)]
        return done

    def _judged(self, candidate: Measured, holding: Holding) -> bool:
        """Whether a candidate is measured well enough, or no more is to come."""
        scores = candidate.scores
        ended = len(scores) >= len(self._chunks)
        if self._plan.mode is QualityMode.COMPARABLE:
            candidate.row.stopped_by = StoppedBy.TEXT_END if ended else None
            return ended
        look = take_look(
            [float(part.kld.sum()) for part in scores],
            [len(part) for part in scores],
            time_up=holding.is_late(candidate.row),
            text_ended=ended,
        )
        candidate.row.stopped_by = look.stopped_by
        return look.stopped_by is not None

    def _measure_others(
        self,
        holding: Holding,
        base: OpenedCandidate,
        kept: KeptReference,
        reader: TextReader,
        every: Sequence[Measured | QualityRow],
        done: int,
    ) -> None:
        """Candidates of other vocabularies over the same bytes, each by itself."""
        others = [c for c in every if isinstance(c, Measured) and c.row.refused]
        if not others:
            return
        wanted = max(done, min(LOOKS_CHUNKS[1], len(self._chunks)))
        if self._plan.mode is QualityMode.COMPARABLE:
            wanted = len(self._chunks)
        count = holding.keep(done, wanted)
        alone = OtherVocabularies(
            self._plan,
            self._shelf,
            reader,
            self._chunks[:count],
            lambda number: self._pieces_of(base, reader, number),
        )
        for candidate in others:
            alone.measure(candidate, kept, holding.is_late, self._step)

    # --- the end --------------------------------------------------------------------------

    def _finished(
        self,
        candidate: Measured | QualityRow,
        base: OpenedCandidate,
        kept: KeptReference,
        reader: TextReader,
        holding: Holding,
    ) -> QualityRow:
        if isinstance(candidate, QualityRow):
            return candidate
        row = candidate.row
        if row.refused:
            finish_alone(candidate, self._counts)
        elif candidate.scores:
            count = len(candidate.scores)
            # The vocabulary is the same: whichever engine is there can tell the texts.
            there = base if row.error else candidate.opened
            pieces = [self._pieces_of(there, reader, number) for number in range(count)]
            finish(candidate, self._chunks, pieces, self._plan.first_scored, self._counts)
        if not candidate.scores or row.error is not None or self._plan.is_mean_only:
            return row
        partings = self._partings(reader)
        continuations = self._continuations(base, kept, partings, holding)
        try:
            row.partings = partings.of_candidate(candidate.opened, continuations)
        except PersonError as error:
            row.fail(error)
            self._shelf.drop(candidate.opened)
        return row

    def _partings(self, reader: TextReader) -> Partings:
        return Partings(self._shelf, reader, self._plan.threads)

    def _continuations(
        self, base: OpenedCandidate, kept: KeptReference, partings: Partings, holding: Holding
    ) -> list[Continuation]:
        known = kept.continuations()
        if known is None:
            try:
                known = partings.of_reference(base, self._plan.text, self._chunks)
            except PersonError as error:
                holding.lose_reference(error)
                return []
            kept.keep_continuations(known)
        return known

    def _counts(self, chunks: int) -> list[int]:
        """All candidates go through the whole text by the other tool's method."""
        return checkpoints(chunks) if self._plan.mode is QualityMode.QUICK else [chunks]

    def _pieces_of(self, opened: OpenedCandidate, reader: TextReader, number: int) -> list[bytes]:
        """The bytes of a chunk's tokens; a begin token stands for none."""
        if number not in self._pieces:
            pieces = reader.pieces(opened, self._chunks[number].tokens)
            self._pieces[number] = [b"", *pieces[1:]] if self._begins else pieces
        return self._pieces[number]

    def _opened(self, candidate: Candidate) -> Measured | QualityRow:
        try:
            ready = opened(candidate.spoken, self._open_model)
        except PersonError as error:
            return QualityRow(candidate, None, error=error.sentence)
        return Measured(ready, QualityRow(candidate, ready.model.level_name))

    def _step(self, opened: OpenedCandidate) -> None:
        self._done += 1
        self._on_step(min(self._done, self._total), self._total, str(opened.path))


def _why_too_few(tokens: int, needed: int, parts: int, most: int | None) -> Sentence:
    """Why a text gives no two chunks."""
    if most is not None and most < _LEAST_CHUNKS:
        return say("lab.chunk_cannot_tell_how_sure")
    if tokens < needed:
        return say("lab.text_too_short_score_tokens_2", tokens=tokens, needed=needed)
    return say(
        "lab.text_too_short_score_tokens",
        tokens=tokens,
        parts=parts,
        shortest_chunk_tokens=SHORTEST_CHUNK_TOKENS,
    )


def _blame_reference(rows: Sequence[QualityRow], reason: English) -> None:
    """A candidate of which nothing could be measured because of the reference says so."""
    for row in rows:
        if row.error is None and not row.parts:
            row.error = worded("lab.reference_could_not_measured", reason=reason)
