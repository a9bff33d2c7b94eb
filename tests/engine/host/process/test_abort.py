"""Stops reach the commands that they name."""

from __future__ import annotations

import ctypes

from app.engine.host.process.abort import AbortFlag


def asks(flag: AbortFlag) -> bool:
    """What llama.cpp would be told."""
    prototype = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p)
    callback = flag.callback(prototype)
    assert callable(callback)
    return bool(callback(flag.address))


def test_a_stop_reaches_the_command_that_it_names() -> None:
    flag = AbortFlag()
    flag.begin(1)
    assert not asks(flag)
    flag.stop(1)
    assert flag.is_set
    assert asks(flag)
    flag.end()
    assert not asks(flag)


def test_a_stop_ahead_of_its_command_waits_and_a_late_one_is_dropped() -> None:
    flag = AbortFlag()
    flag.begin(1)
    flag.stop(2)
    assert not flag.is_set
    flag.end()
    flag.begin(2)
    assert flag.is_set
    flag.end()
    flag.stop(2)
    flag.begin(3)
    assert not flag.is_set
