"""Models of a library whose training is published, without their files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.core.models.family import LibraryModel, ModelSource
from app.library.model_files import open_model_file
from tests.helpers.architectures import Size, write_header_only

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

BITS = {"F16": 16.0, "Q8_0": 8.5, "Q4_K_M": 4.9, "Q2_K": 3.2}


def library_of(folder: Path, models: Sequence[tuple[str, int, str]]) -> list[LibraryModel]:
    """Models by name, parameters and level, all of them of one shape.

    Args:
        folder: Where the one header lies that they are made from.
        models: In the order of the library.
    """
    base = open_model_file(write_header_only(folder / "base.gguf", "llama", Size()))
    found: list[LibraryModel] = []
    for name, parameters, level in models:
        words = name.lower().replace(" ", "-")
        path = folder / f"{words}-{level}.gguf"
        facts = replace(
            base,
            path=path,
            name=name,
            family_key=f"llama/{words}",
            parameters=parameters,
            active_parameters=parameters,
            level_name=level,
            tensor_bytes=round(parameters * BITS[level] / 8),
            base_model=None,
        )
        found.append(LibraryModel(path, (path,), path.stem, ModelSource.OPENED, 1, 1, facts))
    return found
