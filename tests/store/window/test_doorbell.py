"""The way from a second start to the window: who is heard, who is not, and what is answered.

Tests app.store.window.pipe, app.store.window.socket and app.store.window.claim.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from multiprocessing.connection import Client, Listener
from pathlib import Path

import pytest

from app.core.errors import PersonError
from app.core.hub.opening import MAX_BYTES, Opening, to_line
from app.store.paths import Paths
from app.store.window import doorbell as bell
from app.store.window.claim import claim_or_hand_over, hand_over
from app.store.window.doorbell import Answer, Doorbell, NoAnswer, Ring, listen_at, ring
from app.store.window.lock import OwnerLock, StoreInUse
from app.store.window.pipe import NotOurs, PipeEar, pipe_line

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the sockets of Unix")
SOME = Opening(files=("/models/a.gguf",))
NOBODY = 65534
PATIENCE_SECONDS = 120.0


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is busy is waited for, where a test does not say otherwise."""
    monkeypatch.setattr(bell, "READ_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(bell, "TAKE_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(ring, "__defaults__", (PATIENCE_SECONDS,))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "doorbell"


@pytest.fixture
def open_bell(place: Path) -> Iterator[Callable[[], Doorbell]]:
    """Opens the bell; closed after the test."""
    made: list[Doorbell] = []

    def open_it() -> Doorbell:
        made.append(Doorbell(listen_at(place)))
        return made[-1]

    yield open_it
    for each in made:
        each.close()
        each.join()


def test_nobody_is_there(place: Path) -> None:
    assert ring(place, SOME) is None
    assert ring(place / "no folder" / "doorbell", SOME) is None
    place.write_text("no socket")
    assert ring(place, SOME) is None


def test_what_is_brought_is_taken(place: Path, open_bell: Callable[[], Doorbell]) -> None:
    came: list[Opening | None] = []
    open_bell().attend(lambda each: came.append(each.take()))

    rung = ring(place, SOME)

    assert rung is not None
    assert rung.answer is Answer.TAKEN
    assert rung.pid == os.getpid()
    assert came == [SOME]


def test_what_comes_before_the_window_is_there_is_kept(
    place: Path, open_bell: Callable[[], Doorbell]
) -> None:
    doorbell = open_bell()
    for number in range(3):
        rung = ring(place, Opening(files=(f"/{number}",)))
        assert rung is not None
        assert rung.answer is Answer.TAKEN

    assert [each.files for each in doorbell.attend(lambda _: None)] == [("/0",), ("/1",), ("/2",)]


def test_a_window_that_does_not_listen_is_busy_and_does_it_not_later(
    place: Path, open_bell: Callable[[], Doorbell], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bell, "TAKE_SECONDS", 0.05)
    rings: list[Ring] = []
    open_bell().attend(rings.append)

    rung = ring(place, SOME)

    assert rung is not None
    assert rung.answer is Answer.BUSY
    assert rings[0].take() is None


def test_a_window_that_closes_says_so(place: Path, open_bell: Callable[[], Doorbell]) -> None:
    doorbell = open_bell()
    heard = threading.Event()
    doorbell.attend(lambda _: heard.set())
    answers: list[object] = []
    other = threading.Thread(target=lambda: answers.append(ring(place, SOME)))
    other.start()
    heard.wait()

    doorbell.close()
    other.join()

    assert answers[0].answer is Answer.CLOSING  # type: ignore[attr-defined]
    assert not place.exists()
    assert ring(place, SOME) is None


def test_what_a_killed_window_left_is_no_obstacle(
    place: Path, open_bell: Callable[[], Doorbell]
) -> None:
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(place))
    left.close()
    assert ring(place, SOME) is None

    open_bell()

    assert ring(place, SOME) is not None


def test_a_file_in_its_place_is_left_alone(place: Path) -> None:
    place.write_text("a letter")
    with pytest.raises(OSError, match="no socket"):
        listen_at(place)
    assert place.read_text() == "a letter"


def test_a_path_too_long_for_a_socket(tmp_path: Path) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("Linux has a way round")
    folder = tmp_path / ("x" * 120) / ("y" * 120)
    folder.mkdir(parents=True)
    doorbell = Doorbell(listen_at(folder / "doorbell"))

    rung = ring(folder / "doorbell", SOME)

    doorbell.close()
    doorbell.join()
    assert rung is not None
    assert not (folder / "doorbell").exists()


