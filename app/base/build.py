"""Which build of this program, and of the engine that it starts, this is."""

from __future__ import annotations

from hashlib import sha256
from importlib.machinery import PathFinder
from pathlib import Path

from app import __version__

PROGRAM = f"Shrinkscope {__version__}"
_ENGINE = "llama_cpp"


def library_folders() -> list[Path]:
    """Where the engine's libraries lie; nothing is imported, and none where there is no engine."""
    # Looked for, never imported: only the engine itself may hold it.
    spec = PathFinder.find_spec(_ENGINE)
    if spec is None or not spec.submodule_search_locations:
        return []
    package = Path(next(iter(spec.submodule_search_locations)))
    return [package / "lib", package.parent / "bin"]


def engine_build() -> str:
    """Another text when one of the engine's libraries is another; empty where there are none."""
    parts: list[str] = []
    for folder in library_folders():
        for path in sorted(folder.glob("*ggml*")) + sorted(folder.glob("*llama*")):
            status = path.stat()
            parts.append(f"{path.name}:{status.st_size}:{status.st_mtime_ns}")
    return sha256("|".join(parts).encode()).hexdigest()[:20] if parts else ""
