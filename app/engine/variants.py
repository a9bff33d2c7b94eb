"""Which of an engine's CPU variants engines on this PC do without.

A package brings a library for each kind of processor, and llama.cpp takes the best one that can run
here. One that fails here all the same is left out: the list lies in the engines' working folder,
names the very libraries that it was made for, and is handed to every engine as it starts.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from app.base.build import engine_build
from app.base.files import write_whole
from app.engine.protocol.command_line import WITHOUT_VARIANTS

_FILE = "cpu-variants.json"


class _LeftOut(msgspec.Struct, frozen=True):
    libraries: str
    variants: tuple[str, ...]


def left_out(folder: Path) -> tuple[str, ...]:
    """The variants that engines in this working folder do without."""
    try:
        found = msgspec.json.decode((folder / _FILE).read_bytes(), type=_LeftOut)
    except (OSError, msgspec.DecodeError):
        return ()
    return found.variants if found.libraries == engine_build() else ()


def leave_out(folder: Path, variants: Iterable[str]) -> None:
    """Let engines in this working folder do without these variants from now on.

    Raises:
        OSError: It cannot be written.
    """
    content = msgspec.json.encode(_LeftOut(engine_build(), tuple(variants)))
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / _FILE, content)


def start_words(folder: Path) -> list[str]:
    """What an engine's command line says of variants."""
    variants = left_out(folder)
    return [WITHOUT_VARIANTS, ",".join(variants)] if variants else []
