"""Words of the command line: what is refused before anything is started, candidates, defaults."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import pytest

from app.cli import arguments
from app.cli.main import build_parser

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


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (arguments.positive, {"1": 1, " 7 ": 7}, ["0", "-1", "1.5", "many", "", "99999999999"]),
        (arguments.not_negative, {"0": 0, "512": 512}, ["-1", "x", "99999999999"]),
        (arguments.threads, {"1": 1, "512": 512}, ["0", "513", "-2", "all"]),
        (arguments.seed, {"0": 0, "4294967294": 2**32 - 2}, ["-1", "4294967295", "1e3"]),
        (arguments.temperature, {"0": 0.0, "0.8": 0.8, "10": 10.0}, ["-0.1", "nan", "inf", "hot"]),
        (arguments.prompt, {"Hi": "Hi", " Hi\n": " Hi\n"}, ["", "  ", "\n\t"]),
        (arguments.level, {"q4_k_m": "Q4_K_M", "F16": "F16"}, ["Q9", "", "Q4 K M?"]),
    ],
)
def test_checks(check: object, good: dict[str, object], bad: list[str]) -> None:
    assert callable(check)
    assert {word: check(word) for word in good} == good
    for word in bad:
        with pytest.raises(argparse.ArgumentTypeError):
            check(word)


def test_defaults_of_compare_are_the_contract_s() -> None:
    chosen = build_parser().parse_args(["compare", "a.gguf", "--prompt", "Hi"])
    assert (chosen.temperature, chosen.seed, chosen.max_tokens) == (0, 1, 256)
    assert (chosen.ctx, chosen.threads, chosen.kv, chosen.system) == (None, None, "f16", "")
    assert not any((chosen.together, chosen.demo, chosen.json, chosen.quiet))


def test_defaults_of_bench_are_llama_bench_s() -> None:
    chosen = build_parser().parse_args(["bench", "a.gguf"])
    assert (chosen.pp, chosen.tg, chosen.depth, chosen.repetitions) == (512, 128, 0, 5)


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
