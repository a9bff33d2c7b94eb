"""Who is ended for standing still, and who is not: judged on real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from app.engine.local.watchdog import (
    LoadJudge,
    Patience,
    ProcessLook,
    TemplateJudge,
    Watchdog,
    look_at,
)
from app.engine.outcome import EndCause
from app.engine.protocol.running import Step

PATIENCE_SECONDS = 120.0
QUICK = Patience(
    template_processor_s=0.2, busy_s=0.3, busy_processor_s=0.2, start_idle_s=0.5, idle_s=0.5,
    look_s=0.02,
)  # fmt: skip
SPINS = "while True: pass"
SLEEPS = "import time; time.sleep(600)"
READS = "while True: open('/proc/self/exe', 'rb').read(1 << 16)"
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell")


@contextmanager
def child(code: str) -> Generator[int]:
    """A process that does one thing."""
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        yield process.pid
        process.kill()


def hold(pid: int) -> None:
    """Let it stand still."""
    os.kill(pid, signal.SIGSTOP)
    os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOWAIT)


@contextmanager
def watched(
    pid: int, step: Step, patience: Patience = QUICK
) -> Generator[tuple[Watchdog, list[EndCause], threading.Event]]:
    """A watchdog over a process that is at something."""
    causes: list[EndCause] = []
    barked = threading.Event()

    def end(cause: EndCause) -> None:
        causes.append(cause)
        barked.set()

    dog = Watchdog("dog", pid, end, patience)
    dog.start()
    dog.now_at(step)
    try:
        yield dog, causes, barked
    finally:
        dog.now_at(None)
        dog.join(PATIENCE_SECONDS)


@needs_linux
@pytest.mark.parametrize(
    ("code", "step", "cause"),
    [
        (SPINS, Step.RENDER, EndCause.TEMPLATE_TIMEOUT),
        (SPINS, Step.LOAD, EndCause.LOAD_STALLED),
        (SLEEPS, Step.LOAD, EndCause.LOAD_STALLED),
        (SLEEPS, Step.START, EndCause.START_TIMEOUT),
        (SPINS, Step.PREDICT, EndCause.LOAD_STALLED),
    ],
)
def test_what_gets_no_further_is_ended(code: str, step: Step, cause: EndCause) -> None:
    with child(code) as pid, watched(pid, step) as (_, causes, barked):
        assert barked.wait(PATIENCE_SECONDS)
        assert causes == [cause]


@needs_linux
@pytest.mark.parametrize("step", [Step.LOAD, Step.RENDER])
def test_what_is_stopped_is_left_alone(step: Step) -> None:
    with child(SPINS) as pid:
        hold(pid)
        with watched(pid, step) as (_, causes, barked):
            assert not barked.wait(2)
            os.kill(pid, signal.SIGCONT)
            assert barked.wait(PATIENCE_SECONDS)
            assert len(causes) == 1


@needs_linux
def test_what_reads_gets_on_however_long_it_takes() -> None:
    # A busy PC may keep it from reading for a while: that it stands still is not looked for here.
    patience = replace(QUICK, idle_s=PATIENCE_SECONDS)
    with child(READS) as pid, watched(pid, Step.LOAD, patience) as (_, causes, barked):
        assert not barked.wait(2)
        assert not causes


@needs_linux
@pytest.mark.parametrize("step", [Step.IDLE, Step.GENERATE, Step.TOKENIZE, Step.QUANTIZE])
def test_other_work_may_take_as_long_as_it_likes(step: Step) -> None:
    with child(SPINS) as pid, watched(pid, step) as (_, causes, barked):
        assert not barked.wait(1.5)
        assert not causes


@needs_linux
def test_a_step_that_ends_in_time_is_forgotten() -> None:
    with child(SPINS) as pid:
        hold(pid)  # until the step is over
        with watched(pid, Step.LOAD) as (dog, causes, barked):
            dog.now_at(Step.IDLE)
            os.kill(pid, signal.SIGCONT)
            assert not barked.wait(1.5)
            dog.now_at(Step.RENDER)
            assert barked.wait(PATIENCE_SECONDS)
            assert causes == [EndCause.TEMPLATE_TIMEOUT]


def test_messages_and_log_lines_are_signs_of_getting_on() -> None:
    judge = LoadJudge(Step.LOAD, Patience(busy_s=10, busy_processor_s=5, idle_s=20))
    for second in range(100):  # a sign every 5 s while it computes
        assert not judge.is_over(ProcessLook(float(second), 0, False), second // 5, float(second))
    over = [second for second in range(100, 120)
            if judge.is_over(ProcessLook(float(second), 0, False), 19, float(second))]  # fmt: skip
    assert over
    assert over[0] == 105


def test_a_load_that_is_starved_is_not_a_load_without_end() -> None:
    """It gets a hundredth of the processor, and shows nothing for ten minutes."""
    judge = LoadJudge(Step.LOAD, Patience())
    for second in range(600):
        assert not judge.is_over(ProcessLook(second / 100, 0, False), 0, float(second))


def test_where_the_system_tells_nothing_time_alone_counts() -> None:
    patience = Patience(template_s=10, idle_s=30)
    template, load = TemplateJudge(Step.RENDER, patience), LoadJudge(Step.LOAD, patience)
    assert [template.is_over(None, 0, now) for now in (0.0, 9.0, 11.0)] == [False, False, True]
    assert [load.is_over(None, 0, now) for now in (0.0, 29.0, 31.0)] == [False, False, True]


@needs_linux
def test_a_process_that_is_gone_is_no_look(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    assert look_at(process.pid) is None
    here = look_at(os.getpid())
    assert here is not None
    assert not here.is_stopped
