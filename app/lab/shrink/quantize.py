"""Making a shrunken version of a model file on this PC: the short form, nothing but a level."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import PersonError
from app.core.models.family import LibraryModel
from app.core.models.levels import level_by_name
from app.core.words.sentence import say
from app.engine.api import EngineEvent
from app.engine.protocol.making import Quantize, Quantized, QuantizeProgress
from app.lab.engines.calls import EngineCalls
from app.lab.engines.room import EngineRoom
from app.lab.shrink.full_versions import is_full
from app.lab.shrink.sources import check_target, source_file
from app.library.model_files import inspect_file


@dataclass(frozen=True, slots=True)
class QuantizeResult:
    """A shrunken version that was made."""

    source: str
    target: str
    level: str
    file_bytes: int
    bits_per_weight: float
    elapsed_ns: int


def quantize(
    source: Path,
    target: Path,
    level_name: str,
    *,
    threads: int,
    folder: Path,
    on_progress: Callable[[int, int], None],
    library: Callable[[], Sequence[LibraryModel]] = tuple,
) -> QuantizeResult:
    """Write ``target`` from ``source`` with llama.cpp's own quantizer.

    Args:
        source: A model file of level F16, BF16, F32 or Q8_0.
        target: The file to write; must not be there yet.
        level_name: Quantization level, e.g. ``Q4_K_M``.
        threads: Of the quantizer.
        folder: Working folder of the engine.
        on_progress: Told tensors done and in all.
        library: Brings up the models on this PC, to name one in place of a shrunken source.

    Raises:
        PersonError: It cannot be done; nothing is left behind.
    """
    level = level_by_name(level_name)
    check_target(target)
    model = source_file(source, level, library)
    if level.needs_importance_matrix:
        raise PersonError(say("lab.needs_importance_matrix_command_does", name=level.name))
    with EngineRoom(folder).calls("quantize") as engine:
        command = Quantize(
            engine.next_id(),
            str(model.path.resolve()),
            str(target.resolve()),
            level.ftype,
            threads,
            requantizes=not is_full(model),
        )
        elapsed_ns = carry_out(engine, command, on_progress)
    made = inspect_file(target)
    return QuantizeResult(
        source=str(source),
        target=str(target),
        level=made.level_name,
        file_bytes=made.file_bytes,
        bits_per_weight=made.bits_per_weight,
        elapsed_ns=elapsed_ns,
    )


def carry_out(
    engine: EngineCalls, command: Quantize, on_progress: Callable[[int, int], None]
) -> int:
    """Have an engine make a version; returns how many ns that took.

    Raises:
        EngineFailed: It could not; nothing is left behind.
    """

    def listen(event: EngineEvent) -> None:
        if isinstance(event, QuantizeProgress):
            on_progress(event.done, event.total)

    pid = engine.pid
    try:
        return engine.call(command, Quantized, listen).elapsed_ns
    except BaseException:
        # An engine that was ended, or aborted, could not take back what it had begun.
        engine.close()
        target = Path(command.target)
        with contextlib.suppress(OSError):
            target.with_name(f"{target.name}.{pid}.part").unlink()
        raise