@pytest.mark.parametrize(
    "data", [b"\n", b"GET / HTTP/1.1\r\n", b"{}\n", b"x" * (MAX_BYTES + 10), b"\x80\x04K\x01.\n"]
)
def test_what_is_not_understood_is_refused_and_the_next_one_heard(
    place: Path, open_bell: Callable[[], Doorbell], data: bytes
) -> None:
    came: list[Opening | None] = []
    open_bell().attend(lambda each: came.append(each.take()))
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.connect(str(place))
        stranger.sendall(data)
        assert b"refused" in stranger.recv(200)

    assert ring(place, SOME) is not None
    assert came == [SOME]


def test_one_that_says_nothing_is_left_after_a_while(
    place: Path, open_bell: Callable[[], Doorbell], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bell, "READ_SECONDS", 0.05)
    open_bell().attend(lambda each: each.take())
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.connect(str(place))
        stranger.sendall(b"{")
        stranger.settimeout(PATIENCE_SECONDS)
        assert stranger.recv(1) == b""  # hung up on
        monkeypatch.setattr(bell, "READ_SECONDS", PATIENCE_SECONDS)
        assert ring(place, SOME) is not None


def test_one_that_has_gone_is_not_served_late(
    place: Path, open_bell: Callable[[], Doorbell]
) -> None:
    came: list[Opening | None] = []
    held, go_on = threading.Event(), threading.Event()

    def hear(each: Ring) -> None:
        came.append(each.take())
        held.set()
        go_on.wait()

    open_bell().attend(hear)
    with socket.socket(socket.AF_UNIX) as first, socket.socket(socket.AF_UNIX) as second:
        first.connect(str(place))
        first.sendall(to_line(SOME))
        held.wait()  # the window's thread stands still
        second.connect(str(place))
        second.sendall(to_line(Opening(files=("/late",))))
    go_on.set()

    last = Opening(files=("/last",))
    assert ring(place, last) is not None
    assert came == [SOME, last]


def test_no_answer_is_said_in_a_sentence(place: Path) -> None:
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(place))
        deaf.listen()
        with pytest.raises(NoAnswer) as refused:
            ring(place, SOME, timeout_s=0.05)
    assert f"process {os.getpid()}" in refused.value.sentence
    assert "does not answer" in refused.value.sentence


STRANGER = f"""
import os, socket, sys
os.setgid({NOBODY})
os.setuid({NOBODY})
with socket.socket(socket.AF_UNIX) as there:
    there.settimeout(60)
    there.connect(sys.argv[1])
    try:
        there.sendall(sys.argv[2].encode() + b"\\n")
        print(repr(there.recv(100)))
    except ConnectionError:
        print(repr(b""))
"""


@pytest.fixture
def place_for_all() -> Iterator[Path]:
    """A place that every account reaches; pytest's own folders are closed to others."""
    with tempfile.TemporaryDirectory(prefix="shrinkscope-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "doorbell"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root is two users")
