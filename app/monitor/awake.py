"""Keeps the PC from falling asleep by itself while something long is at work.

The system lets go by itself where the program ends in any way: on Linux a child process holds it
until its standard input ends, macOS's ``caffeinate`` watches the program, Windows forgets what a
thread has asked for when the thread ends. A person who closes the lid is always stronger.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator

_PROGRAM = "Shrinkscope"
_ANSWER_SECONDS, _END_SECONDS = 5.0, 2.0
_WINDOWS_CONTINUOUS, _WINDOWS_SYSTEM_REQUIRED = 0x80000000, 0x00000001
LetGo = Callable[[], object]


class Awake:
    """A wish that the system may refuse: then nothing is different. One thread.

    Args:
        why: What the system tells whoever asks what keeps the PC awake.
    """

    def __init__(self, why: str) -> None:
        self._why = why
        self._let_go: LetGo | None = None

    @property
    def is_held(self) -> bool:
        """Whether the system has agreed."""
        return self._let_go is not None

    @contextlib.contextmanager
    def rested(self) -> Generator[None]:
        """Let the PC sleep in between."""
        self.__exit__()
        try:
            yield
        finally:
            self.__enter__()

    def __enter__(self) -> Awake:
        self._let_go = _hold(self._why)
        return self

    def __exit__(self, *_: object) -> None:
        if self._let_go is not None:
            self._let_go()
            self._let_go = None


def _hold(why: str) -> LetGo | None:
    """Ask the system; returns what lets go, or None where it refuses or has no such thing."""
    if sys.platform == "linux":
        return _inhibit(why)
    if sys.platform == "darwin":
        return _caffeinate()
    if sys.platform == "win32":
        return _ask_windows()
    return None


def _inhibit(why: str) -> LetGo | None:
    """By systemd: its command holds as long as ``cat`` runs, which begins once it is granted."""
    command = shutil.which("systemd-inhibit")
    if command is None:
        return None
    words = [command, "--what=sleep:idle", "--mode=block", f"--who={_PROGRAM}", f"--why={why}"]
    try:
        process = subprocess.Popen(
            [*words, "cat"],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl+C is for this program, which ends in its own time
        )
    except OSError:
        return None
    if _echoes(process):
        return lambda: _end(process)
    _end(process)
    return None


def _echoes(process: subprocess.Popen[bytes]) -> bool:
    """Whether what stands behind the command is there to answer."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(b"\n")
        answered, _, _ = select.select([process.stdout], [], [], _ANSWER_SECONDS)
        return bool(answered) and bool(process.stdout.read(1))
    except OSError:  # it has ended already
        return False


def _caffeinate() -> LetGo | None:
    """By macOS's own command, which ends with this program."""
    words = ["/usr/bin/caffeinate", "-i", "-w", str(os.getpid())]
    try:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    except OSError:
        return None

    def let_go() -> None:
        process.terminate()
        _end(process)

    return let_go


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let a command end by itself, which the end of its input asks of it, or end it."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _ask_windows() -> LetGo | None:
    """For the calling thread, which is the one that lets go."""
    if sys.platform != "win32":
        return None
    kernel, continuous = ctypes.windll.kernel32, ctypes.c_uint(_WINDOWS_CONTINUOUS)
    wanted = ctypes.c_uint(_WINDOWS_CONTINUOUS | _WINDOWS_SYSTEM_REQUIRED)
    if not kernel.SetThreadExecutionState(wanted):
        return None
    return lambda: kernel.SetThreadExecutionState(continuous)
