"""``tasks``: what candidates get right and wrong beside a reference."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.cli.arguments import Commands, positive, threads
from app.cli.ladder import progress_shown
from app.cli.models import add_model_arguments, chosen_models, reference_of
from app.cli.words.reach import reach_told
from app.cli.words.tasks import document, show, used_of
from app.core.tasks.results import TOLERANCE
from app.core.words.sentence import say
from app.lab.demo.demo import is_taught
from app.lab.engines.opened import OpenedCandidate, opened
from app.lab.engines.room import EngineRoom
from app.lab.ladder.plan import Profile
from app.lab.ladder.tasks import TasksClock
from app.lab.servers.book import ServerBook
from app.lab.tasks.kept import KeptAnswers
from app.lab.tasks.plan import TaskPlan, engines_and_threads
from app.lab.tasks.run import Tasks
from app.lab.tasks.sets import TaskProfile, TaskSet, own_set, usual_set
from app.monitor.awake import Awake
from app.monitor.machine import machine_facts, physical_core_count

if TYPE_CHECKING:
    import argparse

    from app.cli.terminal.console import Console
    from app.store.paths import Paths

_SWITCH = {"on": True, "off": False, "default": None}


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "tasks",
        parents=[common],
        help="ask questions with checkable answers, and count what candidates lose",
        description="Ask a reference and candidates the same questions, greedily, and compare "
        "their answers pair by pair, kind by kind. Profile quick asks 360 over all kinds and "
        "gives hints; full asks 240 of each kind. Asking a candidate stops where it is decided. "
        "What was answered is kept: the same command goes on where it was broken off.",
    )
    add_model_arguments(parser, with_reference=True)
    parser.add_argument(
        "--items",
        metavar="FILE.jsonl",
        help="questions of your own, one JSON object a line with prompt and answer, and "
        "picture with the path of one beside the file",
    )
    parser.add_argument(
        "--ask-all",
        action="store_true",
        help="ask each version all questions, also where it is decided before",
    )
    parser.add_argument(
        "--profile",
        choices=[str(profile) for profile in TaskProfile],
        help="default: quick, but full with --items",
    )
    parser.add_argument(
        "--thinking",
        choices=list(_SWITCH),
        default="off",
        help="where a template's thinking switch stands, alike for all files; default: off",
    )
    parser.add_argument(
        "--max-tokens", type=positive, metavar="N", help="how long an answer may be, of any kind"
    )
    parser.add_argument("--threads", type=threads, metavar="N", help="used by all engines together")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    own = own_set(Path(arguments.items)) if arguments.items else None
    chosen = chosen_models(arguments, console, paths)
    reference = reference_of(arguments, chosen, paths)
    candidates = [opened(reference, chosen.open), *chosen.readable(chosen.candidates)]
    profile = TaskProfile(arguments.profile or ("full" if own else "quick"))
    taught = is_taught(each.candidate for each in candidates)
    sees = reference.projector is not None
    models = [each.header for each in candidates if each.header is not None]
    questions = own or usual_set(models, taught=taught, sees=sees)
    questions = questions.take(profile).in_turns()
    room = EngineRoom.of_this_pc(paths)
    plan = _plan(arguments, questions, candidates, room)
    _, *others = dict.fromkeys(each.candidate.spoken.key() for each in candidates)
    if reach := reach_told(plan.items, len(others)):
        console.remark(reach)
    stops = not arguments.ask_all
    with Awake(str(say("lab.measuring"))), progress_shown(console) as show_progress:
        clock = TasksClock(
            plan.items,
            show_progress,
            Profile(profile.value),
            _cores(arguments),
            thinking=bool(plan.thinking),
            tolerance=TOLERANCE if stops else None,
        )
        kept = KeptAnswers(paths.cache, paths.state)
        tasks = Tasks(plan, room, kept, clock, chosen.open)
        result = tasks.run(reference, chosen.candidates, stops=stops)
    used = used_of(result, ServerBook.of_this_pc(paths).about)
    if arguments.json:
        facts = {"profile": str(profile), "items": questions.name}
        machine = {"machine": msgspec.to_builtins(machine_facts())}
        console.json(machine | document(result, chosen.called, used) | facts)
    else:
        show(result, chosen.called, console, used)
    rows = [result.reference, *result.rows]
    for file, error in dict.fromkeys(
        (chosen.called(row.candidate), row.error) for row in rows if row.error
    ):
        console.error(f"{file}: {error}")
    return 1 if any(row.error for row in rows) else 0


def _cores(arguments: argparse.Namespace) -> int:
    return arguments.threads or physical_core_count()


def _plan(
    arguments: argparse.Namespace,
    questions: TaskSet,
    candidates: Sequence[OpenedCandidate],
    room: EngineRoom,
) -> TaskPlan:
    engines, each = engines_and_threads(candidates, _cores(arguments), room)
    most: int | None = arguments.max_tokens
    limits = questions.answer_tokens
    if most is not None:
        limits = {item.kind: most for item in questions.items}
    how = (questions.items, engines, each, _SWITCH[arguments.thinking], limits)
    return TaskPlan(*how, places=None)
