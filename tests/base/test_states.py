"""States follow each other as their table says, and no otherwise."""

from __future__ import annotations

from enum import Enum

import pytest

from app.base.states import IllegalTransition, Transitions


class Light(Enum):
    RED = "red"
    GREEN = "green"
    BROKEN = "broken"


NEXT = Transitions(
    Light, {Light.RED: {Light.GREEN, Light.BROKEN}, Light.GREEN: {Light.RED, Light.BROKEN}}
)


def test_what_may_follow_follows() -> None:
    assert NEXT.step(Light.RED, Light.GREEN) is Light.GREEN
    assert NEXT.allow(Light.GREEN, Light.BROKEN)
    assert NEXT.after(Light.RED) == {Light.GREEN, Light.BROKEN}


def test_what_may_not_follow_is_an_error_that_names_both() -> None:
    assert not NEXT.allow(Light.BROKEN, Light.RED)
    with pytest.raises(IllegalTransition, match=r"Light\.BROKEN cannot become Light\.RED"):
        NEXT.step(Light.BROKEN, Light.RED)
    with pytest.raises(IllegalTransition):
        NEXT.step(Light.RED, Light.RED)  # staying is a step like any other


def test_what_nothing_follows_is_an_end() -> None:
    assert NEXT.ends == {Light.BROKEN}
    assert NEXT.after(Light.BROKEN) == frozenset()
