"""Making shrunken versions with llama.cpp's own quantizer."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import llama_cpp as lc

from app.base.files import finish
from app.core.words.sentence import say
from app.engine.host.errors import EngineError, RefusedError
from app.engine.host.making.matrix import matrix_of
from app.engine.protocol.making import (
    Quantize,
    Quantized,
    QuantizeProgress,
    TensorPlanned,
    TensorRule,
)
from app.engine.protocol.running import FailureKind

if TYPE_CHECKING:
    from app.core.shrink.importance import Importance
    from app.engine.host.llama.native import NativeLog
    from app.engine.host.process.channel import Channel

_TENSOR_LINE = re.compile(r"\[ *(\d{1,9})/ *(\d{1,9})\] (\S{1,80})")
_PLANNED_TYPE = re.compile(r"-> +[\d.]+ MiB \((\w{1,20})\)$")
_FALLS_BACK = re.compile(
    r"warning: (\S{1,80}) .{0,80}\(required for type +(\w{1,20})\).*falling back"
)
_LONGEST_NOTE = 127


def quantize(command: Quantize, channel: Channel, log: NativeLog) -> None:
    """Write the target under a temporary name and rename it when it is complete.

    The quantizer knows neither progress nor cancelling: progress is read from its log, and
    cancelling is the end of this process.

    Raises:
        EngineError: A file cannot be read or written; nothing is left behind.
        RefusedError: llama.cpp refused; likewise.
    """
    begin_ns = time.perf_counter_ns()
    target = Path(command.target)
    partial = target.with_name(f"{target.name}.{os.getpid()}.part")
    log.collect(_Listener(command, channel).hears)
    try:
        if not command.is_plan:
            target.parent.mkdir(parents=True, exist_ok=True)
        params, _kept = _params(command)
        status = lc.llama_model_quantize(
            command.source.encode(), os.fsencode(partial), cast("Any", ctypes.byref(params))
        )
        if status != 0 or not (command.is_plan or partial.is_file()):
            raise RefusedError(FailureKind.QUANTIZE, say("engine.engine_cannot_shrink_file_take"))
        if not command.is_plan:
            finish(partial, target)
    except OSError as error:
        raise EngineError(
            FailureKind.QUANTIZE,
            say("engine.could_not_written", name=target.name, strerror=error.strerror),
            str(error),
        ) from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink()
    channel.emit(Quantized(command.id, time.perf_counter_ns() - begin_ns))


class _Listener:
    """Reads llama.cpp's log."""

    def __init__(self, command: Quantize, channel: Channel) -> None:
        self._id, self._is_plan = command.id, command.is_plan
        self._channel = channel
        self._wanted: dict[str, str] = {}

    def hears(self, line: str) -> None:
        if match := _FALLS_BACK.search(line):
            self._wanted[match[1]] = match[2]
        if not (match := _TENSOR_LINE.match(line)):
            return
        if self._is_plan:
            planned = _PLANNED_TYPE.search(line)
            wanted = self._wanted.get(match[3], "")
            event = TensorPlanned(self._id, match[3], planned[1] if planned else "", wanted)
            self._channel.emit(event)
        else:
            self._channel.emit(QuantizeProgress(self._id, int(match[1]), int(match[2])))


def _params(command: Quantize) -> tuple[Any, list[object]]:
    """llama.cpp's parameters, and what has to live as long as they are in use."""
    params: Any = lc.llama_model_quantize_default_params()
    params.nthread = command.threads
    params.ftype = command.ftype
    params.allow_requantize = command.requantizes
    params.only_copy = command.copies
    params.dry_run = command.is_plan
    kept: list[object] = []
    notes: list[tuple[str, str | int]] = list(command.notes.items())
    if command.matrix:
        matrix = matrix_of(command.matrix)
        kept += _set_matrix(params, matrix)
        notes = [*_notes_of(matrix, command.matrix_name), *notes]
    if notes:
        kept.append(_set_notes(params, notes))
    if command.rules:
        kept.append(_set_rules(params, command.rules))
    if command.drop_layers:
        layers = (ctypes.c_int32 * (len(command.drop_layers) + 1))(*command.drop_layers, -1)
        params.prune_layers = ctypes.cast(layers, ctypes.POINTER(ctypes.c_int32))
        kept.append(layers)
    return params, kept


def _set_matrix(params: Any, matrix: Importance) -> list[object]:  # noqa: ANN401 - a C struct
    entries: Any = (lc.llama_model_imatrix_data * (len(matrix.entries) + 1))()
    kept: list[object] = [entries]
    for place, (name, entry) in enumerate(sorted(matrix.entries.items())):
        values = entry.values
        entries[place].name = name.encode()
        entries[place].data = values.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
        entries[place].size = values.size
        kept.append(values)
    params.imatrix = ctypes.cast(entries, ctypes.POINTER(lc.llama_model_imatrix_data))
    return kept


def _notes_of(matrix: Importance, name: str) -> list[tuple[str, str | int]]:
    """What llama-quantize writes of a matrix into the header, in its order."""
    notes: list[tuple[str, str | int]] = [("quantize.imatrix.file", name)]
    if matrix.datasets:
        notes.append(("quantize.imatrix.dataset", matrix.datasets[0]))
    notes.append(("quantize.imatrix.entries_count", len(matrix.entries)))
    if matrix.chunks > 0:
        notes.append(("quantize.imatrix.chunks_count", matrix.chunks))
    return notes


def _set_notes(params: Any, notes: Iterable[tuple[str, str | int]]) -> object:  # noqa: ANN401
    found = list(notes)
    overrides: Any = (lc.llama_model_kv_override * (len(found) + 1))()
    for override, (key, value) in zip(overrides, found, strict=False):
        override.key = key.encode()
        if isinstance(value, int):
            override.tag = lc.LLAMA_KV_OVERRIDE_TYPE_INT
            override.value.val_i64 = value
        else:
            override.tag = lc.LLAMA_KV_OVERRIDE_TYPE_STR
            override.value.val_str = _note(value)
    params.kv_overrides = ctypes.cast(overrides, ctypes.POINTER(lc.llama_model_kv_override))
    return overrides


def _note(text: str) -> bytes:
    """Text for a header: no part of a letter, and nothing that is no text."""
    cut = text.encode("utf-8", "surrogateescape")[:_LONGEST_NOTE]
    return cut.decode("utf-8", "ignore").encode()


def _set_rules(params: Any, rules: list[TensorRule]) -> object:  # noqa: ANN401 - a C struct
    overrides: Any = (lc.llama_model_tensor_override * (len(rules) + 1))()
    for override, rule in zip(overrides, rules, strict=False):
        override.pattern = rule.pattern.encode()
        override.type = rule.type_id
    params.tt_overrides = ctypes.cast(overrides, ctypes.POINTER(lc.llama_model_tensor_override))
    return overrides
