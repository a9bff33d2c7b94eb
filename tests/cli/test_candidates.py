"""Candidates in words, wherever commands take them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Program

COMMANDS = (
    ("compare", "--prompt", "Why?"),
    ("bench",),
    ("quality", "--reference", "m.gguf"),
    ("tasks", "--reference", "m.gguf"),
    ("ladder", "--reference", "m.gguf"),
)


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_what_is_no_setting_is_a_wrong_argument(program: Program, words: tuple[str, ...]) -> None:
    ended = program.run(*words, "m.gguf#kv=q8", status=2)

    assert "kv=q8: kv is one of f32, f16" in ended.err
    assert "Traceback" not in ended.err


def test_one_file_stands_in_several_rows_as_it_was_typed(
    program: Program, demo_model: Path
) -> None:
    typed = (str(demo_model), f"{demo_model}#kv=q4_0", f"{demo_model}#kv=f16,threads=1")
    speed = ("--pp", "16", "--tg", "4", "--repetitions", "1", "--threads", "2")
    rows = program.json("bench", *typed, *speed)["results"]
    assert [row["candidate"] for row in rows] == [word for word in typed for _ in range(2)]
    assert {row["file"] for row in rows} == {str(demo_model)}
    assert [row["threads"] for row in rows] == [2, 2, 2, 2, 1, 1]

    asked = ("--prompt", "Why is the sky blue?", "--max-tokens", "4", "--kv", "q8_0")
    rows = program.json("compare", *typed, f"{demo_model}#ctx=512", *asked)["candidates"]
    assert [row["candidate"] for row in rows] == [*typed, f"{demo_model}#ctx=512"]
    assert [row["error"] for row in rows] == [None] * 4
    kv_bytes = [sum(device["kv_bytes"] for device in row["devices"]) for row in rows]
    small, smaller, large, short = kv_bytes
    assert smaller < small < large, "what a row says goes before what holds for all"
    assert short < small
