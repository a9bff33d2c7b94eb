"""Starts a window without a screen and waits for its first picture; standard library only."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from common import PackagingError

PAINTED = "first paint"
PATIENCE_SECONDS = 120.0
LOOK_SECONDS = 0.02


def start_window(
    command: Sequence[str], environ: Mapping[str, str], cwd: Path
) -> subprocess.Popen[bytes]:
    """Start the program's window on Qt's platform without a screen."""
    return subprocess.Popen(
        command,
        cwd=cwd,
        env=dict(environ) | {"QT_QPA_PLATFORM": "offscreen"},
        stdin=subprocess.DEVNULL,
    )


def until_painted(home: Path, process: subprocess.Popen[bytes]) -> float:
    """Wait for the program's log to say that its window was painted; returns the seconds waited.

    Args:
        home: The program's ``SHRINKSCOPE_HOME``, new when it was started.
        process: The program.
    """
    began = time.monotonic()
    log = home / "state" / "shrinkscope.log"
    wait_for(lambda: log.exists() and PAINTED in log.read_text(encoding="utf-8"), process)
    return time.monotonic() - began


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[bytes] | None = None) -> None:
    """Wait until something is so.

    Raises:
        PackagingError: It did not come about, or the program ended before it did.
    """
    never = threading.Event()
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if process is not None and process.poll() is not None:
            raise PackagingError(f"The program ended with status {process.returncode}.")
        if time.monotonic() > end:
            raise PackagingError("What was waited for did not come about.")
        never.wait(LOOK_SECONDS)


def must_be_calm(home: Path) -> None:
    """Stop if the program's log tells of an error that nobody foresaw."""
    text = (home / "state" / "shrinkscope.log").read_text(encoding="utf-8")
    if " CRITICAL " in text or "Traceback" in text:
        raise PackagingError(f"The program's log tells of an error:\n{text[-3000:]}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the program to quit, as a session that ends does, and wait for its end."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        raise PackagingError("The program did not quit when asked to.") from None
