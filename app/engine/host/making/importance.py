"""Collects an importance matrix: the squared inputs of every weight, while a text is read."""

from __future__ import annotations

import ctypes
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.base.files import write_whole
from app.core.candidates.settings import BATCH_TOKENS
from app.core.shrink.importance import Entry, Importance, to_bytes
from app.core.words.sentence import say
from app.engine.host.answering.numbers import NoNumbers
from app.engine.host.errors import EngineError
from app.engine.host.llama.graph import F32, Tensor, Watcher, name_of, numbers, operation
from app.engine.host.making.reading import LEAST_TOKENS, chunks_of, watched_context
from app.engine.protocol.making import (
    CollectImportance,
    ImportanceCollected,
    ImportanceProgress,
)
from app.engine.protocol.running import FailureKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.engine.host.loading.model import Model
    from app.engine.host.process.abort import AbortFlag
    from app.engine.protocol.messages import Event

    _Sums = NDArray[np.float32]

# llama.cpp's own rule: what comes in fewer rows is no prompt.
_FEWEST_ROWS = 16
# What llama-imatrix reads at once.
_BATCH_TOKENS = 2048


def collect_importance(
    command: CollectImportance, model: Model, abort: AbortFlag, emit: Callable[[Event], None]
) -> ImportanceCollected:
    """Read the text chunk by chunk, sum up, and write the file.

    Raises:
        Aborted: Stopped; nothing is written.
        EngineError: The text is too short, the weights are no numbers, or a file cannot be used.
    """
    begin_ns = time.perf_counter_ns()
    try:
        chunks = chunks_of(command, model)
        watcher = ImportanceWatcher()
        context = watched_context(command, model, abort, watcher)
        try:
            for number, chunk in enumerate(chunks):
                emit(ImportanceProgress(command.id, number, len(chunks)))
                context.clear()
                for some, counts in _slices(chunk, number, len(chunks), context.batch_tokens):
                    watcher.begin(counts=counts)
                    context.decode_rows(some)
                    watcher.check()
        finally:
            context.free()
        sums = watcher.importance(command.dataset, len(chunks), command.chunk_tokens)
        found = replace(sums, model=command.model)
        write_whole(Path(command.target), to_bytes(found))
    except OSError as error:
        raise EngineError(
            FailureKind.SCORE,
            say("shrink.text_or_matrix", reason=error.strerror or str(error)),
            str(error),
        ) from error
    return ImportanceCollected(
        command.id,
        len(found.entries),
        sum(map(len, chunks)),
        len(chunks),
        found.unused,
        time.perf_counter_ns() - begin_ns,
    )


