"""``ladder``: what each shrunken version costs and loses, and which one to run."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.arguments import THREADS_HELP, Commands, WrongArguments, threads
from app.cli.models import (
    ChosenModels,
    add_model_arguments,
    candidate_named,
    chosen_models,
    reference_of,
)
from app.cli.words.ladder import show_ladder
from app.cli.words.reach import reach_told
from app.cli.words.texts import TEXT_HELP, source_of
from app.core.candidates.notation import words_of
from app.core.errors import PersonError
from app.core.ladder.results import StepKind
from app.core.memory.estimate import lasting_budget_bytes
from app.core.verdict import Limits, default_limits
from app.core.words import figures
from app.core.words.sentence import say
from app.lab.engines.room import EngineRoom
from app.lab.ladder.plan import Profile
from app.lab.ladder.tuning import together_of, tuning_of
from app.lab.models.library import Library
from app.lab.quality.plan import QualityMode
from app.lab.reports.document import ladder_document
from app.lab.reports.files import REPORT_ENDINGS, write_reports
from app.lab.works.ladders.run import LadderOrder, LadderRun, ladder_keeper
from app.monitor.machine import total_memory_bytes

if TYPE_CHECKING:
    from app.cli.terminal.console import Console
    from app.lab.ladder.progress import LadderProgress
    from app.lab.verdict.view import LadderView
    from app.store.paths import Paths

_MOST_GIGABYTES = 1e6
_STEP_WORDS = {
    StepKind.FACTS: "Reading",
    StepKind.SPEED: "Speed",
    StepKind.MEMORY: "Memory",
    StepKind.QUALITY: "Quality",
    StepKind.TASKS: "Tasks",
    StepKind.SERVER: "Server",
    StepKind.ALONG: "Answers",
    StepKind.TOLD: "Text",
}


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "ladder",
        parents=[common],
        help="measure everything and say which version to run",
        description="Measure speed, memory, quality and tasks of several model files against a "
        "reference, one step after another; an interrupted ladder goes on from its last finished "
        "step. Then say what each one loses and which one to run. Rows of one file with other "
        "settings (MODEL#threads=4, MODEL#kv=q8_0) are compared as settings; --tune proposes them.",
    )
    add_model_arguments(parser, with_reference=True)
    parser.add_argument(
        "--tune",
        metavar="MODEL",
        help="find the best settings of this model on this PC: threads, flash attention, types of "
        "the cache, contexts, a draft, experts; what is set (MODEL#ctx=32768) stays. The best ones "
        "are measured together at the end",
    )
    add_limits(parser)
    parser.add_argument(
        "--profile",
        choices=[str(profile) for profile in Profile],
        default=str(Profile.QUICK),
        help="quick asks 360 questions over all kinds, full 240 of each (default: quick)",
    )
    parser.add_argument("--text", metavar="FILE", help=f"measure quality on {TEXT_HELP}")
    parser.add_argument(
        "--mode",
        choices=[str(mode) for mode in QualityMode],
        default=str(QualityMode.QUICK),
        help="of quality: comparable is llama-perplexity's own method on a --text FILE",
    )
    parser.add_argument("--items", metavar="FILE.jsonl", help="ask these questions")
    parser.add_argument(
        "--ask-all",
        action="store_true",
        help="ask each version all questions, also where it is decided before",
    )
    parser.add_argument("--threads", type=threads, metavar="N", help=THREADS_HELP)
    parser.add_argument(
        "--report",
        type=report_target,
        metavar="FILE.html",
        help="write a report; Markdown, CSV and JSON are written beside an HTML file",
    )
    parser.set_defaults(run=run)


def add_limits(parser: argparse.ArgumentParser) -> None:
    """What the person has, and may lose."""
    parser.add_argument(
        "--memory-limit", type=_gigabytes, metavar="GB", help="a candidate may need so much"
    )
    parser.add_argument(
        "--least-speed", type=_above_zero, metavar="TOK/S", help="so fast it should generate"
    )
    parser.add_argument(
        "--tolerance",
        type=_points,
        default=3.0,
        metavar="POINTS",
        help="points of right answers that may be lost and still be as good (default: 3)",
    )


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    if arguments.tune:
        chosen = _tuned(arguments, console, paths)
        reference = chosen.candidates[0]
    else:
        chosen = chosen_models(arguments, console, paths)
        reference = reference_of(arguments, chosen, paths)
    source, text = source_of(arguments.text)
    order = LadderOrder(
        reference,
        chosen.candidates,
        limits_of(arguments),
        Profile(arguments.profile),
        arguments.threads,
        text,
        Path(arguments.items) if arguments.items else None,
        source=source,
        quality_mode=QualityMode(arguments.mode),
        stops=not arguments.ask_all,
        tunes=bool(arguments.tune),
    )
    view = _measured(order, chosen, console, paths)
    best = together_of(view.tuned, reference) if order.tunes else ()
    if not arguments.json:
        show_ladder(view, console)
    together = _together(replace(order, candidates=best), chosen, console, paths) if best else None
    if arguments.json:
        apart = {"settings_alone": ladder_document(view)["settings"]} if together else {}
        console.json(ladder_document(together or view) | apart)
    elif together is not None:
        console.text("")
        show_ladder(together, console)
    status = report(together or view, arguments.report, console)
    if together is not None:
        return status | report(view, _beside(arguments.report), console)
    return 1 if best else status


def _together(
    order: LadderOrder, chosen: ChosenModels, console: Console, paths: Paths
) -> LadderView | None:
    """The best settings in one row; None where that cannot be: what was measured before stays."""
    console.remark(f"What is best is measured together: {words_of(order.candidates[-1])}")
    try:
        return _measured(order, chosen, console, paths)
    except PersonError as error:
        console.error(error.sentence)
        return None


def _measured(
    order: LadderOrder, chosen: ChosenModels, console: Console, paths: Paths
) -> LadderView:
    measured = LadderRun(order, paths, chosen.open)
    for sentence in measured.costs():
        console.remark(sentence)
    asked = sum(measured.plan.told_by(key) == key for key in measured.plan.keys)
    if reach := reach_told(measured.items, asked - 1, order.limits.tolerance):
        console.remark(reach)
    with ladder_keeper(paths, console.remark) as keeper, progress_shown(console) as show:
        return measured.measure(keeper, show)


def _beside(target: Path | None) -> Path | None:
    """Where the report of settings one at a time is written; None where none is."""
    return target.with_stem(f"{target.stem}-alone") if target is not None else None


def _tuned(arguments: argparse.Namespace, console: Console, paths: Paths) -> ChosenModels:
    """The model as it is set, and with other settings that are worth trying here.

    Raises:
        WrongArguments: Other candidates are named beside it.
        PersonError: It cannot be read, or does not fit.
    """
    if arguments.models or arguments.demo or arguments.reference:
        raise WrongArguments(say("program.tune_alone"))
    base = candidate_named(arguments.tune, paths)
    models = Library(paths).scan().models
    tuning = tuning_of(base, EngineRoom.of_this_pc(paths), models)
    for sentence in tuning.left_out:
        console.remark(sentence)
    for candidate in tuning.candidates:
        console.remark(words_of(candidate))
    return ChosenModels(list(tuning.candidates), list(map(words_of, tuning.candidates)))


def report(view: LadderView, target: Path | None, console: Console) -> int:
    """Write a ladder's report, say what failed, and return the exit status."""
    if target is not None:
        for path in write_reports(view, target):
            console.remark(f"Written: {path}")
    failed = [row for row in view.rows if row.error]
    for row in failed:
        console.error(f"{row.file}: {row.error}")
    return 1 if failed else 0


