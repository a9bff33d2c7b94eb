"""Making a shrunken version of a model file on this PC."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.models.kinds import SHRINKABLE
from app.core.models.levels import level_by_name
from app.core.words.sentence import say
from app.engine.protocol.making import Quantize, Quantized, QuantizeProgress
from app.lab.engines.room import EngineRoom
from app.lab.shrink.full_versions import is_full, where_to_get_full
from app.library.model_files import inspect_file

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from app.core.models.family import LibraryModel
    from app.engine.api import EngineEvent


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
        source: A model file of level F16, BF16 or F32.
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
    if target.exists():
        raise PersonError(say("lab.already_name_another_file_remove", target=target))
    if not target.resolve().parent.is_dir():
        raise PersonError(say("lab.no_folder", parent=target.resolve().parent))
    _check_writable(target.resolve().parent)
    model = inspect_file(source)
    if model.kind not in SHRINKABLE:
        model.check_answers()
    if not level.can_be_made:
        raise PersonError(say("lab.engine_reads_but_cannot_make", name=level.name))
    if model.parameters and not is_full(model):
        raise PersonError(
            say(
                "lab.quantized_already_second_time_would",
                name=model.path.name,
                level_name=model.level_name,
                way_on=where_to_get_full(model, library()),
            )
        )
    if level.needs_importance_matrix:
        raise PersonError(say("lab.needs_importance_matrix_command_does", name=level.name))

    def listen(event: EngineEvent) -> None:
        if isinstance(event, QuantizeProgress):
            on_progress(event.done, event.total)

    with EngineRoom(folder).calls("quantize") as engine:
        command = Quantize(
            engine.next_id(), str(model.path.resolve()), str(target.resolve()), level.ftype, threads
        )
        done = engine.call(command, Quantized, listen)
    made = inspect_file(target)
    return QuantizeResult(
        source=str(source),
        target=str(target),
        level=made.level_name,
        file_bytes=made.file_bytes,
        bits_per_weight=made.bits_per_weight,
        elapsed_ns=done.elapsed_ns,
    )


def _check_writable(folder: Path) -> None:
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = error.strerror or str(error)
        raise PersonError(
            say("lab.nothing_can_written_into", folder=folder, reason=reason)
        ) from error
