"""Which of an engine's CPU variants engines on this PC do without.

A package brings a library for each kind of processor, and llama.cpp takes the best one that can run
here. One that fails here all the same is left out: the list lies in the engines' working folder,
names the very libraries that it was made for, and is handed to every engine as it starts.
"""

from __future__ import annotations

from hashlib import sha256
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.base.files import write_whole
from app.engine.protocol.command_line import WITHOUT_VARIANTS

if TYPE_CHECKING:
    from collections.abc import Iterable


_FILE = "cpu-variants.json"
_PACKAGE = "llama_cpp"


class _LeftOut(msgspec.Struct, frozen=True):
    libraries: str
    variants: tuple[str, ...]


def library_folders() -> list[Path]:
    """Where the engine's libraries lie; nothing is imported, and none where there is no engine."""
    # Looked for, never imported: only the engine itself may hold it.
    spec = PathFinder.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return []
    package = Path(next(iter(spec.submodule_search_locations)))
    return [package / "lib", package.parent / "bin"]


def libraries_stamp() -> str:
    """A text that changes when one of the engine's libraries does; empty where there are none."""
    parts: list[str] = []
    for folder in library_folders():
        for path in sorted(folder.glob("*ggml*")) + sorted(folder.glob("*llama*")):
            status = path.stat()
            parts.append(f"{path.name}:{status.st_size}:{status.st_mtime_ns}")
    return sha256("|".join(parts).encode()).hexdigest()[:20] if parts else ""


def left_out(folder: Path) -> tuple[str, ...]:
    """The variants that engines in this working folder do without."""
    try:
        found = msgspec.json.decode((folder / _FILE).read_bytes(), type=_LeftOut)
    except (OSError, msgspec.DecodeError):
        return ()
    return found.variants if found.libraries == libraries_stamp() else ()


def leave_out(folder: Path, variants: Iterable[str]) -> None:
    """Let engines in this working folder do without these variants from now on.

    Raises:
        OSError: It cannot be written.
    """
    content = msgspec.json.encode(_LeftOut(libraries_stamp(), tuple(variants)))
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / _FILE, content)


def start_words(folder: Path) -> list[str]:
    """What an engine's command line says of variants."""
    variants = left_out(folder)
    return [WITHOUT_VARIANTS, ",".join(variants)] if variants else []
