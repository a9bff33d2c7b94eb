from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.core.errors import PersonError
from app.store.window.lock import OwnerLock, StoreInUse

if TYPE_CHECKING:
    import subprocess

OWNER = """
import sys
from pathlib import Path
from app.store.window.lock import OwnerLock

lock = OwnerLock(Path(sys.argv[1]))
lock.acquire()
print("mine", flush=True)
sys.stdin.readline()
lock.release()
print("given back", flush=True)
sys.stdin.readline()
"""


def test_a_second_program_is_told_who_has_it(
    tmp_path: Path, start_child: Callable[..., subprocess.Popen[str]]
) -> None:
    other = start_child(OWNER, tmp_path / "lock")
    assert other.stdout.readline() == "mine\n"

    with pytest.raises(StoreInUse) as refused:
        OwnerLock(tmp_path / "lock").acquire()

    assert refused.value.pid == other.pid
    assert str(other.pid) in refused.value.sentence


def test_it_is_free_once_the_other_gives_it_back(
    tmp_path: Path, start_child: Callable[..., subprocess.Popen[str]]
) -> None:
    other = start_child(OWNER, tmp_path / "lock")
    assert other.stdout.readline() == "mine\n"
    other.stdin.write("give it back\n")
    other.stdin.flush()
    assert other.stdout.readline() == "given back\n"

    lock = OwnerLock(tmp_path / "lock")
    lock.acquire()
    assert lock.held
    lock.release()


def test_it_is_free_once_the_other_was_killed(
    tmp_path: Path, start_child: Callable[..., subprocess.Popen[str]]
) -> None:
    other = start_child(OWNER, tmp_path / "lock")
    assert other.stdout.readline() == "mine\n"
    other.kill()
    other.wait()

    with OwnerLock(tmp_path / "lock") as lock:
        assert lock.held
    assert not lock.held


def test_two_in_one_program_exclude_each_other(tmp_path: Path) -> None:
    first, second = OwnerLock(tmp_path / "lock"), OwnerLock(tmp_path / "lock")
    first.acquire()
    first.acquire()

    with pytest.raises(StoreInUse):
        second.acquire()

    first.release()
    first.release()
    second.acquire()
    second.release()


def test_a_child_process_does_not_keep_it(
    tmp_path: Path, start_child: Callable[..., subprocess.Popen[str]]
) -> None:
    lock = OwnerLock(tmp_path / "lock")
    lock.acquire()
    start_child("import sys; sys.stdin.readline()")  # lives on after the release
    lock.release()

    with OwnerLock(tmp_path / "lock") as again:
        assert again.held


def test_a_lock_without_a_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(PersonError, match="cannot be locked"):
        OwnerLock(tmp_path / "missing" / "lock").acquire()
