"""Evaluates chunks of text and compares distributions over the vocabulary.

The logits of a slice are copied out and worked on by a thread of their own while llama.cpp decodes
the next one: numpy and llama.cpp both let go of Python's lock. So a chunk costs little more than
its evaluation, and only two slices of logits are held at a time.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np

from app.base.files import is_unwritable, write_whole
from app.core.candidates.settings import SLICE_TOKENS, EngineSettings
from app.core.quality.compact import CompactBlock, from_bytes, join_blocks, rows_of
from app.core.quality.compact_scores import score_compact
from app.core.quality.compacting import compact
from app.core.quality.positions import PositionScores, joined, log_sum
from app.core.quality.truncated import Told, told_of
from app.core.words.sentence import say
from app.engine.host.answering.continuing import Continuer
from app.engine.host.answering.numbers import check_rows, check_scores
from app.engine.host.errors import Aborted, EngineError
from app.engine.host.loading.context import Context
from app.engine.protocol.answering import LikelyToken, SaidToken
from app.engine.protocol.reading import Detokenize, Detokenized, Tokenize, Tokenized
from app.engine.protocol.running import Failed, FailureKind
from app.engine.protocol.scoring import (
    ChunkScored,
    Continued,
    ContinueText,
    KeepReference,
    LikelyText,
    MeasureText,
    ReferenceKept,
    ScoreChunk,
    TextLikely,
    TextMeasured,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.engine.host.loading.model import Model
    from app.engine.host.process.abort import AbortFlag
    from app.engine.protocol.messages import Event

    _Rows = NDArray[np.float32]
    _Tokens = NDArray[np.int64]

TextCommand: TypeAlias = (
    Tokenize | Detokenize | ContinueText | MeasureText | LikelyText | KeepReference | ScoreChunk
)
TextEvent: TypeAlias = (
    Tokenized | Detokenized | Continued | TextMeasured | TextLikely | ReferenceKept
)
_SIZE_STEP_TOKENS = 256
_NO_MEMORY = say("engine.memory_too_short_score_text")
_UNEXPECTED = say("engine.text_could_not_scored_something")
_T = TypeVar("_T")


class Scorer:
    """Answers the commands about texts and distributions for one model; one worker thread.

    Args:
        emit: Told what chunks scored, from the scoring thread.
    """

    def __init__(
        self,
        model: Model,
        abort: AbortFlag,
        engine: EngineSettings,
        emit: Callable[[Event], None],
    ) -> None:
        self._model = model
        self._emit = emit
        self._abort = abort
        self._engine = engine
        self._context: Context | None = None
        self._continuer = Continuer(model, abort, engine)
        # One thread for as long as the model: one that cannot start, because memory has run out,
        # would be waited for without end.
        self._scoring = ThreadPoolExecutor(1, thread_name_prefix="scoring")
        self._scoring.submit(int).result()
        # The last two batches that were handed to the thread, the older first.
        self._last: tuple[Future[Any] | None, Future[Any] | None] = (None, None)

    def free(self) -> None:
        """Give the contexts back and end the thread."""
        self._scoring.shutdown()
        self._continuer.free()
        self._free_context()

    def _free_context(self) -> None:
        if self._context is not None:
            self._context.free()
            self._context = None

    def carry_out(self, command: TextCommand) -> TextEvent | None:
        """Do what a command says.

        Returns:
            The event to tell; None where the scoring thread tells it when it is done.

        Raises:
            Aborted: Stopped.
            EngineError: A file cannot be read or written, or does not belong to this model.
        """
        try:
            match command:
                case Tokenize():
                    return self._tokenize(command)
                case Detokenize():
                    return self._detokenize(command)
                case ContinueText():
                    return self._continuer.carry_out(command)
                case MeasureText():
                    return self._measure(command)
                case LikelyText():
                    return self._likely(command)
                case KeepReference():
                    return self._keep(command)
                case ScoreChunk():
                    return self._score(command)
        except (EngineError, Aborted):
            self._drain()
            raise
        except OSError as error:
            self._drain()
            said = say("engine.file_measurement_failed", reason=error.strerror or str(error))
            writes = isinstance(command, Tokenize | KeepReference)
            kind = FailureKind.DISK if writes and is_unwritable(error) else FailureKind.SCORE
            raise EngineError(kind, said, str(error)) from error

    def _drain(self) -> None:
        """Let the thread tell what it still has: answers come in the order of their commands."""
        self._scoring.submit(int).result()

    # --- texts ----------------------------------------------------------------------------

    def _tokenize(self, command: Tokenize) -> Tokenized:
        text = Path(command.source).read_bytes()
        marked = self._model.tokenize(text.decode("utf-8", "replace")) if command.marks else None
        tokens = array("i", self._model.tokenize_plain(text) if marked is None else marked)
        write_whole(Path(command.target), np.asarray(tokens, dtype="<i4").tobytes())
        begin = self._model.begin_token if self._model.adds_begin_token else None
        return Tokenized(command.id, len(tokens), begin, self._vocabulary_digest())

    def _detokenize(self, command: Detokenize) -> Detokenized:
        size = self._model.vocabulary_size
        if not all(0 <= token < size for token in command.tokens):
            raise EngineError(FailureKind.SCORE, say("engine.token_lies_outside_models_vocabulary"))
        pieces = [self._model.piece(token, special=True) for token in command.tokens]
        return Detokenized(command.id, [piece.decode("latin-1") for piece in pieces])

    def _vocabulary_digest(self) -> str:
        digest = sha256()
        for token in range(self._model.vocabulary_size):
            digest.update(self._model.token_text(token).encode() + b"\0")
        return digest.hexdigest()

    # --- distributions --------------------------------------------------------------------

    def _measure(self, command: MeasureText) -> TextMeasured:
        def work(logits: _Rows, following: _Tokens, _at: int) -> list[float]:
            return [
                float(row[token]) - log_sum(row)
                for row, token in zip(logits, following.tolist(), strict=True)
            ]

        parts = self.evaluated(command.tokens, command.first_scored, command.threads, work)
        ln_p = [value for part in parts for value in part]
        check_scores(np.asarray(ln_p))
        return TextMeasured(command.id, ln_p)

    def _likely(self, command: LikelyText) -> TextLikely:
        def work(logits: _Rows, following: _Tokens, _at: int) -> Told:
            return told_of(logits, following, command.likely)

        def token(number: int, ln_p: float) -> LikelyToken:
            return LikelyToken(self._model.piece(number, special=True), ln_p, number)

        given = command.tokens
        tokens = given or self._model.tokenize_plain(command.text.encode("utf-8", "replace"))
        parts = self.evaluated(tokens, 0, command.threads, work)
        said = [
            SaidToken(token(own, ln_p), [*map(token, likely, theirs)])
            for part in parts
            for own, ln_p, likely, theirs in zip(
                part.tokens.tolist(),
                part.ln_p.tolist(),
                part.likely.tolist(),
                part.likely_ln_p.tolist(),
                strict=True,
            )
        ]
        begins = not given and self._model.adds_begin_token
        first = LikelyToken(b"", 0.0, tokens[0]) if begins else token(tokens[0], 0.0)
        return TextLikely(command.id, first, said, command.likely)

    def _keep(self, command: KeepReference) -> ReferenceKept:
        def work(logits: _Rows, following: _Tokens, at: int) -> CompactBlock:
            return compact(
                logits,
                following,
                comparable=command.comparable,
                first_position=command.first_position + at,
            )

        parts = self.evaluated(command.tokens, command.first_scored, command.threads, work)
        data = join_blocks(parts).to_bytes()
        write_whole(Path(command.target), data)
        return ReferenceKept(command.id, sum(map(len, parts)), len(data))

    def _score(self, command: ScoreChunk) -> None:
        """Evaluate; what is found is told by the scoring thread, while the next chunk begins."""
        try:
            reference = from_bytes(Path(command.reference).read_bytes())
        except ValueError as error:
            raise EngineError(
                FailureKind.SCORE, say("engine.kept_reference_cannot_read"), str(error)
            ) from error
        wanted = len(command.tokens) - 1 - command.first_scored
        if reference.vocabulary != self._model.vocabulary_size or len(reference) != wanted:
            raise EngineError(
                FailureKind.SCORE, say("engine.model_reference_different_vocabularies_their")
            )

        def work(logits: _Rows, following: _Tokens, at: int) -> PositionScores:
            return score_compact(rows_of(reference, at, at + len(logits)), logits, following)

        parts = self._submitted(
            command.tokens,
            command.first_scored,
            command.threads,
            work,
            one_by_one=command.one_by_one,
        )
        self._scoring.submit(self._tell, command.id, parts)

    def _tell(self, command_id: int, parts: list[Future[PositionScores]]) -> None:
        """The parts are done: they were before this in the thread's queue."""
        try:
            scores = joined(part.result() for part in parts)
            check_scores(scores.kld, scores.reference_ln_p, scores.candidate_ln_p)
            event: Event = ChunkScored(
                command_id,
                scores.kld.tolist(),
                scores.reference_ln_p.tolist(),
                scores.candidate_ln_p.tolist(),
                scores.same_top.tolist(),
            )
        except MemoryError:
            event = Failed(command_id, FailureKind.SCORE, _NO_MEMORY)
        except EngineError as error:
            event = Failed(command_id, error.kind, error.said, error.detail)
        except Exception as error:  # noqa: BLE001 - nobody hears of this thread but by its event
            event = Failed(command_id, FailureKind.SCORE, _UNEXPECTED, repr(error))
        self._emit(event)

    def evaluated(
        self,
        tokens: list[int],
        first_scored: int,
        threads: int,
        work: Callable[[_Rows, _Tokens, int], _T],
    ) -> list[_T]:
        """Evaluate a chunk and wait for all that ``work`` makes of it, slice by slice."""
        parts = self._submitted(tokens, first_scored, threads, work)
        try:
            return [part.result() for part in parts]
        except MemoryError as error:
            raise EngineError(FailureKind.SCORE, _NO_MEMORY) from error

    def _submitted(
        self,
        tokens: list[int],
        first_scored: int,
        threads: int,
        work: Callable[[_Rows, _Tokens, int], _T],
        *,
        one_by_one: bool = False,
    ) -> list[Future[_T]]:
        """Decode a chunk and hand the logits of its scored positions to ``work``, slice by slice.

        The slices are those in which prompts are read. ``work`` gets rows of logits, the tokens
        that follow them, and how many came before.
        """
        size = self._model.vocabulary_size
        last = len(tokens) - 1
        if not 0 <= first_scored < last:
            raise EngineError(FailureKind.SCORE, say("engine.chunk_too_short_score"))
        if not all(0 <= token < size for token in tokens):
            raise EngineError(FailureKind.SCORE, say("engine.texts_tokens_lie_outside_models"))
        context = self._context_for(len(tokens), threads)
        context.clear()
        in_slices = first_scored if one_by_one else last
        ends = [*range(SLICE_TOKENS, in_slices, SLICE_TOKENS), *range(max(1, in_slices), last + 1)]
        done: list[Future[_T]] = []
        try:
            for start, end in pairwise([0, *ends]):
                if end <= first_scored:
                    context.decode(tokens[start:end])
                    continue
                begin = max(start, first_scored)
                rows = context.decode_rows(tokens[start:end], begin - start).copy()
                following = np.asarray(tokens[begin + 1 : end + 1], dtype=np.int64)
                if self._last[0] is not None:
                    wait([self._last[0]])  # no more than two slices of logits at a time
                done.append(
                    self._scoring.submit(_checked, work, rows, following, begin - first_scored)
                )
                self._last = (self._last[1], done[-1])
        except MemoryError as error:
            raise EngineError(FailureKind.SCORE, _NO_MEMORY) from error
        return done

    def _context_for(self, size_tokens: int, threads: int) -> Context:
        # In steps, so that the shorter chunks at the ends of texts need no context of their own.
        size_tokens = -(-size_tokens // _SIZE_STEP_TOKENS) * _SIZE_STEP_TOKENS
        if self._context is None or size_tokens != self._context.size_tokens:
            self._free_context()
            self._context = Context(
                self._model,
                self._abort,
                size_tokens=size_tokens,
                threads=threads,
                batch_tokens=SLICE_TOKENS,
                output_tokens=SLICE_TOKENS,
                engine=self._engine,
            )
        self._context.set_threads(threads)
        return self._context


def _checked(
    work: Callable[[_Rows, _Tokens, int], _T], logits: _Rows, following: _Tokens, at: int
) -> _T:
    check_rows(logits)
    return work(logits, following, at)
