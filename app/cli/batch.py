"""``batch``: many prompts for the same candidates."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.cli.arguments import (
    CONTEXT_HELP,
    THREADS_HELP,
    Commands,
    add_sampling_arguments,
    positive,
    sampling_of,
    threads,
)
from app.cli.models import add_model_arguments, chosen_models
from app.core.batch.prompts import read_prompts
from app.core.candidates.candidate import Candidate, LocalFile
from app.core.candidates.settings import EngineSettings
from app.core.text.clean import clean_line
from app.core.words import figures
from app.lab.batch.export import check_targets, csv_text, json_lines, rows, write
from app.lab.batch.kept import BatchKeeper, kept_batch
from app.lab.batch.run import BatchAnswer, BatchPlan, BatchResult, run_batch
from app.lab.beside.places import KeptPasses
from app.lab.engines.room import EngineRoom
from app.lab.history.keeping import where_it_can_be_kept
from app.lab.models.named import text_in
from app.monitor.machine import machine_facts, physical_core_count
from app.store.history.measured import MeasuredStore

if TYPE_CHECKING:
    import argparse

    from app.cli.models import ChosenModels
    from app.cli.terminal.console import Console
    from app.store.paths import Paths

_SHOWN_CHARACTERS = 60


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "batch",
        parents=[common],
        help="ask candidates all prompts of a file",
        description="Ask every candidate all prompts of a file, each in a clean context, and put "
        "the answers beside each other. Prompts stand one a line, in a CSV file under a header "
        "“prompt” (and “system”), or as JSON lines: texts, or objects with “prompt” and “system”. "
        "What was answered is written even where it is broken off.",
    )
    add_model_arguments(parser)
    parser.add_argument("--prompts", type=Path, required=True, metavar="FILE", help="the prompts")
    parser.add_argument("--csv", type=Path, metavar="OUT", help="write the answers as a table")
    parser.add_argument("--jsonl", type=Path, metavar="OUT", help="write them as JSON lines")
    parser.add_argument(
        "--system", default="", metavar="TEXT", help="system prompt of those that bring none"
    )
    parser.add_argument(
        "--one-by-one",
        action="store_true",
        help="answer no prompts at once, which takes longer and tells speeds",
    )
    add_sampling_arguments(parser)
    parser.add_argument("--ctx", type=positive, metavar="N", help=CONTEXT_HELP)
    parser.add_argument("--threads", type=threads, metavar="N", help=THREADS_HELP)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    check_targets(_targets(arguments))
    prompts = read_prompts(text_in(arguments.prompts), arguments.prompts.name)
    usual = Candidate(LocalFile(""), EngineSettings(context_tokens=arguments.ctx))
    chosen = chosen_models(arguments, console, paths, usual)
    plan = BatchPlan(
        prompts,
        arguments.system,
        sampling_of(arguments),
        arguments.threads or physical_core_count(),
    )
    result = BatchResult(chosen.candidates)
    try:
        with (
            where_it_can_be_kept(paths, console.remark) as store,
            console.measuring() as show,
        ):
            kept = kept_batch(chosen.candidates, plan, str(arguments.prompts))
            keeper = BatchKeeper(store and MeasuredStore(store), kept, console.remark)
            total = len(prompts) * len(chosen.candidates)

            def note(done: int, candidate: Candidate) -> None:
                show(done, total, chosen.called(candidate))
                keeper.follow(result)

            room = EngineRoom.of_this_pc(paths)
            passes = None if arguments.one_by_one else KeptPasses(paths.cache, paths.state)
            run_batch(chosen.candidates, plan, room, chosen.open, result, note, passes)
            keeper.finish(result)
    finally:  # what cannot be written is said, and hides nothing else
        unwritten = write(_texts(arguments, plan, result, chosen))
        for failed in unwritten:
            console.error(failed.sentence)
    if arguments.json:
        facts = {"machine": msgspec.to_builtins(machine_facts()), "engine": result.engine or None}
        console.json(facts | {"rows": rows(plan, result, chosen.called)})
    else:
        _show(plan, result, chosen, console)
    errors = {
        (chosen.called(candidate), answer.error): None
        for candidate, answers in result.answers.items()
        for answer in answers
        if answer.error
    }
    for name, error in errors:
        console.error(f"{name}: {error}")
    return 1 if errors or unwritten else 0


def _targets(arguments: argparse.Namespace) -> list[Path]:
    return [path for path in (arguments.csv, arguments.jsonl) if path]


def _texts(
    arguments: argparse.Namespace, plan: BatchPlan, result: BatchResult, chosen: ChosenModels
) -> dict[Path, str]:
    texts: dict[Path, str] = {}
    if arguments.csv:
        texts[arguments.csv] = csv_text(plan, result, chosen.called)
    if arguments.jsonl:
        texts[arguments.jsonl] = json_lines(rows(plan, result, chosen.called))
    return texts


def _show(plan: BatchPlan, result: BatchResult, chosen: ChosenModels, console: Console) -> None:
    for number, prompt in enumerate(plan.prompts):
        console.text(f"── {clean_line(prompt.prompt, _SHOWN_CHARACTERS)}")
        for candidate, answers in result.answers.items():
            answer = answers[number]
            said = f"({answer.error})" if answer.error else answer.text.strip()
            console.lines(f"{chosen.called(candidate)}: {said or '(nothing)'}")
        console.text("")
    console.table(
        ("answers", "tokens", "tok/s", "file"),
        [(*_sums(answers), chosen.called(each)) for each, answers in result.answers.items()],
        left=("file",),
    )
    most = max((one.at_once for every in result.answers.values() for one in every), default=1)
    if most > 1:
        console.remark(
            f"Up to {most} prompts were answered at once, which tells no speeds; --one-by-one does."
        )


def _sums(answers: Sequence[BatchAnswer]) -> tuple[object, ...]:
    there = [each for each in answers if not each.error]
    tokens = sum(each.generated_tokens or 0 for each in there)
    if any(each.at_once > 1 for each in there):
        return len(there), figures.number(tokens), figures.speed(None).value
    # As everywhere: the first token of each comes with its prompt.
    after_first = sum(max(0, (each.generated_tokens or 0) - 1) for each in there)
    elapsed_ns = sum(each.generation_ns or 0 for each in there)
    speed = after_first * 1e9 / elapsed_ns if elapsed_ns and after_first else None
    return len(there), figures.number(tokens), figures.speed(speed).value
