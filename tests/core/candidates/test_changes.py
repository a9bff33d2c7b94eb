"""What one candidate has set otherwise than another, and how that is combined."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from app.core.candidates.candidate import candidate_of
from app.core.candidates.changes import (
    CACHE,
    CONTEXT,
    THREADS,
    change_alone,
    changed,
    combined,
    is_speed_alone,
)
from app.core.candidates.notation import told_settings, with_settings

BASE = with_settings(candidate_of("m.gguf"), "ctx=8192")


def other(settings: str) -> object:
    return changed(BASE, with_settings(candidate_of("m.gguf"), settings))


def test_what_differs() -> None:
    assert other("ctx=8192") == frozenset()
    assert other("ctx=8192,threads=4") == THREADS
    assert other("ctx=4096") == CONTEXT
    assert other("ctx=8192,kv=q8_0") == CACHE == other("ctx=8192,kv=q8_0/q4_0")
    assert other("ctx=8192,draft=ngram,flash=off") == {"draft", "flash_attention"}


@pytest.mark.parametrize("settings", ["template=chatml", "lora=a.gguf", "mmproj=eyes.gguf"])
def test_what_says_something_else_is_no_setting(settings: str) -> None:
    assert other(f"ctx=8192,{settings}") is None
    assert changed(BASE, replace(BASE, source=candidate_of("n.gguf").source)) is None


def test_what_changes_speed_and_memory_alone_says_the_same() -> None:
    for settings in ("threads=4", "batch=256,ubatch=64", "mmap=off", "draft=ngram"):
        candidate = with_settings(candidate_of("m.gguf"), settings)
        names = changed(candidate_of("m.gguf"), candidate)
        assert names is not None
        assert is_speed_alone(names)
        assert candidate.spoken == candidate_of("m.gguf")
    for settings in ("kv=q8_0", "flash=off", "ctx=512"):
        candidate = with_settings(candidate_of("m.gguf"), settings)
        assert candidate.spoken == candidate


def test_changes_are_told_alone_and_come_together() -> None:
    fast, small = (
        with_settings(candidate_of("m.gguf"), f"ctx=8192,{settings}")
        for settings in ("threads=4", "kv=q8_0,draft=ngram")
    )
    assert told_settings(change_alone(BASE, fast)) == "4 threads"
    assert combined(BASE, [fast, small]) == with_settings(
        candidate_of("m.gguf"), "ctx=8192,threads=4,kv=q8_0,draft=ngram"
    )
