"""``bench``: speed by llama-bench's protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from app.cli.arguments import (
    THREADS_HELP,
    Commands,
    WrongArguments,
    not_negative,
    positive,
    threads,
)
from app.cli.models import ChosenModels, add_model_arguments, chosen_models
from app.core.words import figures
from app.core.words.sentence import say
from app.lab.engines.room import EngineRoom
from app.lab.engines.speeds import speed_store
from app.lab.history.keeping import keep
from app.lab.predict.fit import remember_bench
from app.lab.speed.bench import Bench, BenchPlan, BenchResult
from app.lab.speed.kept import bench_json
from app.monitor.energy import Counted
from app.monitor.machine import machine_facts, physical_core_count
from app.store.history.measured import MeasuredStore

if TYPE_CHECKING:
    import argparse

    from app.cli.terminal.console import Console
    from app.store.paths import Paths

ENERGY_OF: dict[str, str] = {
    Counted.PACKAGE: "the whole processor package",
    Counted.GPU: "NVIDIA GPUs",
}
"""What was counted of energy, in words."""
OTHERS_TOO = "other programs included"


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "bench",
        parents=[common],
        help="measure prompt and generation speed",
        description="Measure speed as llama-bench does: random tokens, a warm-up, repetitions; "
        "several files take turns in random order where all fit in memory. 0 leaves a test out.",
    )
    add_model_arguments(parser)
    parser.add_argument("--pp", type=not_negative, default=512, metavar="N", help="prompt tokens")
    parser.add_argument(
        "--tg", type=not_negative, default=128, metavar="N", help="generated tokens"
    )
    parser.add_argument(
        "--depth", type=not_negative, default=0, metavar="N", help="tokens held before the test"
    )
    parser.add_argument(
        "--repetitions",
        type=positive,
        default=5,
        metavar="N",
        help="of each test (default: 5)",
    )
    parser.add_argument("--threads", type=threads, metavar="N", help=THREADS_HELP)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    chosen = chosen_models(arguments, console, paths)
    plan = BenchPlan(
        prompt_tokens=arguments.pp,
        generated_tokens=arguments.tg,
        depth=arguments.depth,
        repetitions=arguments.repetitions,
        threads=arguments.threads or physical_core_count(),
    )
    if not plan.tests:
        raise WrongArguments(say("program.both_tests_left_out"))
    with console.measuring() as show:
        bench = Bench(plan, EngineRoom.of_this_pc(paths), show, chosen.open)
        result = bench.run(chosen.candidates)
    keep(
        paths,
        console.remark,
        lambda store: MeasuredStore(store).add_bench(bench_json(plan, result)),
    )
    if remember_bench(result, speed_store(paths)):
        console.remark(
            "Other programs kept the processor busy: these are not the speeds of this PC at rest, "
            "and they correct no predictions. Measure again when it is calm."
        )
    fewest = min((row.fewest_threads for row in result.rows), default=plan.threads)
    if fewest < plan.threads:
        console.remark(
            f"Other programs took cores: some repetitions computed with {fewest} of "
            f"{plan.threads} threads, which is faster than waiting for all."
        )
    if arguments.json:
        console.json(_document(result, chosen))
    else:
        _show(result, chosen, console)
    for row in result.rows:
        if row.error:
            console.error(f"{chosen.called(row.candidate)}, {row.test}: {row.error}")
    return 1 if any(row.error for row in result.rows) else 0


def _document(result: BenchResult, chosen: ChosenModels) -> dict[str, object]:
    return {
        "machine": msgspec.to_builtins(machine_facts()),
        "engine": result.engine or None,
        "interleaved": result.interleaved,
        "results": [
            {
                "file": row.file,
                "candidate": chosen.called(row.candidate),
                "level": row.level,
                "test": row.test,
                "threads": row.threads,
                "depth": row.depth,
                "mean": row.mean,
                "stddev": row.stddev,
                "samples": row.samples,
                "joules_per_token": row.joules_per_token,
                "energy_of": [each.value for each in row.energy_of] or None,
                "draft": row.drafted and msgspec.to_builtins(row.drafted),
                "error": row.error,
            }
            for row in result.rows
        ],
        "drift": [
            {
                "file": drift.candidate.place,
                "candidate": chosen.called(drift.candidate),
                "test": drift.test,
                "first": drift.first,
                "repeated": drift.repeated,
                "ratio": drift.ratio,
            }
            for drift in result.drift
        ]
        or None,
    }


def _show(result: BenchResult, chosen: ChosenModels, console: Console) -> None:
    console.table(
        ("level", "test", "threads", "depth", "tok/s", "sd", "file"),
        [
            (
                row.level or "–",
                row.test,
                str(row.threads),
                str(row.depth),
                figures.speed(row.mean).value,
                figures.deviation(row.stddev, row.mean),
                chosen.called(row.candidate),
            )
            for row in result.rows
        ],
        left=("level", "test", "file"),
        spare=("threads", "depth"),
    )
    for row in result.rows:
        if row.joules_per_token is not None:
            counted = ", ".join(ENERGY_OF[each] for each in row.energy_of)
            joules = figures.number(row.joules_per_token, 3)
            name = chosen.called(row.candidate)
            console.text(f"{name}, {row.test}: {joules} J a token ({counted}, {OTHERS_TOO}).")
        if row.drafted is not None:
            console.text(f"{chosen.called(row.candidate)}: {row.drafted.said}")
    for drift in result.drift:
        console.text(
            f"Drift, {drift.test}: the first file again gave {figures.speed(drift.repeated)}, "
            f"{drift.ratio:.2f} times its first figure."
        )
