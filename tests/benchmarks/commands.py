"""Runs the program's commands and llama-bench as a person would: a process each."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.store.paths import HOME_VARIABLE
from tests.benchmarks.llama_tools import ensure_llama_bench

ROOT = Path(__file__).parent.parent.parent
ENGINE_NICENESS = 5
PATIENCE_SECONDS = 120
PROGRAM = [sys.executable, "-m", "app"]


class CommandFailedError(Exception):
    """A measured command ended with an error; the message holds what it said."""


def environment(home: Path) -> dict[str, str]:
    """The variables of a program under measurement.

    Compiled modules are kept, as in any installation: a warm start reads them.
    """
    variables = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    known = variables.get("PYTHONPATH")
    variables["PYTHONPATH"] = f"{ROOT}{os.pathsep}{known}" if known else str(ROOT)
    return variables | {HOME_VARIABLE: str(home)}


def run_program(
    home: Path,
    words: Sequence[str],
    patience_seconds: float = PATIENCE_SECONDS,
    program: Sequence[str] = PROGRAM,
) -> dict[str, Any]:
    """Run one of the program's commands with ``--json``; returns its document.

    ``program`` is this checkout's unless another one is to be measured.
    """
    command = [*program, *words, "--json"]
    return json.loads(_output(command, environment(home), patience_seconds))


def bench_speeds(
    home: Path,
    model: Path,
    *,
    pp: int,
    tg: int,
    threads: int,
    depth: int = 0,
    repetitions: int = 1,
    program: Sequence[str] = PROGRAM,
) -> dict[str, float]:
    """Mean speeds by test, in tokens per second, from the program's ``bench``."""
    words = ["bench", str(model), "--pp", str(pp), "--tg", str(tg), "--depth", str(depth)]
    words += ["--repetitions", str(repetitions), "--threads", str(threads)]
    document = run_program(home, words, program=program)
    return {row["test"]: row["mean"] for row in document["results"]}


def llama_bench_speeds(
    model: Path, *, pp: int, tg: int, threads: int, repetitions: int = 1
) -> dict[str, float]:
    """Mean speeds by test, in tokens per second, from llama-bench at the engines' niceness."""
    command = [str(ensure_llama_bench()), "-m", str(model), "-p", str(pp), "-n", str(tg)]
    command += ["-r", str(repetitions), "-t", str(threads), "-o", "json"]
    nice = shutil.which("nice")
    if nice is not None and sys.platform.startswith("linux"):
        command = [nice, "-n", str(ENGINE_NICENESS), *command]
    rows = json.loads(_output(command, dict(os.environ)))
    return {
        (f"pp{row['n_prompt']}" if row["n_prompt"] else f"tg{row['n_gen']}"): row["avg_ts"]
        for row in rows
    }


def _output(
    command: list[str], variables: dict[str, str], patience_seconds: float = PATIENCE_SECONDS
) -> str:
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=patience_seconds,
        )
    except subprocess.TimeoutExpired as late:
        raise CommandFailedError(
            f"This took longer than {patience_seconds:g} s; the PC is too busy to measure: "
            f"{' '.join(command)}"
        ) from late
    if done.returncode != 0:
        raise CommandFailedError(f"{' '.join(command)}\n{done.stderr[-2000:]}")
    return done.stdout
