"""The cache of the whole run: what takes a while to be made is made once for all tests."""

from __future__ import annotations

import os
from pathlib import Path


def run_cache() -> Path:
    """A folder for matrices, readings of models and the like, which know what they are of."""
    folder = Path(os.environ["XDG_CACHE_HOME"]) / "kept"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
