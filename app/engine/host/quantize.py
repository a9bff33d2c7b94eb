"""Making shrunken versions with llama.cpp's own quantizer."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import llama_cpp as lc

from app.engine.host.model import EngineError
from app.engine.messages import FailureKind, Quantize, Quantized, QuantizeProgress

if TYPE_CHECKING:
    from app.engine.host.channel import Channel
    from app.engine.host.native import NativeLog

_TENSOR_LINE = re.compile(r"\[ *(\d{1,9})/ *(\d{1,9})\]")


def quantize(command: Quantize, channel: Channel, log: NativeLog) -> None:
    """Write the target under a temporary name and rename it when it is complete.

    The quantizer knows neither progress nor cancelling: progress is read from its log, and
    cancelling is the end of this process.

    Raises:
        EngineError: llama.cpp refused; nothing is left behind.
    """
    begin_ns = time.perf_counter_ns()
    target = Path(command.target)
    partial = target.with_name(f"{target.name}.{os.getpid()}.part")

    def listen(line: str) -> None:
        if match := _TENSOR_LINE.match(line):
            channel.emit(QuantizeProgress(command.id, int(match[1]), int(match[2])))

    params = lc.llama_model_quantize_default_params()
    params.nthread = command.threads
    params.ftype = command.ftype
    lines = log.collect(listen)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        status = lc.llama_model_quantize(
            command.source.encode(), os.fsencode(partial), cast("Any", ctypes.byref(params))
        )
        if status != 0 or not partial.is_file():
            raise EngineError(FailureKind.QUANTIZE, _why(lines), "\n".join(lines[-20:]))
        partial.replace(target)
    except OSError as error:
        raise EngineError(
            FailureKind.QUANTIZE,
            f"{target.name} could not be written: {error.strerror}.",
            str(error),
        ) from error
    finally:
        log.collect()
        with contextlib.suppress(OSError):
            partial.unlink()
    channel.emit(Quantized(command.id, time.perf_counter_ns() - begin_ns))


def _why(lines: list[str]) -> str:
    for line in reversed(lines):
        if "failed to quantize" in line:
            reason = line.partition("failed to quantize")[2].lstrip(": ").strip().rstrip(".")
            if reason:
                return f"llama.cpp could not quantize this file: {reason}."
    return "llama.cpp could not quantize this file."
