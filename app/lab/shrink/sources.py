"""What a smaller version may be made of, and where it may be written."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from app.core.errors import PersonError
from app.core.models.family import LibraryModel
from app.core.models.kinds import SHRINKABLE
from app.core.models.levels import Level
from app.core.models.model_file import ModelFile
from app.core.words.sentence import say, size
from app.lab.shrink.full_versions import is_full, where_to_get_full
from app.library.model_files import inspect_file

NEARLY_FULL = frozenset({"Q8_0"})
"""Levels that have lost so little that a second loss hardly adds to it."""
# What a file system may take for itself beside a file.
_SPARE_BYTES = 1_000_000


def check_target(target: Path) -> None:
    """Raise PersonError where a file cannot be written, or is there already."""
    if target.exists():
        raise PersonError(say("lab.already_name_another_file_remove", target=target))
    folder = target.resolve().parent
    if not folder.is_dir():
        raise PersonError(say("lab.no_folder", parent=folder))
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = error.strerror or str(error)
        raise PersonError(
            say("lab.nothing_can_written_into", folder=folder, reason=reason)
        ) from error


def check_room(target: Path, needed_bytes: int) -> None:
    """Raise PersonError where the disk has no room for a file of this size."""
    free = shutil.disk_usage(target.resolve().parent).free
    if free < needed_bytes + _SPARE_BYTES:
        raise PersonError(
            say("shrink.no_room", name=target.name, needed=size(needed_bytes), free=size(free))
        )


def source_file(
    source: Path,
    level: Level | None,
    library: Callable[[], Sequence[LibraryModel]],
    *,
    requantizes: bool = False,
) -> ModelFile:
    """The source's facts.

    Args:
        source: A model file.
        level: What is to be made of it; None where that is not known yet, or no type changes.
        library: Brings up the models on this PC, to name one in place of a shrunken source.
        requantizes: Take one that is quantized already.

    Raises:
        PersonError: Nothing can be made of it.
    """
    model = inspect_file(source)
    if model.kind not in SHRINKABLE:
        model.check_answers()
    if not model.parameters:
        raise PersonError(say("shrink.no_weights", name=model.path.name))
    if level is not None and not level.can_be_made:
        raise PersonError(say("lab.engine_reads_but_cannot_make", name=level.name))
    if not (is_full(model) or requantizes or model.level_name in NEARLY_FULL):
        raise PersonError(
            say(
                "lab.quantized_already_second_time_would",
                name=model.path.name,
                level_name=model.level_name,
                way_on=where_to_get_full(model, library()),
            )
        )
    return model
