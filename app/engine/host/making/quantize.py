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

from app.base.files import finish
from app.core.words.sentence import say
from app.engine.host.errors import EngineError, RefusedError
from app.engine.protocol.making import Quantize, Quantized, QuantizeProgress
from app.engine.protocol.running import FailureKind

if TYPE_CHECKING:
    from app.engine.host.llama.native import NativeLog
    from app.engine.host.process.channel import Channel

_TENSOR_LINE = re.compile(r"\[ *(\d{1,9})/ *(\d{1,9})\]")


def quantize(command: Quantize, channel: Channel, log: NativeLog) -> None:
    """Write the target under a temporary name and rename it when it is complete.

    The quantizer knows neither progress nor cancelling: progress is read from its log, and
    cancelling is the end of this process.

    Raises:
        EngineError: The target cannot be written; nothing is left behind.
        RefusedError: llama.cpp refused; likewise.
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
    log.collect(listen)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        status = lc.llama_model_quantize(
            command.source.encode(), os.fsencode(partial), cast("Any", ctypes.byref(params))
        )
        if status != 0 or not partial.is_file():
            raise RefusedError(FailureKind.QUANTIZE, say("engine.engine_cannot_shrink_file_take"))
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