@contextlib.contextmanager
def progress_shown(console: Console) -> Generator[Callable[[LadderProgress], None]]:
    """One bar over all steps, with the time left."""
    with console.progress() as bars:
        task = bars.add_task("Preparing", total=1.0, note="")

        def show(progress: LadderProgress) -> None:
            words, name = "Done", ""
            if progress.doing is not None:
                words, name = str(progress.doing), ""
            elif progress.step is not None:
                words = _STEP_WORDS[progress.step.kind]
                several = len(progress.step.files) > 1
                name = "all in turns" if several else Path(progress.step.files[0]).stem[-32:]
            left = progress.seconds_left
            until = "" if left is None else f", {figures.about(left)} left"
            count = f"{min(progress.done_steps + 1, progress.total_steps)}/{progress.total_steps}"
            bars.update(
                task,
                completed=progress.fraction,
                description=words if progress.doing is not None else f"{words} ({count})",
                note=f"{name}{until}",
            )

        yield show


def limits_of(arguments: argparse.Namespace) -> Limits:
    """Those that were typed; else what suits this PC."""
    usual = default_limits(lasting_budget_bytes(total_memory_bytes()))
    memory, speed = arguments.memory_limit, arguments.least_speed
    return Limits(
        usual.memory_bytes if memory is None else memory,
        usual.least_tokens_per_second if speed is None else speed,
        arguments.tolerance / 100,
    )


def _gigabytes(word: str) -> int:
    return int(_above_zero(word, _MOST_GIGABYTES) * 1e9)


def _points(word: str) -> float:
    return _above_zero(word, 100.0)


def _above_zero(word: str, most: float = 1e9) -> float:
    try:
        value = float(word)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{word} is not a number") from None
    if not 0 < value <= most:
        raise argparse.ArgumentTypeError(f"{word} is not between 0 and {most:g}")
    return value


def report_target(word: str) -> Path:
    """An argument that must be a file of one of the report's forms."""
    path = Path(word)
    if path.suffix.lower() not in REPORT_ENDINGS:
        endings = ", ".join(REPORT_ENDINGS)
        raise argparse.ArgumentTypeError(f"{word} ends in none of {endings}")
    return path