def _slices(
    chunk: list[int], number: int, chunks: int, most: int
) -> Iterator[tuple[list[int], bool]]:
    """A chunk as llama-imatrix reads it, and whether it counts what goes into plain matrices.

    It reads several chunks side by side, each in slices of so many tokens. What is left at the end
    may be too little to count; slices of :data:`LEAST_TOKENS` and more round like longer ones.
    """
    size = len(chunk)
    beside = max(1, _BATCH_TOKENS // size)
    beside = min(beside, chunks - number // beside * beside)
    own = max(1, BATCH_TOKENS // beside)
    tail = size % own
    if tail >= LEAST_TOKENS:
        tail = 0
    count = -(-(size - tail) // (min(own, most) if own < LEAST_TOKENS else most))
    ends = [(size - tail) * place // count for place in range(count + 1)] if count else [0]
    for begin, end in pairwise(ends):
        yield chunk[begin:end], True
    if tail:
        yield chunk[size - tail :], tail * beside >= _FEWEST_ROWS


class ImportanceWatcher(Watcher):
    """Sums squared inputs by the names of weights, as llama-imatrix does.

    What follows the last layer is not computed: nothing behind it is looked at.
    """

    def __init__(self) -> None:
        super().__init__()
        self._sums: dict[str, _Sums] = {}
        self._counts: dict[str, NDArray[np.float64]] = {}
        self._plain, self._by_expert = operation("MUL_MAT"), operation("MUL_MAT_ID")
        self._counts_plain = True
        self._same: dict[tuple[int, int], tuple[_Sums | None, _Sums]] = {}

    def begin(self, *, counts: bool) -> None:
        """A decode begins: tensors of the one before are gone.

        Args:
            counts: What goes into plain matrices is summed up, not into experts' alone.
        """
        self._same.clear()
        self._counts_plain = counts

    def importance(self, dataset: str, chunks: int, chunk_tokens: int) -> Importance:
        """What was summed up so far.

        Raises:
            EngineError: Some of it is no number, or nothing was seen.
        """
        if not self._sums:
            raise EngineError(FailureKind.SCORE, say("shrink.nothing_to_weigh"))
        if not all(np.isfinite(sums).all() for sums in self._sums.values()):
            raise NoNumbers(math.nan)
        entries = {
            name: Entry(sums, self._counts[name].astype(np.float32))
            for name, sums in self._sums.items()
        }
        return Importance(entries, (dataset,), chunks, chunk_tokens)

    def wants(self, node: Tensor) -> bool:
        """Whether a node multiplies with a weight of a layer, or is the last before the head."""
        if node.op == self._by_expert:
            return True
        if node.op != self._plain:
            return node.name == b"result_norm"
        inputs = node.src[1].contents
        return (
            self._counts_plain
            and inputs.type == F32
            and name_of(node.src[0].contents).startswith("blk.")
        )

    def sees(self, node: Tensor) -> bool:
        """Sum up what goes into a weight."""
        if node.op == self._by_expert:
            self._add_experts(node)
        elif node.op == self._plain:
            self._add(node)
        else:
            return False
        return True

    def _add(self, node: Tensor) -> None:
        weight = node.src[0].contents
        name = name_of(weight)
        before = self._sums.get(name)
        # Queries, keys and values, gate and up get the same inputs: those are summed up once.
        known = (ctypes.addressof(node.src[1].contents), id(before))
        matrices = int(weight.ne[2] * weight.ne[3])
        if known not in self._same:
            inputs = numbers(node.src[1])
            width = inputs.shape[-1]
            sums = np.zeros(matrices * width, np.float32) if before is None else before.copy()
            for outer in range(inputs.shape[0]):
                for inner in range(inputs.shape[1]):
                    matrix = outer % weight.ne[3] * weight.ne[2] + inner % weight.ne[2]
                    own = sums[matrix * width : (matrix + 1) * width]
                    own[:] = _added(own, inputs[outer, inner])
            self._same[known] = (before, sums)
        self._sums[name] = self._same[known][1]
        rows = math.prod(tuple(node.src[1].contents.ne)[1:]) // matrices
        self._counts[name] = self._counts.get(name, np.zeros(1)) + rows

    def _add_experts(self, node: Tensor) -> None:
        weight = node.src[0].contents
        name = name_of(weight)
        inputs, ids = numbers(node.src[1])[0], numbers(node.src[2])[0, 0]
        experts = int(weight.ne[2])
        if name not in self._sums:
            self._sums[name] = np.zeros(experts * inputs.shape[-1], np.float32)
            self._counts[name] = np.zeros(experts)
        sums = self._sums[name].reshape(experts, -1)
        for used in range(ids.shape[1]):
            chosen = ids[:, used]
            rows = inputs[:, used % inputs.shape[1]]
            order = np.argsort(chosen, kind="stable")
            begins = np.searchsorted(chosen[order], np.arange(experts + 1))
            for expert in np.unique(chosen):
                own = order[begins[expert] : begins[expert + 1]]
                sums[expert] = _added(sums[expert], rows[own])
                self._counts[name][expert] += len(own)


def _added(sums: _Sums, rows: NDArray[np.float32]) -> _Sums:
    """Squares on top of sums, row after row as llama-imatrix adds: it rounds in the same places."""
    terms = np.empty((len(rows) + 1, len(sums)), np.float32)
    terms[0] = sums
    np.multiply(rows, rows, out=terms[1:])
    return np.add.reduce(terms, axis=0)
