"""What a model answers depends on no clock: prompts are read in the same slices on every PC.

Tests app.engine.host.answering.sampling.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.core.candidates.settings import SLICE_TOKENS
from app.engine.local.starting import engine_command, engine_environment
from app.engine.protocol.command_line import STEADY

LONG = "The river ran past the old mill and the children counted boats. "
PROMPTS = (LONG * 14 + "What is 2 + 3?", LONG * 6 + "Spell the word river.", "Hello!")


def answers(model: Path, slowness_seconds: float, threads: int, *prompts: str) -> Any:
    words = (str(model), str(slowness_seconds), str(threads), *prompts)
    done = subprocess.run(
        [sys.executable, "-m", "tests.engine.host.answering.answers_process", *words],
        capture_output=True,
        check=True,
        text=True,
    )
    return json.loads(done.stdout)


def test_a_slow_pc_answers_bit_for_bit_as_a_fast_one(demo_model: Path) -> None:
    fast = answers(demo_model, 0.0, 1, *PROMPTS)
    # Every look at the clock finds that three seconds have passed.
    slow = answers(demo_model, 3.0, 1, *PROMPTS)
    assert slow == fast
    sizes = [size for size in fast[0]["sizes"] if size > 1]
    assert sizes[:-1] == [SLICE_TOKENS] * (len(sizes) - 1)
    assert len(sizes) > 2


def test_how_a_prompt_is_read_does_not_depend_on_the_threads(demo_model: Path) -> None:
    one, two = (answers(demo_model, 0.0, threads, PROMPTS[0])[0] for threads in (1, 2))
    read = len([size for size in one["sizes"] if size > 1])
    assert one["digests"][:read] == two["digests"][:read]


def test_a_prompt_that_is_still_there_gets_the_same_answer_again(demo_model: Path) -> None:
    first, again = answers(demo_model, 0.0, 1, PROMPTS[0], PROMPTS[0])
    assert again["text"] == first["text"]
    assert again["digests"] == first["digests"][-len(again["digests"]) :]
    assert again["sizes"][0] < SLICE_TOKENS < sum(first["sizes"]) - sum(again["sizes"])


@pytest.mark.parametrize("is_steady", [False, True])
def test_waits_sleep_in_engines_whose_threads_stay(*, is_steady: bool) -> None:
    assert (STEADY in engine_command(is_steady=is_steady)) == is_steady
    environment = engine_environment({"PATH": "/bin"}, is_steady=is_steady)
    assert environment.get("OMP_WAIT_POLICY") == ("passive" if is_steady else None)
    own = engine_environment({"OMP_WAIT_POLICY": "active"}, is_steady=is_steady)
    assert own["OMP_WAIT_POLICY"] == "active"
