"""The end of an engine in words."""

from __future__ import annotations

import signal

import pytest

from app.engine.outcome import EndCause, EngineOutcome


@pytest.mark.parametrize(
    ("status", "log", "words"),
    [
        (
            -signal.SIGABRT,
            "/build/vendor/llama.cpp/src/llama-vocab.cpp:2544: GGML_ASSERT(a == b) failed\nmore",
            "llama.cpp gave up on this file: llama-vocab.cpp:2544: GGML_ASSERT(a == b) failed",
        ),
        (-signal.SIGABRT, "", "without saying why"),
        (-signal.SIGKILL, "", "memory ran out"),
        (-signal.SIGSEGV, "", "crashed"),
        (-signal.SIGILL, "", "lacks an instruction"),
        (3, "", "status 3"),
    ],
)
def test_an_end_of_its_own_is_explained(status: int, log: str, words: str) -> None:
    outcome = EngineOutcome(status, None, log)
    assert words in outcome.sentence
    assert outcome.advice
    assert not outcome.was_wanted


@pytest.mark.parametrize("cause", list(EndCause))
def test_an_end_that_the_program_made_is_explained(cause: EndCause) -> None:
    outcome = EngineOutcome(-signal.SIGKILL, cause, "")
    assert outcome.sentence.endswith(".")
    assert "memory ran out" not in outcome.sentence
    assert outcome.was_wanted == (cause is EndCause.CLOSED)


def test_build_paths_are_left_out() -> None:
    log = "/root/secret/llama.cpp:1: GGML_ASSERT(x) failed\nterminate called after throwing 'y'"
    assert EngineOutcome(-6, None, log).abort_text == (
        "llama.cpp:1: GGML_ASSERT(x) failed\nterminate called after throwing 'y'"
    )
