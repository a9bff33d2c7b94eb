"""Work in another thread stops and waits when it is asked to."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Generator

import pytest

from app.base.gate import Gate, StopFlag, Stopped

_PATIENCE_S = 120.0


def test_work_goes_on_until_it_is_asked_to_stop() -> None:
    flag = StopFlag()
    flag.check()
    flag.sleep(0)
    flag.stop()
    assert flag.is_stopped
    with pytest.raises(Stopped):
        flag.check()
    with pytest.raises(Stopped):
        flag.sleep(_PATIENCE_S)


def test_paused_work_waits_where_it_can_and_goes_on() -> None:
    gate, passed = Gate(), threading.Event()
    gate.pause()
    assert gate.is_paused
    gate.check_end()  # where it cannot wait

    def work() -> None:
        gate.check()
        passed.set()

    thread = threading.Thread(target=work)
    thread.start()
    assert not passed.is_set()
    gate.resume()
    assert passed.wait(_PATIENCE_S)
    thread.join()
    assert not gate.is_paused


@pytest.mark.parametrize("pause_after", [False, True])
def test_a_stop_ends_a_pause_whichever_came_first(*, pause_after: bool) -> None:
    gate = Gate()
    steps = [gate.pause, gate.stop]
    for step in reversed(steps) if pause_after else steps:
        step()
    with pytest.raises(Stopped):
        gate.check()
    with pytest.raises(Stopped):
        gate.check_end()


def test_work_knows_when_it_waits_and_goes_on() -> None:
    gate, waits, told = Gate(), threading.Event(), list[str]()

    @contextlib.contextmanager
    def rest() -> Generator[None]:
        told.append("waits")
        waits.set()
        yield
        told.append("goes on")

    gate.rest = rest
    gate.check()
    assert not told
    gate.pause()
    thread = threading.Thread(target=gate.check)
    thread.start()
    assert waits.wait(_PATIENCE_S)
    assert told == ["waits"]
    gate.resume()
    thread.join(_PATIENCE_S)
    assert told == ["waits", "goes on"]
