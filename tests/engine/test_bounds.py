"""Bounds on what runs inside an engine: processor time of templates, depth of the stack."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading

import pytest

from app.engine.host.deep_stack import Abandoned, DeepStack
from app.engine.host.time_limit import OutOfTime, processor_time

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


def test_work_on_a_deep_stack_gives_its_result_or_its_error() -> None:
    deep, usual = DeepStack(), threading.stack_size()

    def fail() -> None:
        raise MemoryError

    assert deep.run(lambda: 3, 1_000_000, lambda: False) == 3
    with pytest.raises(MemoryError):
        deep.run(fail, 10, lambda: False)
    assert threading.stack_size() == usual


def test_work_that_is_not_wanted_any_more_is_left_alone_and_waited_for_at_the_end() -> None:
    deep, end, ended = DeepStack(), threading.Event(), threading.Event()

    def work() -> None:
        end.wait()
        ended.set()

    with pytest.raises(Abandoned):
        deep.run(work, 10, lambda: True)
    assert deep.run(lambda: "others go on", 10, lambda: False) == "others go on"
    assert not ended.is_set()
    end.set()
    deep.settle()
    assert ended.is_set()
