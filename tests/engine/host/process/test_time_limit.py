"""A bound on the processor time of templates."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import threading

import pytest

from app.engine.host.process.time_limit import OutOfTime, processor_time

needs_timer = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such timer")


def spin() -> None:
    """Compute without end, whatever is raised that can be caught."""
    while True:
        with contextlib.suppress(Exception):
            sum(range(1000))


@needs_timer
def test_what_computes_too_long_is_interrupted_and_cannot_catch_it() -> None:
    before = signal.getsignal(signal.SIGPROF)
    with pytest.raises(OutOfTime), processor_time(0.15):
        spin()
    assert signal.getsignal(signal.SIGPROF) is before
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)


@needs_timer
def test_time_without_the_processor_does_not_count() -> None:
    """Nor what another thread computes."""
    done = threading.Event()

    def other() -> None:
        for _ in range(30_000):
            sum(range(1000))
        done.set()

    thread = threading.Thread(target=other)
    with processor_time(0.15):
        thread.start()
        done.wait()
    thread.join()


LATE = """
import os, signal
from app.engine.host.process.time_limit import processor_time
with processor_time(9):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGPROF])
    os.kill(os.getpid(), signal.SIGPROF)
signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGPROF])
"""


@needs_timer
def test_a_tick_that_comes_late_ends_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", LATE], check=False)
    assert done.returncode == 0


OVER = """
import contextlib, signal, sys, threading
from app.engine.host.process.time_limit import OutOfTime, processor_time

signal.signal(signal.SIGPROF, signal.SIG_IGN)
sys.setswitchinterval(1e-6)
main, over = threading.main_thread().ident, threading.Event()

def hammer():
    while not over.is_set():
        signal.pthread_kill(main, signal.SIGPROF)

@contextlib.contextmanager
def foreign():
    try:
        with processor_time(0):
            yield
    except OutOfTime as error:
        raise ValueError from error

ticks = threading.Thread(target=hammer)
ticks.start()
try:
    for _ in range(400):
        with contextlib.suppress(ValueError), foreign():
            while True:
                sum(range(50))
        assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
        assert signal.getsignal(signal.SIGPROF) is signal.SIG_IGN
finally:
    over.set()
    ticks.join()
"""


@needs_timer
def test_ticks_while_the_limit_is_taken_away_change_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", OVER], check=False, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
