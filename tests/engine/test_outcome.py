"""The end of an engine in words, by the steps of :mod:`app.engine.protocol.running`."""

from __future__ import annotations

import signal

import pytest

from app.engine.outcome import EndCause, EngineOutcome
from app.engine.protocol.running import Step


@pytest.mark.parametrize(
    ("status", "log", "words"),
    [
        (
            -signal.SIGABRT,
            "/build/vendor/llama.cpp/src/llama-vocab.cpp:2544: GGML_ASSERT(a == b) failed\nmore",
            "llama.cpp gave up on this file; if it happens again, the file is damaged",
        ),
        (-signal.SIGABRT, "", "llama.cpp gave up on this file; "),
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
    assert "GGML" not in outcome.sentence


@pytest.mark.parametrize("cause", list(EndCause))
def test_an_end_that_the_program_made_is_explained(cause: EndCause) -> None:
    outcome = EngineOutcome(-signal.SIGKILL, cause, "")
    assert outcome.sentence.endswith(".")
    assert "memory ran out" not in outcome.sentence


@pytest.mark.parametrize("step", list(Step))
@pytest.mark.parametrize("status", [-signal.SIGSEGV, -signal.SIGABRT, 1])
def test_what_the_engine_was_at_is_told_and_the_file_is_blamed_for_its_load_alone(
    step: Step, status: int
) -> None:
    outcome = EngineOutcome(status, None, "", step)
    others = {EngineOutcome(status, None, "", other).sentence for other in Step if other != step}
    assert outcome.sentence not in others
    assert outcome.sentence.endswith(".")
    damaged = "the file is damaged" in outcome.sentence
    assert damaged == (step in (Step.LOAD, Step.PREDICT))


def test_a_crash_over_a_text_blames_the_text() -> None:
    outcome = EngineOutcome(-signal.SIGSEGV, None, "", Step.TOKENIZE)
    assert outcome.sentence.startswith("The engine crashed as it turned the text into tokens; ")
    assert "shorten it" in outcome.sentence


def test_what_is_printed_is_cut_before_it_is_told() -> None:
    line = "/src/a.cpp:1: GGML_ASSERT(" + "x/" * 500_000
    outcome = EngineOutcome(-signal.SIGABRT, None, "\n".join([line] * 9))
    assert len(outcome.sentence) < 400
    assert len(outcome.abort_text) < 1000


def test_build_paths_are_left_out() -> None:
    log = "/root/secret/llama.cpp:1: GGML_ASSERT(x) failed\nterminate called after throwing 'y'"
    assert EngineOutcome(-6, None, log).abort_text == (
        "llama.cpp:1: GGML_ASSERT(x) failed\nterminate called after throwing 'y'"
    )
