"""Columns of a file, of the memory that it needs, and of its speeds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.core.ladder.columns.column import (
    DETAILS,
    EVERYWHERE,
    QT_TRANSLATE_NOOP,
    SHORT,
    Basis,
    Cell,
    Column,
    Kind,
    Place,
    plain,
)
from app.core.ladder.value import Missing, Note, Value

if TYPE_CHECKING:
    from app.core.ladder.row import Row


def _size(row: Row) -> Cell:
    if row.served is not None and row.served.told.size_bytes:
        return Value(row.served.told.size_bytes)
    return Value(row.facts.file_bytes) if row.facts else Missing.NOT_MEASURED


def _bits(row: Row) -> Cell:
    return Value(row.facts.bits_per_weight) if row.facts else Missing.NOT_MEASURED


def _needed(row: Row) -> Cell:
    if row.memory is None or row.memory.needed_bytes is None:
        return Missing.NOT_MEASURED
    note = Note.OVER_LIMIT if row.over_limit else None
    return Value(row.memory.needed_bytes, note=note)


def _predicted(row: Row) -> Cell:
    memory = row.memory
    if memory is None or memory.predicted_bytes is None:
        return Missing.NOT_MEASURED
    needed = memory.needed_bytes
    off = memory.predicted_bytes / needed - 1 if needed else None
    return Value(memory.predicted_bytes, off=off)


def _rate(start: str) -> Callable[[Row], Cell]:
    return lambda row: row.rate(start) or Missing.NOT_MEASURED


def _energy(row: Row) -> Cell:
    test = row.test("tg")
    joules = test.joules_per_token if test is not None else None
    return Value(joules) if joules is not None else Missing.NOT_MEASURED


def _deep_rate(start: str) -> Callable[[Row], Cell]:
    def value(row: Row) -> Cell:
        found = row.rate(start, row.depth_tokens) if row.depth_tokens else None
        return found or Missing.NOT_TAKEN_THERE

    return value


def _deviation(start: str) -> Callable[[Row], Cell]:
    return lambda row: test.stddev if (test := row.test(start)) else None


def _bandwidth(row: Row) -> Cell:
    test = row.test("tg")
    share = test.bandwidth_share if test is not None else None
    return Missing.NOT_MEASURED if share is None else Value(share)


RUNNING = (
    Column(
        "file_bytes", QT_TRANSLATE_NOOP("Columns", "File"), "size",
        QT_TRANSLATE_NOOP("Columns", "Size of the file on the disk."),
        Kind.BYTES, _size, DETAILS, basis=Basis.FILE,
    ),
    Column(
        "bits_per_weight", QT_TRANSLATE_NOOP("Columns", "Bits a weight"), "bits a weight",
        QT_TRANSLATE_NOOP("Columns", "The size of all its numbers, over how many there are."),
        Kind.BITS, _bits, DETAILS, decimals=2, below="file_bytes", basis=Basis.FILE, spare=6,
    ),
    plain("parameters", lambda row: row.facts and row.facts.parameters),
    plain("active_parameters", lambda row: row.facts and row.facts.active_parameters),
    Column(
        "memory_needed_bytes", QT_TRANSLATE_NOOP("Columns", "Memory"), "memory",
        QT_TRANSLATE_NOOP(
            "Columns",
            "What it needs to run well: the peak of resident memory, less copies of weights that "
            "llama.cpp repacks for speed.",
        ),
        Kind.BYTES, _needed, EVERYWHERE, basis=Basis.MEASURED_MEMORY,
    ),
    Column(
        "memory_predicted_bytes", QT_TRANSLATE_NOOP("Columns", "Predicted"), "predicted",
        QT_TRANSLATE_NOOP("Columns", "The memory it needs as llama.cpp itself plans the load."),
        Kind.BYTES, _predicted, EVERYWHERE - SHORT, below="memory_needed_bytes",
        basis=Basis.PLANNED_MEMORY, spare=2,
    ),
    plain("peak_private_bytes", lambda row: row.memory and row.memory.peak_private_bytes),
    plain("peak_mapped_bytes", lambda row: row.memory and row.memory.peak_mapped_bytes),
    Column(
        "prompt_tokens_per_second", QT_TRANSLATE_NOOP("Columns", "Prompt speed"), "prompt tok/s",
        QT_TRANSLATE_NOOP(
            "Columns",
            "Tokens of a prompt read in a second, in an empty context.",
        ),
        Kind.SPEED, _rate("pp"), DETAILS, basis=Basis.PROMPT_TEST, spare=5,
    ),
    plain("prompt_stddev", _deviation("pp")),
    Column(
        "tokens_per_second", QT_TRANSLATE_NOOP("Columns", "Speed"), "tok/s",
        QT_TRANSLATE_NOOP("Columns", "Tokens generated in a second, in an empty context."),
        Kind.SPEED, _rate("tg"), EVERYWHERE, basis=Basis.GENERATION_TEST,
    ),
    plain("tokens_stddev", _deviation("tg")),
    Column(
        "prompt_tokens_per_second_deep", QT_TRANSLATE_NOOP("Columns", "Deep prompt speed"),
        "prompt tok/s deep",
        QT_TRANSLATE_NOOP(
            "Columns",
            "Tokens of a prompt read in a second, in a filled context.",
        ),
        Kind.SPEED, _deep_rate("pp"), frozenset({Place.TABLE, Place.CSV}),
        basis=Basis.DEEP_PROMPT_TEST,
    ),
    Column(
        "tokens_per_second_deep", QT_TRANSLATE_NOOP("Columns", "Deep speed"), "tok/s deep",
        QT_TRANSLATE_NOOP("Columns", "Tokens generated in a second, in a filled context."),
        Kind.SPEED, _deep_rate("tg"), frozenset({Place.TABLE, Place.HTML, Place.CSV}),
        basis=Basis.DEEP_GENERATION_TEST,
    ),
    Column(
        "first_token_after_2048_ns",
        QT_TRANSLATE_NOOP("Columns", "First token"),
        "first token after 2,048",
        QT_TRANSLATE_NOOP(
            "Columns",
            "Time until the first token of an answer to a prompt of 2,048 tokens, reckoned from "
            "the speeds measured in an empty context and behind as many tokens.",
        ),
        Kind.DURATION,
        lambda row: row.first_token_ns or Missing.NOT_TAKEN_THERE,
        frozenset({Place.TABLE, Place.HTML, Place.CSV}),
        basis=Basis.DEEP_PROMPT_TEST,
    ),
    Column(
        "bandwidth_share", QT_TRANSLATE_NOOP("Columns", "Of memory’s speed"), "of memory’s speed",
        QT_TRANSLATE_NOOP(
            "Columns",
            "Speed of generating, as a share of what this PC’s memory could give.",
        ),
        Kind.SHARE, _bandwidth, EVERYWHERE - SHORT, below="tokens_per_second",
        basis=Basis.GENERATION_TEST, spare=1,
    ),
    Column(
        "joules_per_token", QT_TRANSLATE_NOOP("Columns", "Energy"), "J a token",
        QT_TRANSLATE_NOOP(
            "Columns",
            "Joules for a generated token, of the whole processor package and of NVIDIA GPUs, "
            "other programs included, where the system tells it.",
        ),
        Kind.ENERGY, _energy, frozenset({Place.TABLE, Place.HTML, Place.MARKDOWN, Place.CSV}),
        decimals=2, basis=Basis.ENERGY,
    ),
)  # fmt: skip
"""In their order."""
