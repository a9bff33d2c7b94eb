"""A text that a model reads while somebody watches: whole chunks, each from an empty context."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.base.files import read_ordinary
from app.core.candidates.settings import BATCH_TOKENS
from app.core.words.sentence import say
from app.engine.host.errors import EngineError
from app.engine.host.loading.context import Context
from app.engine.protocol.making import CollectImportance, ImportanceProgress, Watched
from app.engine.protocol.running import FailureKind

if TYPE_CHECKING:
    from app.engine.host.llama.graph import Watcher
    from app.engine.host.loading.model import Model
    from app.engine.host.process.abort import AbortFlag
    from app.engine.protocol.messages import Event

LEAST_TOKENS = 64
"""Slices of so many tokens and more are computed by the same kernels."""
_MOST_TEXT_BYTES = 200_000_000
# The rows of logits of one slice.
_LOGITS_BYTES = 256 << 20


def chunks_of(command: CollectImportance | Watched, model: Model) -> list[list[int]]:
    """The text in whole chunks as llama-imatrix cuts it, the begin token in front of each.

    Raises:
        EngineError: It has not one of them.
        OSError: It cannot be read.
    """
    text = read_ordinary(Path(command.text), _MOST_TEXT_BYTES)
    if command.marks:
        begin = [model.begin_token] if model.adds_begin_token else []
        tokens = begin + model.tokenize(text.decode("utf-8", "replace"))
    else:
        tokens = model.tokenize_plain(text.removesuffix(b"\n"))
    size = command.chunk_tokens
    count = len(tokens) // size
    if count == 0:
        raise EngineError(
            FailureKind.SCORE, say("shrink.text_too_short", tokens=len(tokens), size=size)
        )
    count = min(count, command.chunks) if command.chunks else count
    found = [tokens[at * size : (at + 1) * size] for at in range(count)]
    if model.adds_begin_token:
        for chunk in found:
            chunk[0] = model.begin_token
    return found


def watched_context(
    command: CollectImportance | Watched, model: Model, abort: AbortFlag, watcher: Watcher
) -> Context:
    """A context for one chunk, all of whose nodes the watcher is shown."""
    rows = _LOGITS_BYTES // (4 * max(1, model.vocabulary_size))
    slice_tokens = max(LEAST_TOKENS, min(BATCH_TOKENS, command.chunk_tokens, rows))
    return Context(
        model,
        abort,
        size_tokens=command.chunk_tokens,
        threads=command.threads,
        batch_tokens=slice_tokens,
        output_tokens=slice_tokens,
        watcher=watcher,
    )


def read_watched(
    command: Watched,
    model: Model,
    abort: AbortFlag,
    emit: Callable[[Event], None],
    watcher: Watcher,
) -> int:
    """Read the text chunk by chunk; the watcher sees it. Returns how many tokens were read.

    Raises:
        Aborted: Stopped.
        EngineError: The text is too short or cannot be read, or the watcher raises it.
    """
    try:
        chunks = chunks_of(command, model)
    except OSError as error:
        reason = error.strerror or str(error)
        raise EngineError(
            FailureKind.SCORE, say("shrink.text_or_matrix", reason=reason), str(error)
        ) from error
    context = watched_context(command, model, abort, watcher)
    try:
        for number, chunk in enumerate(chunks):
            emit(ImportanceProgress(command.id, number, len(chunks)))
            context.clear()
            for at in range(0, len(chunk), context.batch_tokens):
                context.decode_rows(chunk[at : at + context.batch_tokens])
                watcher.check()
    finally:
        context.free()
    return sum(map(len, chunks))
