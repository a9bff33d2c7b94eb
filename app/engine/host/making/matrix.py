"""Importance matrices as the engine takes them from files: the last one is kept."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from app.base.files import read_ordinary
from app.core.errors import PersonError
from app.core.shrink.importance import Importance, from_bytes
from app.engine.host.errors import EngineError
from app.engine.protocol.running import FailureKind

_MOST_BYTES = 4_000_000_000


@lru_cache(maxsize=1)
def matrix_of(path: str) -> Importance:
    """Read a matrix.

    Raises:
        EngineError: It is none.
        OSError: It cannot be read.
    """
    try:
        return from_bytes(read_ordinary(Path(path), _MOST_BYTES), Path(path).name)
    except PersonError as error:
        raise EngineError(FailureKind.QUANTIZE, error.said, error.detail) from error
