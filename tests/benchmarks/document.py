"""Writes docs/PERFORMANCE.md: the table, the PC, the command, the date, and how it was taken."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from app.monitor.machine import MachineFacts, machine_facts
from tests.benchmarks.commands import ROOT

if TYPE_CHECKING:
    from tests.benchmarks.figures import Figure

TARGET = ROOT / "docs" / "PERFORMANCE.md"
_INTRODUCTION = """\
# Performance

What the program promises about speed, smoothness and memory, and what was measured. `make bench`
measures all of it anew and prints the same table; `make bench ARGS=--write` writes this page.

The model is made by the benchmarks themselves: random weights, 0.43 billion parameters (22 layers
of width 1,024), a vocabulary of 151,936 tokens, Q4_K_M, 297 MB. What it says means nothing; how
fast it says it is what a real model of this shape takes.
"""
LETTERS = {
    "a": "`bench` against llama-bench",
    "b": "Chats against `bench`",
    "c": "The window's event loop",
    "d": "Stop",
    "e": "Start",
    "f": "An engine's memory",
    "g": "The window's memory",
    "h": "Predictions before a download",
    "i": "Downloads",
    "j": "The window while it downloads and searches",
    "k": "Headers",
    "l": "Quality against llama-perplexity",
    "m": "Scoring",
    "n": "The demo model's ladder",
    "o": "The packaged engine",
    "p": "Beside a busy program",
    "q": "The engine's check of itself",
    "r": "Answers of a megabyte",
    "s": "At rest",
    "t": "Devices, batches and caches",
    "u": "From the disk",
    "v": "Another theme",
    "w": "The window while it measures",
    "x": "Adapters",
    "y": "Experts",
    "za": "Drafts",
    "zb": "Pictures",
    "zc": "Smaller versions beside llama.cpp's tools",
    "zd": "Serve",
    "ze": "Types within a size",
    "zf": "Models of servers",
    "zg": "Scale",
    "zh": "Questions several at once",
    "zi": "The window while a server answers fast",
    "zl": "Losses by the likeliest tokens",
    "zo": "History",
}


@dataclass(frozen=True, slots=True)
class Conditions:
    """What stands beside every measurement.

    Attributes:
        load: Processes that wanted to run in the last minute, before anything was measured.
    """

    command: str
    date: str
    machine: MachineFacts
    load: float

    @classmethod
    def now(cls, command: str) -> Conditions:
        """Look at the PC before the measurement begins."""
        date = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
        return cls(command, date, machine_facts(), load)

    def words(self) -> str:
        """One line for the terminal."""
        machine = self.machine
        line = (
            f"{machine.cpu}, {machine.physical_cores} cores "
            f"({machine.logical_cores} threads), {machine.memory_total_bytes / 1e9:.0f} GB; "
            f"load before: {self.load:.2f}"
        )
        if self.load > 0.5:
            line += "; this PC is busy: the figures will be worse and wider than at rest"
        return line


def write_document(
    conditions: Conditions, screen: str, figures: Sequence[Figure], how: Sequence[tuple[str, str]]
) -> Path:
    """Write the page anew; returns its path."""
    machine = conditions.machine
    lines = [
        _INTRODUCTION,
        "| | |",
        "|---|---|",
        f"| date | {conditions.date} |",
        f"| command | `{conditions.command}` |",
        f"| processor | {machine.cpu}, {machine.physical_cores} physical cores, "
        f"{machine.logical_cores} threads |",
        f"| memory | {machine.memory_total_bytes / 1e9:.1f} GB |",
        f"| graphics | {', '.join(gpu.name for gpu in machine.gpus) or 'none that NVML finds'} |",
        f"| system | {machine.os}, Python {machine.python} |",
        f"| engine | llama-cpp-python {version('llama-cpp-python')} |",
        f"| window | PySide6 {version('PySide6-Essentials')} on {screen} |",
        f"| load before | {conditions.load:.2f} |",
        "",
    ]
    for letter, title in LETTERS.items():
        rows = [figure for figure in figures if figure.item == letter]
        if not rows:
            continue
        lines += [f"## ({letter}) {title}", "", "| what | goal | measured | |", "|---|---|---|---|"]
        lines += [f"| {f.name} | {f.goal or '–'} | {f.measured} | {f.verdict} |" for f in rows]
        lines += ["", *(f"{words}\n" for place, words in how if place == letter)]
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    return TARGET
