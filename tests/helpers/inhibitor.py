"""A stand-in for systemd's command: notes what it is asked, and when it lets go."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

LET_GO = "let go"
_LASTS = """#!/bin/sh
printf '%s\\n' "$@" >> '{notes}'
while [ "${{1#--}}" != "$1" ]; do shift; done
"$@"
echo '{let_go}' >> '{notes}'
"""
_REFUSES = "#!/bin/sh\nexit 1\n"


def stand_in(folder: Path, notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have it found before the system's own; it lives as long as what it is to run.

    Args:
        folder: Where it is written; made when needed.
        notes: A line each word that it is given, and ``LET_GO`` at its end; may be a pipe.
        monkeypatch: Of the test.
    """
    _write(folder, _LASTS.format(notes=notes, let_go=LET_GO))
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def refusing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have none found but one that refuses."""
    _write(folder, _REFUSES)
    monkeypatch.setenv("PATH", str(folder))


def _write(folder: Path, script: str) -> None:
    folder.mkdir(exist_ok=True)
    command = folder / "systemd-inhibit"
    command.write_text(script)
    command.chmod(0o755)
