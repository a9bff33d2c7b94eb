"""The libraries of an engine that come one for each kind of processor."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Collection
from pathlib import Path

_LIBRARY = re.compile(r"(?:lib)?ggml-(?!base)([a-z0-9]+)(?:-(.+))?\.(?:so|dll|dylib)")
_LOADED = re.compile(r"loaded CPU backend from .*ggml-cpu-(.+)\.(?:so|dll|dylib)$")


def loaded_variant(log_lines: Collection[str]) -> str:
    """The variant that llama.cpp says it has loaded; empty where there is but one."""
    found = (_LOADED.search(line.rstrip()) for line in log_lines)
    return next((match[1] for match in found if match), "")


def load_without(ggml: ctypes.CDLL, folder: Path, left_out: Collection[str]) -> bool:
    """Load every backend of a folder, and of the CPU's variants the best one that is not left out.

    Returns:
        Whether a CPU variant was loaded; if not, nothing else was either.
    """
    found = [(match, path) for path in sorted(folder.iterdir()) if (match := _of(path))]
    scored = [
        (_score(path), path)
        for match, path in found
        if match[1] == "cpu" and match[2] not in left_out
    ]
    load = ggml.ggml_backend_load
    load.restype, load.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
    best_first = [path for score, path in sorted(scored, reverse=True) if score > 0]
    if not any(load(str(path).encode()) for path in best_first[:1]):
        return False
    for match, path in found:
        if match[1] != "cpu":
            load(str(path).encode())
    return True


def _of(path: Path) -> re.Match[str] | None:
    return _LIBRARY.fullmatch(path.name)


def _score(path: Path) -> int:
    """How much of this processor a variant uses; 0 if it cannot run here."""
    try:
        return int(ctypes.CDLL(str(path)).ggml_backend_score())
    except (OSError, AttributeError):
        return 0
