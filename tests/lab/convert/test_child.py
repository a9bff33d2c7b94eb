"""Programs that are watched: heard, bounded, ended with all that they began."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import psutil
import pytest

from app.core.errors import PersonError
from app.core.words.sentence import say
from app.lab.convert.child import ChildFailed, run_child
from app.lab.engines.calls import interruptible

FAILED = say("convert.failed")

PATIENCE_SECONDS = 60


def run(tmp_path: Path, code: str, lines: list[str] | None = None, **more: float) -> None:
    heard = lines if lines is not None else []
    words = [sys.executable, "-c", code]
    run_child(words, os.environ, tmp_path / "log", FAILED, heard.append, **more)


def test_lines_are_heard_and_kept(tmp_path: Path) -> None:
    heard: list[str] = []
    run(tmp_path, r"print('one'); print('10%\r20%\r', end=''); print('é', 'x' * 900)", heard)
    assert heard[:3] == ["one", "10%", "20%"]
    assert len(heard[3]) == 500
    assert (tmp_path / "log").read_text("utf-8").startswith("one\n10%\n20%\né x")


def test_what_ends_badly_or_cannot_begin_is_told(tmp_path: Path) -> None:
    with pytest.raises(ChildFailed) as failed:
        run(tmp_path, "print('why'); raise SystemExit(3)")
    assert failed.value.tail == "why\n(status 3)"
    with pytest.raises(ChildFailed) as failed:
        run_child(["/nowhere/python"], {}, tmp_path / "log", FAILED)
    assert failed.value.sentence == str(FAILED)
    with pytest.raises(ChildFailed, match="The converter ended") as failed:
        run(tmp_path, "import time; time.sleep(600)", patience_seconds=0.2)
    assert "silence" in failed.value.tail


@pytest.mark.skipif(sys.platform == "win32", reason="process groups of Unix")
def test_a_stop_ends_all_that_it_began(tmp_path: Path) -> None:
    class Stopped(PersonError):
        pass

    lines: list[str] = []

    def check() -> None:
        if len(lines) == 2:  # both have spoken, whichever came first
            raise Stopped(FAILED)

    grandchild = "import time; print(1, flush=True); time.sleep(600)"
    child = f"""
import subprocess, sys, time
print(subprocess.Popen([sys.executable, '-c', {grandchild!r}]).pid, flush=True)
time.sleep(600)
"""
    with interruptible(check), pytest.raises(Stopped):
        run(tmp_path, child, lines)
    pid = next(int(line) for line in lines if line != "1")
    end = time.monotonic() + PATIENCE_SECONDS
    while lives(pid):
        assert time.monotonic() < end
        time.sleep(0.01)


def lives(pid: int) -> bool:
    """Whoever is left of a group that was killed is a zombie at most, until its parent's end."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
