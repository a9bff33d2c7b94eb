"""Model files that are there while something is made of them, or become what is asked."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING

from app.base.files import finish
from app.core.errors import PersonError
from app.core.shrink.recipe import Step
from app.core.words.sentence import say
from app.lab.convert.converting import convert
from app.lab.convert.environment import Converter
from app.lab.shrink.sources import check_room

if TYPE_CHECKING:
    from app.core.models.model_file import ModelFile
    from app.lab.convert.originals import Original


@contextlib.contextmanager
def converted_copy(
    original: Original,
    target: Path,
    cache: Path,
    on_step: Callable[[Step, int, int], None],
    *,
    gets: bool,
) -> Generator[Path]:
    """Original weights as a model file, beside a target, as long as it is needed.

    Args:
        original: The weights.
        target: What is made of them.
        cache: This program's cache folder, where the converter is.
        on_step: Told what is done, how much of it, and of how much.
        gets: Download the converter where it is not there.

    Raises:
        PersonError: They cannot be converted; nothing is left behind.
    """
    converter = Converter(cache)
    if gets and not converter.is_there:
        converter.make(lambda done, total: on_step(Step.FETCHING, done, total))
    check_room(target, original.file_bytes)
    folder = target.resolve().parent
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=folder) as scratch:
        path = Path(scratch, f"{original.name}.gguf")
        convert(
            original, path, converter, lambda done, total: on_step(Step.CONVERTING, done, total)
        )
        yield path


def take_over(model: ModelFile, target: Path) -> None:
    """Let a copy that was only there for now be the target.

    Raises:
        PersonError: The disk does not take it.
    """
    try:
        finish(model.path, target)
    except OSError as error:
        reason = error.strerror or str(error)
        raise PersonError(say("shrink.not_copied", name=model.path.name, reason=reason)) from error
