"""Which layers are left out: those that are named, or those that change least of what passes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.core.models.model_file import ModelFile
from app.core.shrink.layers import check_droppable, check_layers, least_influential
from app.engine.protocol.making import ImportanceProgress, LayersMeasured, MeasureLayers
from app.lab.engines.opened import opened_file
from app.lab.engines.room import EngineRoom
from app.lab.shrink.left_out.readings import Reading
from app.lab.shrink.reader import CalibrationText, bundled_calibration, reader_of
from app.library.model_files import open_model_file, read_shards

_CHUNK_TOKENS, _CHUNKS = 512, 16


def dropped_layers(
    path: Path,
    wanted: int | tuple[int, ...],
    cache: Path,
    *,
    threads: int,
    room: EngineRoom,
    on_progress: Callable[[int, int], None],
) -> tuple[int, ...]:
    """The numbers of the layers to leave out, ascending.

    Args:
        path: The model.
        wanted: How many, or which ones.
        cache: This program's cache folder, where what was measured is kept.
        threads: Of the engine that reads a text where they are to be found.
        room: Where it runs.
        on_progress: Told chunks done and in all.

    Raises:
        PersonError: They cannot be left out.
    """
    header = read_shards(path)[0].header
    count = wanted if isinstance(wanted, int) else len(wanted)
    layers = check_droppable(header, count, path.name)
    if not isinstance(wanted, int):
        check_layers(wanted, layers, path.name)
        return wanted
    influences = layer_influences(path, cache, threads=threads, room=room, on_progress=on_progress)
    return least_influential(influences, wanted)


def layer_influences(
    path: Path,
    cache: Path,
    *,
    threads: int,
    room: EngineRoom,
    on_progress: Callable[[int, int], None],
) -> list[float]:
    """How much each layer changes what passes through it, over the bundled text; 0 for nothing.

    Measured once for a file and a text; any thread.

    Raises:
        PersonError: The model cannot be loaded, or does not show its layers.
    """
    model = open_model_file(path)
    text = bundled_calibration(model)

    def measure() -> list[float]:
        return _measured(model, text, threads, room, on_progress)

    return _kept(cache, model, text).get(measure)


def known_influences(path: Path, cache: Path) -> list[float] | None:
    """What :func:`layer_influences` found before; None where it was not asked. Any thread.

    Raises:
        PersonError: The model cannot be read.
    """
    model = open_model_file(path)
    return _kept(cache, model, bundled_calibration(model)).known


def _kept(cache: Path, model: ModelFile, text: CalibrationText) -> Reading[list[float]]:
    return Reading(cache, "layers", model, text, list[float])


def _measured(
    model: ModelFile,
    text: CalibrationText,
    threads: int,
    room: EngineRoom,
    on_progress: Callable[[int, int], None],
) -> list[float]:
    def listen(event: object) -> None:
        if isinstance(event, ImportanceProgress):
            on_progress(event.done, event.total)

    with reader_of(opened_file(model), text, threads, room) as (engine, source):
        command = MeasureLayers(
            engine.next_id(), source, _CHUNK_TOKENS, _CHUNKS, threads, text.marks
        )
        return engine.call(command, LayersMeasured, listen).influences
