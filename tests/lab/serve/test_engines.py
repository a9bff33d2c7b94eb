"""Engines behind an address: awake when they are asked, and started again when they died."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import openai
import pytest

from tests.lab.serve.conftest import ENDLESS, serving

QUESTION: list[Any] = [{"role": "user", "content": "How many days has April?"}]


def test_an_engine_that_dies_is_said_and_started_again(demo_model: Path, tmp_path: Path) -> None:
    """Two candidates of one file have names of their own, and each its engine when it is asked."""
    small = f"{demo_model}#ctx=256"
    with serving(tmp_path, demo_model, small) as server:
        names = server.said["models"]
        assert names[1] == f"{names[0]}#ctx=256"
        assert server.awake == {}
        create = server.client().chat.completions.create
        # Of the two the one whose context does not end the long answer by itself.
        create(model=names[0], messages=QUESTION, max_tokens=4)
        server.wait(lambda: set(server.awake) == {names[0]})
        with create(model=names[0], stream=True, **ENDLESS) as stream:
            pieces = iter(stream)
            next(pieces)
            os.kill(server.awake[names[0]], signal.SIGKILL)
            with pytest.raises(openai.APIError, match="ended"):
                list(pieces)
        server.wait(lambda: not server.awake)
        again = create(model=names[0], messages=QUESTION, temperature=0)
        assert again.choices[0].message.content
        create(model=names[1], messages=QUESTION, max_tokens=4)
        server.wait(lambda: set(server.awake) == set(names))


def test_a_file_that_is_spoilt_later_is_an_answer_too(demo_model: Path, tmp_path: Path) -> None:
    spoilt = tmp_path / "copy.gguf"
    spoilt.write_bytes(demo_model.read_bytes())
    with serving(tmp_path / "home", spoilt) as server:
        spoilt.write_bytes(demo_model.read_bytes()[:-200_000])
        with pytest.raises(openai.InternalServerError) as failed:
            server.client().chat.completions.create(model="", messages=QUESTION)
        assert "Traceback" not in str(failed.value)
        server.wait(lambda: server.statuses == [500])
        spoilt.write_bytes(demo_model.read_bytes())
        mended = server.client().chat.completions.create(model="", messages=QUESTION)
        assert mended.choices[0].message.content


def test_the_end_takes_the_engines_along(demo_model: Path, tmp_path: Path) -> None:
    with serving(tmp_path, demo_model) as server:
        server.client().chat.completions.create(model="", messages=QUESTION, max_tokens=4)
        server.wait(lambda: server.awake)
        (pid,) = server.awake.values()
        assert server.end() == 0
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
