"""``shrink``: make a smaller version by a recipe."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.base.rights import give_usual_rights
from app.cli.arguments import (
    CONTEXT_HELP,
    THREADS_HELP,
    Commands,
    WrongArguments,
    positive,
    threads,
)
from app.cli.models import MODEL_HELP, model_path
from app.cli.shrinking.recipe import add_recipe_arguments, recipe_of, size_in_bytes
from app.cli.shrinking.told import document, show
from app.core.errors import PersonError
from app.core.shrink.healing import (
    Healing,
    healing_seconds,
)
from app.core.shrink.recipe import Step
from app.core.shrink.ways import Way
from app.core.shrink.written import as_done, written
from app.core.text.clean import whole_text
from app.core.words.sentence import Sentence, say, wait
from app.lab.engines.room import EngineRoom
from app.lab.models.library import Library
from app.lab.shrink.healing import check_can_learn, learning_pace
from app.lab.shrink.making.shrink import shrink
from app.lab.shrink.recipes import write_recipe
from app.lab.shrink.ways import plan_ways
from app.lab.works.making.means import means_here
from app.library.model_files import open_model_file
from app.monitor.machine import physical_core_count

if TYPE_CHECKING:
    import argparse

    from app.cli.terminal.console import Console
    from app.lab.shrink.making.means import Means
    from app.store.paths import Paths


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "shrink",
        parents=[common],
        help="make a smaller version: by level, importance matrix, rules or a target",
        description="Write TARGET from SOURCE with llama.cpp's own quantizer: at a level, or at "
        "the types that lose least within a size. SOURCE is best the original (F16, BF16 or F32). "
        "With --ways, tell what each way of shrinking comes to at the same need of memory: "
        "quantized, chosen by tensor, layers left out, both, a smaller model of the library; "
        "--into FOLDER makes them, ready for the command ladder.",
    )
    parser.add_argument("source", metavar="SOURCE", help=MODEL_HELP)
    parser.add_argument("target", metavar="TARGET", nargs="?", help="the file to write")
    add_recipe_arguments(parser)
    ways = parser.add_argument_group("every way to the same memory")
    ways.add_argument(
        "--ways", action="store_true", help="write no TARGET; tell each way, at equal memory"
    )
    ways.add_argument(
        "--memory-bytes",
        type=size_in_bytes,
        metavar="N",
        help="what each way may need (default: what a Q4_K_M of SOURCE needs)",
    )
    ways.add_argument("--ctx", type=positive, metavar="N", help=CONTEXT_HELP)
    ways.add_argument("--into", metavar="FOLDER", help="make the ways, each with its recipe")
    ways.add_argument(
        "--only",
        choices=[str(way) for way in Way],
        action="append",
        help="of the ways this one; several may be named",
    )
    parser.add_argument("--threads", type=threads, metavar="N", help=THREADS_HELP)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    if arguments.ways:
        return _ways(arguments, console, paths)
    if not arguments.target:
        raise WrongArguments(say("shrink.say_target"))
    recipe = recipe_of(arguments, EngineRoom.of_this_pc(paths))
    source = model_path(arguments.source, paths)
    kept = Path(whole_text(arguments.write_recipe)) if arguments.write_recipe else None
    if kept is not None and not kept.resolve().parent.is_dir():
        raise PersonError(say("lab.no_folder", parent=kept.resolve().parent))
    with _means(arguments, console, paths) as means:
        if recipe.healing is not None and recipe.healing.windows:
            means.on_step(Step.LEARNING, 0, 0)
            console.remark(str(_how_long(source, recipe.healing, means)))
        made = shrink(source, Path(whole_text(arguments.target)), recipe, means)
    give_usual_rights(Path(made.target))
    if kept is not None:
        again = as_done(written(recipe), made.recipe, source.name, source.stat().st_size)
        write_recipe(again, kept)
    if arguments.json:
        console.json(document(made))
    else:
        show(made, console)
    for remark in made.remarks:
        console.remark(str(remark))
    return 0


@contextlib.contextmanager
def _means(arguments: argparse.Namespace, console: Console, paths: Paths) -> Generator[Means]:
    with console.lasting(say("lab.making")) as progress:
        task = progress.add_task("Shrinking", total=None, note="")

        def show(step: str, done: int, total: int) -> None:
            progress.update(task, description=step, completed=done, total=total)

        yield means_here(
            paths,
            EngineRoom.of_this_pc(paths),
            arguments.threads or physical_core_count(),
            show,
            lambda: Library(paths).scan().models,
        )


def _ways(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    from app.cli.shrinking.ways import make_ways, show_ways, ways_document

    if arguments.target:
        raise WrongArguments(say("shrink.ways_have_no_target"))
    source = model_path(arguments.source, paths)
    with _means(arguments, console, paths) as means:
        plan = plan_ways(
            source,
            arguments.memory_bytes,
            arguments.ctx,
            threads=means.threads,
            room=means.room,
            library=means.library,
        )
        if arguments.only:
            plan = replace(plan, ways=tuple(w for w in plan.ways if w.way in arguments.only))
        into = Path(whole_text(arguments.into)) if arguments.into else None
        made = make_ways(plan, into, means) if into is not None else {}
    if arguments.json:
        console.json(ways_document(plan, made))
    else:
        show_ways(plan, made, console)
    return 0


def _how_long(source: Path, healing: Healing, means: Means) -> Sentence:
    """How long learning takes here; to find that out takes seconds."""
    model = open_model_file(source)
    check_can_learn(model, means.room)
    pace = learning_pace(means.threads, means.room)
    return say("shrink.learning_takes", time=wait(healing_seconds(model, healing, pace)))
