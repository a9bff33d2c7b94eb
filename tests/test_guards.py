"""The watches over all tests see what they are there to see."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QThread, QTimer

from tests import guards

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> guards.LeakWatch:
    monkeypatch.setattr(guards, "PATIENCE_S", 0.05)
    watch = guards.LeakWatch()
    watch.install(monkeypatch)
    return watch


def test_nothing_started_is_nothing_leaked(watch: guards.LeakWatch) -> None:
    assert watch.leaks() == []


def test_a_thread_that_still_runs_is_named(watch: guards.LeakWatch) -> None:
    release = threading.Event()
    thread = threading.Thread(target=release.wait, name="forgotten")
    thread.start()
    try:
        (leak,) = watch.leaks()
        assert "forgotten" in leak
    finally:
        release.set()
        thread.join()
    assert watch.leaks() == []


def test_a_child_process_that_still_runs_is_named_and_ended(watch: guards.LeakWatch) -> None:
    command = [sys.executable, "-c", "input('still here')"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.read(5)
        (leak,) = watch.leaks()
        assert "still here" in leak
        child.wait()
    assert watch.leaks() == []


def test_a_timer_that_still_runs_is_named_with_its_line(
    qtbot: QtBot, watch: guards.LeakWatch
) -> None:
    timer = QTimer()
    timer.setObjectName("ticking")
    timer.start(1000)
    (leak,) = watch.leaks()
    assert "ticking" in leak
    assert "timer.start(1000)" in leak
    assert watch.leaks() == []


def test_a_qt_thread_that_still_runs_is_named(qtbot: QtBot, watch: guards.LeakWatch) -> None:
    thread = QThread()
    thread.start()
    try:
        (leak,) = watch.leaks()
        assert "running thread" in leak
    finally:
        thread.quit()
        thread.wait()
    assert watch.leaks() == []


def test_the_network_beyond_this_pc_is_refused_and_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    guard = guards.NetworkGuard()
    with monkeypatch.context() as patch:
        guard.install(patch)
        with socket.socket() as sock, pytest.raises(OSError, match="beyond this PC"):
            sock.connect(("192.0.2.1", 80))
        with pytest.raises(OSError, match="beyond this PC"):
            socket.create_connection(("example.org", 443))
    assert guard.attempts == ["192.0.2.1:80", "example.org"]


def test_this_pc_can_be_reached(no_network: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = ("localhost", server.getsockname()[1])
        with socket.create_connection(address), server.accept()[0]:
            pass


def test_what_a_test_changes_of_the_process_is_named_and_put_back() -> None:
    watch = guards.StateWatch()
    assert watch.changes() == []
    os.environ["SHRINKSCOPE_LANGUAGE"] = "en_XA"
    handler = logging.NullHandler()
    logging.root.addHandler(handler)
    before = os.umask(0o007)
    said = "\n".join(watch.changes())
    assert all(words in said for words in ("mask: 7", "SHRINKSCOPE_LANGUAGE", "NullHandler"))
    assert watch.changes() == []
    assert os.umask(before) == before


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        (b"::1", True),
        ("fe80::1%eth0", False),
        ("192.0.2.1", False),
        ("huggingface.co", False),
    ],
)
def test_which_hosts_are_this_pc(host: str | bytes, local: bool) -> None:
    assert guards.is_local(host) is local
