from __future__ import annotations

import contextlib
import errno
import os
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha1, sha256
from pathlib import Path

import pytest

from app.base.files import (
    NotOrdinaryError,
    TooLargeError,
    finish,
    hash_file,
    identity_at,
    known_by,
    read_ordinary,
    stamp_at,
    write_whole,
)
from app.base.gate import Stopped

not_windows = pytest.mark.skipif(sys.platform == "win32", reason="Windows has none of these")


def test_a_file_is_read_up_to_its_last_byte(tmp_path: Path) -> None:
    path = tmp_path / "a file"
    path.write_bytes(b"x" * 3_000_000)
    assert read_ordinary(path, 3_000_000) == path.read_bytes()
    path.write_bytes(b"")
    assert read_ordinary(path, 0) == b""


def test_one_byte_more_is_too_much(tmp_path: Path) -> None:
    path = tmp_path / "a file"
    path.write_bytes(b"x" * 11)
    with pytest.raises(TooLargeError) as caught:
        read_ordinary(path, 10)
    assert caught.value.strerror == "it is larger than 10 bytes"


def test_a_hole_of_ten_gigabytes_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "hole"
    with path.open("wb") as file:
        file.truncate(10_000_000_000)
    with pytest.raises(TooLargeError, match="larger than 5 MB"):
        read_ordinary(path, 5_000_000)


def test_folders_and_odd_names_are_said(tmp_path: Path) -> None:
    with pytest.raises(NotOrdinaryError, match="it is a folder"):
        read_ordinary(tmp_path, 10)
    with pytest.raises(OSError, match="no name of a file"):
        read_ordinary(tmp_path / "a\0b", 10)
    with pytest.raises(FileNotFoundError):
        read_ordinary(tmp_path / "nothing", 10)


@not_windows
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for path in (pipe, link):
        with pytest.raises(NotOrdinaryError, match="no ordinary file"):
            read_ordinary(path, 10)


@not_windows
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/tty", "/dev/ptmx"])
def test_a_device_is_not_opened(device: str) -> None:
    if not Path(device).exists():
        pytest.skip(f"there is no {device}")
    with pytest.raises(NotOrdinaryError):
        read_ordinary(Path(device), 10)


@not_windows
def test_a_socket_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("ear")
        with pytest.raises(NotOrdinaryError):
            read_ordinary(Path("ear"), 10)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has such files")
def test_what_says_that_it_is_empty_is_read_and_bounded_too() -> None:
    path = Path("/proc/self/status")
    assert path.stat().st_size == 0
    assert read_ordinary(path, 1_000_000).startswith(b"Name:")
    with pytest.raises(TooLargeError):
        read_ordinary(path, 10)


@not_windows
def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    path = tmp_path / "a file"
    path.write_bytes(b"x" * 11)
    status = path.stat()

    def count() -> int:
        """Of this file alone: threads that earlier tests left may close theirs meanwhile."""
        found = 0
        for name in os.listdir("/dev/fd"):
            with contextlib.suppress(OSError):  # that of the list itself
                found += os.path.samestat(os.fstat(int(name)), status)
        return found

    with path.open("rb"):
        assert count() == 1
    for most in (10, 11):
        try:
            read_ordinary(path, most)
        except TooLargeError:
            continue
    assert count() == 0


def test_a_file_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a file"
    write_whole(path, b"old")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"newer")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_writers_at_once_leave_what_one_of_them_wrote(tmp_path: Path) -> None:
    path = tmp_path / "a file"
    texts = [bytes([65 + number]) * 200_000 for number in range(8)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda text: write_whole(path, text), texts * 5))
    assert path.read_bytes() in texts
    assert list(tmp_path.iterdir()) == [path]


def test_a_finished_file_takes_the_name(tmp_path: Path) -> None:
    unfinished, target = tmp_path / "a.part", tmp_path / "a"
    unfinished.write_bytes(b"new")
    target.write_bytes(b"old")
    finish(unfinished, target)
    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]
    with pytest.raises(FileNotFoundError):
        finish(unfinished, target)


def test_one_reading_feeds_several_hashes_and_can_be_ended(tmp_path: Path) -> None:
    path, seen = tmp_path / "a", list[int]()
    path.write_bytes(b"x" * 9_000_000)
    hashers = sha256(), sha1(usedforsecurity=False)
    assert hash_file(path, seen.append, *hashers) == 9_000_000
    assert seen == sorted(seen)
    assert seen[-1] == 9_000_000
    assert [each.hexdigest() for each in hashers] == [
        sha256(path.read_bytes()).hexdigest(),
        sha1(path.read_bytes(), usedforsecurity=False).hexdigest(),
    ]

    def end(_done_bytes: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        hash_file(path, end, sha256())


def test_a_stamp_is_of_the_content_whatever_it_is_called(tmp_path: Path) -> None:
    path, other = tmp_path / "a", tmp_path / "b"
    path.write_bytes(b"xyz")
    other.hardlink_to(path)
    one, same = stamp_at(path), stamp_at(other)
    assert one is not None
    assert same is not None
    assert (one.size_bytes, one.identity) == (3, same.identity)
    assert identity_at(path) == identity_at(other) != identity_at(tmp_path)
    assert stamp_at(tmp_path / "nothing") is identity_at(tmp_path / "nothing") is None
    assert stamp_at("a\0b") is None


def test_what_is_known_by_its_files_is_another_where_one_changes(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"one")
    before = known_by([path])
    assert known_by([path]) == before != known_by([path, path])
    path.write_bytes(b"other")
    assert known_by([path]) != before
    with pytest.raises(FileNotFoundError):
        known_by([tmp_path / "nothing"])
