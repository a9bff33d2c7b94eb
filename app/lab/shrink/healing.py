"""A model that something was left out of learns again from its original, in an engine."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec.structs import replace

from app.core.errors import PersonError
from app.core.models.family import LibraryModel
from app.core.models.levels import TENSOR_TYPES
from app.core.models.model_file import ModelFile
from app.core.shrink.healing import (
    MOST_PARAMETERS,
    OPERATIONS,
    USUAL_WINDOWS,
    WINDOW_TOKENS,
    Healing,
    healing_bytes,
    healing_seconds,
)
from app.core.shrink.recipe import Learned
from app.core.words.sentence import Sentence, say, size, wait
from app.engine.api import EngineEvent
from app.engine.protocol.making import Heal, Healed, HealProgress
from app.lab.demo.demo import demo_base
from app.lab.engines.opened import opened_file
from app.lab.engines.room import EngineRoom
from app.lab.models.named import data_in
from app.lab.shrink.quantize import quantize
from app.lab.shrink.reader import CalibrationText, bundled_calibration, reader_of
from app.lab.shrink.recipes import made_of
from app.library.model_files import open_model_file, read_shards

_MOST_TEXT_BYTES = 200_000_000
# Of learning that is timed on a PC, in windows.
_TIMED = 8
# For a sentence, where this PC was not timed: a core does about so many operations a second.
_USUAL_PACE = 2e10


def original_of(model: ModelFile, library: Sequence[LibraryModel], *, leaves_out: bool) -> Path:
    """Whom a version of a model learns from.

    Args:
        model: What the version is made of: the original itself, or what was left out of it before.
        library: The models on this PC.
        leaves_out: Something is left out now.

    Raises:
        PersonError: Nothing is left out, or the original is not on this PC.
    """
    if not model.pruned:
        if not leaves_out:
            raise PersonError(say("shrink.nothing_to_heal"))
        return model.path
    made = made_of(model.path, library)
    if made is None or made[1] is None:
        raise PersonError(say("shrink.original_not_here", name=model.path.name))
    return original_of(open_model_file(made[1]), library, leaves_out=True)


def check_can_learn(model: ModelFile, room: EngineRoom) -> None:
    """Raise PersonError where the original's kind or size keeps its versions from learning."""
    said = why_not(model)
    if said is not None:
        raise PersonError(said)
    needed, free = healing_bytes(model), room.budget_bytes()
    if needed > free:
        raise PersonError(say("shrink.no_memory_to_learn", needed=size(needed), free=size(free)))


def why_not(model: ModelFile, pace: float | None = None) -> Sentence | None:
    """Why a model's versions cannot learn: its kind, or what it would take; None where they can.

    Args:
        model: The original.
        pace: Operations a second that this PC does while learning; None where that is not known.
    """
    if model.expert_count:
        return say("shrink.kind_cannot_learn", operation="MUL_MAT_ID")
    if model.parameters <= MOST_PARAMETERS:
        return None
    seconds = healing_seconds(model, Healing(windows=USUAL_WINDOWS), pace or _USUAL_PACE)
    return say(
        "shrink.too_large_to_heal",
        name=model.path.name,
        most=str(MOST_PARAMETERS // 1_000_000),
        windows=str(USUAL_WINDOWS),
        time=wait(seconds),
        memory=size(healing_bytes(model)),
    )


def heal(
    student: Path,
    original: ModelFile,
    healing: Healing,
    *,
    threads: int,
    room: EngineRoom,
    on_progress: Callable[[int, int], None],
) -> Learned:
    """Let a file of F32 weights learn; it is changed in place, once all is learned.

    Args:
        student: A copy that nothing is lost with.
        original: Whom it learns from.
        healing: How much.
        threads: Of the engine.
        room: Where it runs.
        on_progress: Told windows done and in all; 0 in all while that is not known.

    Raises:
        PersonError: It cannot learn, or learning did not help.
    """
    check_can_learn(original, room)
    text = bundled_calibration(original)
    if healing.text:
        path = Path(healing.text)
        text = CalibrationText(path.name, data_in(path, _MOST_TEXT_BYTES))
    (shard,) = read_shards(student)
    places = {
        info.name: shard.header.data_offset + info.offset
        for info in shard.header.tensors
        if TENSOR_TYPES[info.type_id].name == "F32"
    }

    def listen(event: EngineEvent) -> None:
        if isinstance(event, HealProgress):
            on_progress(event.done, event.total)

    with reader_of(opened_file(original), text, threads, room) as (engine, source):
        command = _command(engine.next_id(), source, student, threads, text)
        command = replace(
            command, places=places, windows=healing.windows, seconds=60 * healing.minutes
        )
        done = engine.call(command, Healed, listen)
    return Learned(done.windows, done.before, done.after)


def learning_pace(threads: int, room: EngineRoom) -> float:
    """Operations a second that this PC does while learning: the demo model learns for a moment.

    Raises:
        PersonError: No engine runs.
    """
    model = open_model_file(demo_base())
    text = bundled_calibration(model)
    with tempfile.TemporaryDirectory(prefix="pace-", dir=room.folder) as scratch:
        student = Path(scratch, "student.gguf")
        quantize(
            model.path,
            student,
            "F32",
            threads=threads,
            folder=room.folder,
            on_progress=lambda _done, _total: None,
        )
        with reader_of(opened_file(model), text, threads, room) as (engine, source):
            command = _command(engine.next_id(), source, student, threads, text)
            done = engine.call(replace(command, windows=_TIMED), Healed)
    operations = OPERATIONS * model.parameters * done.windows * WINDOW_TOKENS
    return operations / (done.learning_ns / 1e9)


def _command(
    command_id: int, source: str, student: Path, threads: int, text: CalibrationText
) -> Heal:
    whole = str(student.resolve())
    return Heal(command_id, source, WINDOW_TOKENS, 0, threads, text.marks, whole)
