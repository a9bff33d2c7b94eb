"""Words of the command line that are refused before anything is started."""

from __future__ import annotations

import argparse

import pytest

from app.cli import arguments
from app.cli.main import build_parser


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