def test_other_users_are_not_heard(place_for_all: Path) -> None:
    place = place_for_all
    came: list[Ring] = []
    doorbell = Doorbell(listen_at(place))
    doorbell.attend(came.append)
    assert place.stat().st_mode & 0o777 == 0o600
    place.chmod(0o777)  # even where the rights of file and folders let them through

    said = subprocess.run(
        [sys.executable, "-c", STRANGER, str(place), to_line(SOME).decode().strip()],
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stdout == "b''\n"
    assert came == []
    os.chown(place, NOBODY, NOBODY)
    with pytest.raises(NoAnswer):
        ring(place, SOME)
    doorbell.close()
    doorbell.join()


# --- the claim ----------------------------------------------------------------------------


def test_the_first_has_the_store_and_the_next_hands_over(tmp_path: Path) -> None:
    paths = Paths.below(tmp_path)
    assert not hand_over(paths, SOME)
    claim = claim_or_hand_over(paths, Opening())
    assert claim is not None
    assert claim.lock.held

    assert hand_over(paths, SOME)
    assert claim_or_hand_over(paths, SOME) is None

    assert claim.doorbell is not None
    assert claim.doorbell.attend(lambda _: None) == [SOME, SOME]
    claim.release()
    again = claim_or_hand_over(paths, Opening())
    assert again is not None
    again.release()


def test_one_that_comes_while_the_window_closes_becomes_the_next(tmp_path: Path) -> None:
    paths = Paths.below(tmp_path)
    first = claim_or_hand_over(paths, Opening())
    assert first is not None
    first.close_door()
    claims: list[object] = []
    waiting = threading.Thread(target=lambda: claims.append(claim_or_hand_over(paths, SOME)))
    waiting.start()

    first.release()
    waiting.join()

    assert claims[0] is not None
    claims[0].release()  # type: ignore[attr-defined]


def test_a_store_that_another_program_has_is_said_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.store.window.claim.CLOSING_SECONDS", 0.0)
    paths = Paths.below(tmp_path)
    paths.create()
    with OwnerLock(paths.lock), pytest.raises(StoreInUse):
        claim_or_hand_over(paths, SOME)


def test_a_folder_without_sockets_gives_the_store_all_the_same(tmp_path: Path) -> None:
    paths = Paths.below(tmp_path)
    paths.create()
    paths.doorbell.write_text("in the way")
    claim = claim_or_hand_over(paths, SOME)
    assert claim is not None
    assert claim.doorbell is None
    claim.release()


def test_a_window_of_another_version_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = Paths.below(tmp_path)
    claim = claim_or_hand_over(paths, Opening())
    assert claim is not None
    monkeypatch.setattr("app.store.window.doorbell.to_line", lambda _: b'{"version": 9}\n')
    try:
        with pytest.raises(PersonError, match="another version"):
            hand_over(paths, SOME)
    finally:
        claim.release()


# --- Windows' way, over a socket in place of a pipe ----------------------------------------


@pytest.fixture
def pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, Doorbell]]:
    place = tmp_path / "doorbell"
    address = str(tmp_path / "pipe")
    doorbell = Doorbell(PipeEar(address, place, "AF_UNIX"))
    monkeypatch.setattr(
        bell, "connect_to", lambda at, seconds: pipe_line(address, at, seconds, "AF_UNIX")
    )
    yield place, doorbell
    doorbell.close()
    doorbell.join()


def test_a_pipe_brings_the_same(pipe: tuple[Path, Doorbell]) -> None:
    place, doorbell = pipe
    came: list[Opening | None] = []
    doorbell.attend(lambda each: came.append(each.take()))

    rung = ring(place, SOME)

    assert rung == bell.Rung(Answer.TAKEN, os.getpid())
    assert came == [SOME]
    doorbell.close()
    doorbell.join()
    assert ring(place, SOME) is None


def test_who_does_not_know_the_key_is_not_heard(pipe: tuple[Path, Doorbell]) -> None:
    place, doorbell = pipe
    came: list[Ring] = []
    doorbell.attend(came.append)
    key = place.with_name("doorbell.key")
    assert key.stat().st_mode & 0o777 == 0o600
    key.write_bytes(bytes(32))

    assert ring(place, SOME) is None

    with Client(str(place.with_name("pipe")), "AF_UNIX") as stranger:
        stranger.recv_bytes(64)
        stranger.send_bytes(b"\x80\x04" * 32)
        with pytest.raises((EOFError, ConnectionError)):
            stranger.recv_bytes(64)
    assert came == []


def test_who_listens_without_the_key_learns_nothing(tmp_path: Path) -> None:
    place, address = tmp_path / "doorbell", str(tmp_path / "pipe")
    (tmp_path / "doorbell.key").write_bytes(os.urandom(32))
    heard: list[bytes] = []

    def listen() -> None:
        with impostor.accept() as connection:
            connection.send_bytes(bytes(36))
            connection.recv_bytes(64)
            connection.send_bytes(bytes(32))
            with contextlib.suppress(EOFError, ConnectionError):
                heard.append(connection.recv_bytes())

    with Listener(address, "AF_UNIX") as impostor:
        thread = threading.Thread(target=listen)
        thread.start()
        with pytest.raises(NotOurs):
            pipe_line(address, place, 60.0, "AF_UNIX")
        thread.join()
    assert heard == []
