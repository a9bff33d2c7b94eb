from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.monitor.awake import Awake
from tests.helpers.inhibitor import LET_GO, refusing, stand_in

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="systemd's way")

ROOT = Path(__file__).parents[2]
ASKED = [
    "--what=sleep:idle",
    "--mode=block",
    "--who=Shrinkscope",
    "--why=A test runs.",
    "cat",
]
PROGRAM = """
import sys
from app.monitor.awake import Awake
with Awake("A test runs.") as awake:
    print(awake.is_held, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = tmp_path / "notes.txt"
    stand_in(tmp_path / "bin", found, monkeypatch)
    return found


def lines(notes: Path) -> list[str]:
    return notes.read_text().splitlines()


def test_the_system_is_asked_and_let_go_at_the_end(notes: Path) -> None:
    with Awake("A test runs.") as awake:
        assert awake.is_held
        assert lines(notes) == ASKED
    assert not awake.is_held
    assert lines(notes) == [*ASKED, LET_GO]


def test_an_error_lets_go_too(notes: Path) -> None:
    with pytest.raises(KeyboardInterrupt), Awake("A test runs."):
        raise KeyboardInterrupt
    assert lines(notes)[-1] == LET_GO


def test_it_may_sleep_while_work_rests(notes: Path) -> None:
    with Awake("A test runs.") as awake:
        with awake.rested():
            assert not awake.is_held
            assert lines(notes) == [*ASKED, LET_GO]
        assert awake.is_held
    assert lines(notes) == 2 * [*ASKED, LET_GO]


def test_where_the_system_refuses_or_has_no_such_thing_work_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing(tmp_path / "bin", monkeypatch)
    with Awake("A test runs.") as awake:
        assert not awake.is_held
        with awake.rested():
            pass
    monkeypatch.setenv("PATH", str(tmp_path))
    with Awake("A test runs.") as awake:
        assert not awake.is_held


def test_a_program_that_is_killed_lets_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    end = tmp_path / "end"
    os.mkfifo(end)
    # What it is given goes nowhere; only its end is written into the pipe, which waits for it.
    stand_in(tmp_path / "bin", end, monkeypatch)
    command = tmp_path / "bin" / "systemd-inhibit"
    command.write_text(command.read_text().replace("printf", "# printf"))
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "True\n"
        program.kill()
    assert end.read_text() == f"{LET_GO}\n"
