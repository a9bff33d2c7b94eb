"""A model that something was left out of learns again from its original.

It learns the original's whole distribution over each next word of a text, by llama.cpp's optimizer;
the mean KL divergence over held-back text tells what that has done.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.core.shrink.healing import learning_rate
from app.core.words.sentence import say
from app.engine.host.answering.numbers import NoNumbers
from app.engine.host.errors import Aborted, EngineError
from app.engine.host.loading.context import Context
from app.engine.host.making.optimizer import Learner
from app.engine.host.making.reading import chunks_of
from app.engine.protocol.making import Heal, Healed, HealProgress
from app.engine.protocol.running import FailureKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.engine.host.loading.model import Model
    from app.engine.host.process.abort import AbortFlag
    from app.engine.protocol.messages import Event

    _Floats = NDArray[np.float32]

_SEED = 1
_MOST_HELD_BACK = 8
# Timed before it is known how many there will be; the first of all takes longer.
_TIMED = 4
_LEAST_WINDOWS = 2 * _TIMED


def heal(command: Heal, teacher: Model, abort: AbortFlag, emit: Callable[[Event], None]) -> Healed:
    """Let it learn, and write what it has learned.

    Raises:
        Aborted: Stopped; nothing is written.
        EngineError: The text is too short, the models do not belong together, this kind of model
            cannot learn, what it learned did not help, or a file cannot be used.
    """
    try:
        return _heal(command, teacher, abort, emit)
    except OSError as error:
        reason = error.strerror or str(error)
        said = say("shrink.not_copied", name=Path(command.student).name, reason=reason)
        raise EngineError(FailureKind.HEAL, said, str(error)) from error


def _heal(command: Heal, teacher: Model, abort: AbortFlag, emit: Callable[[Event], None]) -> Healed:
    # Chunks in an order of their own: what is held back is of all parts of the text.
    chunks = chunks_of(command, teacher)
    order = np.random.default_rng(_SEED).permutation(len(chunks))
    count = min(_MOST_HELD_BACK, max(1, len(chunks) // 6)) if command.places else 1
    if len(chunks) <= count:
        tokens = len(chunks) * command.chunk_tokens
        said = say("shrink.text_too_short", tokens=tokens, size=(count + 1) * command.chunk_tokens)
        raise EngineError(FailureKind.HEAL, said)
    held_back = [chunks[place] for place in order[:count]]
    rest = [chunks[place] for place in order[count:]]
    emit(HealProgress(command.id, 0, command.windows))
    size = command.chunk_tokens
    original = Context(
        teacher, abort, size_tokens=size, threads=command.threads, batch_tokens=size,
        output_tokens=size,
    )  # fmt: skip
    try:
        learner = Learner(command.student, size, command.threads, abort)
        try:
            if learner.vocabulary_size != teacher.vocabulary_size:
                raise EngineError(FailureKind.HEAL, say("shrink.not_its_original"))
            before = _divergence(original, learner, held_back)
            windows, learning_ns = _learn(command, original, learner, rest, emit)
            if not command.places:
                return Healed(command.id, windows, before, before, learning_ns)
            after = _divergence(original, learner, held_back)
            if not math.isfinite(after):
                raise NoNumbers(after)
            if after >= before:
                said = say("shrink.learned_nothing", before=f"{before:.4f}", after=f"{after:.4f}")
                raise EngineError(FailureKind.HEAL, said)
            if abort.is_set:
                raise Aborted
            _write(learner, command)
        finally:
            learner.free()
    finally:
        original.free()
    return Healed(command.id, windows, before, after, learning_ns)


def _learn(
    command: Heal,
    original: Context,
    learner: Learner,
    chunks: list[list[int]],
    emit: Callable[[Event], None],
) -> tuple[int, int]:
    """Take the steps; returns how many, and how many ns they took."""
    total, done = command.windows, 0
    begin_ns = first_ns = time.perf_counter_ns()
    for chunk in _endless(chunks):
        rate = learning_rate(done, total, learner.width)
        learner.learn(chunk, _distributions(_read(original, chunk)), rate)
        done += 1
        now_ns = time.perf_counter_ns()
        if done == 1:
            first_ns = now_ns
        elif done == _TIMED and not total:
            left_ns = command.seconds * 1e9 - (now_ns - begin_ns)
            total = max(_LEAST_WINDOWS, done + int(left_ns * (done - 1) / (now_ns - first_ns)))
        emit(HealProgress(command.id, done, total))
        if done == total:
            break
    return done, time.perf_counter_ns() - begin_ns


def _endless(chunks: list[list[int]]) -> Iterator[list[int]]:
    """Each once, in an order of its own each time around."""
    drawn = np.random.default_rng(_SEED)
    while True:
        for place in drawn.permutation(len(chunks)):
            yield chunks[place]


def _read(context: Context, tokens: list[int]) -> _Floats:
    context.clear()
    return context.decode_rows(tokens)


def _distributions(logits: _Floats) -> _Floats:
    shares = np.exp(logits - logits.max(-1, keepdims=True))
    shares /= shares.sum(-1, keepdims=True)
    return shares


def _divergence(original: Context, learner: Learner, chunks: list[list[int]]) -> float:
    """Mean KL divergence over all positions, nats."""
    found: list[float] = []
    for chunk in chunks:
        wanted = _distributions(_read(original, chunk))
        said = _distributions(learner.read(chunk))
        least = np.finfo(np.float32).tiny
        apart = np.log(np.maximum(wanted, least)) - np.log(np.maximum(said, least))
        found.append(float(np.einsum("ij,ij->i", wanted, apart).mean()))
    return float(np.mean(found))


def _write(learner: Learner, command: Heal) -> None:
    with Path(command.student).open("r+b") as file:
        for name, weights in learner.weights.items():
            if name in command.places:
                file.seek(command.places[name])
                file.write(weights.data)
