"""Which program the end-to-end tests run: this checkout's, or a packaged one.

``SHRINKSCOPE_PROGRAM=/usr/bin/shrinkscope`` (any path of a frozen program) lets commands and second
starts run that program, and windows that a test drives in its own process use its engines.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from app.engine.protocol.command_line import STEADY

VARIABLE = "SHRINKSCOPE_PROGRAM"


def packaged_program() -> Path | None:
    """The packaged program under test, None for this checkout."""
    given = os.environ.get(VARIABLE, "")
    if not given:
        return None
    path = Path(given).absolute()
    assert path.is_file(), f"{VARIABLE} names no program: {path}"
    return path


def program_command(*words: str | bytes | os.PathLike[str]) -> list[str]:
    """The words that start the program under test with these words."""
    packaged = packaged_program()
    start = [sys.executable, "-m", "app"] if packaged is None else [str(packaged)]
    return [*start, *(os.fsdecode(word) for word in words)]


def engine_command(*, is_steady: bool = False) -> list[str]:
    """The words that start an engine of the packaged program, as a child of this process."""
    words = [STEADY] if is_steady else []
    return program_command("--engine-host", "--parent", str(os.getpid()), *words)
