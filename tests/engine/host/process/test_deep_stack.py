"""Work that needs a deep stack gets one, and need not be waited for."""

from __future__ import annotations

import threading

import pytest

from app.engine.host.process.deep_stack import Abandoned, DeepStack


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
