"""Checks of arguments that several commands share."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Protocol, TypeVar

from app.core.candidates.settings import (
    DEFAULT_MAX_TOKENS,
    MOST_SEED,
    MOST_THREADS,
    SamplingSettings,
)
from app.core.errors import PersonError
from app.core.models.levels import level_by_name

# Longer than any context there is; what does not fit the memory is told by the engine.
MOST_TOKENS = 1 << 24
THREADS_HELP = "threads of each engine (default: the physical cores)"
CONTEXT_HELP = "context length in tokens; less than 256 is raised to that"
KV_HELP = "number format of the KV cache (default: f16)"

Value = TypeVar("Value")


class WrongArguments(PersonError):
    """The words of a command do not do together."""


class Commands(Protocol):
    """What commands declare themselves to: argparse's sub-parsers."""

    def add_parser(self, name: str, **details: object) -> argparse.ArgumentParser:
        """Declare a command."""
        ...


def positive(word: str, most: int = MOST_TOKENS) -> int:
    """An argument that must be a whole number above zero."""
    value = _whole(word, most)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{word} is not above zero")
    return value


def not_negative(word: str, most: int = MOST_TOKENS) -> int:
    """An argument that must be a whole number of zero or more."""
    value = _whole(word, most)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{word} is below zero")
    return value


def chunks(word: str) -> int:
    """An argument that must be a number of chunks."""
    value = positive(word)
    if value == 1:
        raise argparse.ArgumentTypeError(
            "one chunk cannot tell how sure a figure is, so two are the fewest"
        )
    return value


def threads(word: str) -> int:
    """An argument that must be a number of threads."""
    return positive(word, MOST_THREADS)


def seed(word: str) -> int:
    """An argument that must be a seed."""
    return not_negative(word, MOST_SEED)


def prompt(word: str) -> str:
    """An argument that must say something."""
    if not word.strip():
        raise argparse.ArgumentTypeError("it is empty")
    return word


def level(word: str) -> str:
    """An argument that must be the name of a quantization level; its usual spelling."""
    return parsed(level_by_name)(word).name


def parsed(parse: Callable[[str], Value]) -> Callable[[str], Value]:
    """An argument that somebody else reads, whose sentence about what is wrong is shown."""

    def read(word: str) -> Value:
        try:
            return parse(word)
        except PersonError as error:
            raise argparse.ArgumentTypeError(error.sentence) from None

    return read


def between(word: str, least: float, most: float) -> float:
    """An argument that must be a number from the least to the most."""
    try:
        value = float(word)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{word} is not a number") from None
    if not least <= value <= most:
        raise argparse.ArgumentTypeError(f"{word} is not between {least:g} and {most:g}")
    return value


def temperature(word: str) -> float:
    """An argument that must be a number from 0 to 10."""
    return between(word, 0, 10)


def add_sampling_arguments(parser: argparse.ArgumentParser) -> None:
    """How tokens are chosen: ``--max-tokens``, ``--temperature``, ``--seed``."""
    parser.add_argument(
        "--max-tokens",
        type=positive,
        default=DEFAULT_MAX_TOKENS,
        metavar="N",
        help="no longer answers than these (default: %(default)s)",
    )
    parser.add_argument(
        "--temperature",
        type=temperature,
        default=0.0,
        metavar="T",
        help="how freely tokens are drawn (default: 0, which always takes the likeliest)",
    )
    parser.add_argument(
        "--seed", type=seed, default=1, metavar="S", help="of what is drawn (default: 1)"
    )


def sampling_of(arguments: argparse.Namespace) -> SamplingSettings:
    """What :func:`add_sampling_arguments` asked for."""
    return SamplingSettings(
        temperature=arguments.temperature,
        seed=arguments.seed,
        max_tokens=arguments.max_tokens,
    )


def _whole(word: str, most: int) -> int:
    try:
        value = int(word)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{word} is not a whole number") from None
    if value > most:
        raise argparse.ArgumentTypeError(f"{word} is above {most}")
    return value
