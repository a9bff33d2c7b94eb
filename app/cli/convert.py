"""``convert``: turn original weights into a model file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.base.rights import give_usual_rights
from app.cli.arguments import Commands, WrongArguments
from app.core.shrink.recipe import Recipe
from app.core.text.clean import whole_text
from app.core.words import figures
from app.core.words.sentence import say
from app.lab.convert.environment import DISK_BYTES, DOWNLOAD_BYTES, Converter
from app.lab.engines.room import EngineRoom
from app.lab.shrink.making.means import Means
from app.lab.shrink.making.shrink import shrink
from app.monitor.machine import physical_core_count

if TYPE_CHECKING:
    import argparse

    from app.cli.terminal.console import Console
    from app.store.paths import Paths


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    needs = f"{figures.size(DOWNLOAD_BYTES)} to download, {figures.size(DISK_BYTES)} on the disk"
    parser = commands.add_parser(
        "convert",
        parents=[common],
        help="turn original weights (safetensors) into a model file",
        description="Write the model file TARGET (GGUF) from FOLDER, which holds a model's "
        "config.json and safetensors files, or is its repository in the Hugging Face cache, with "
        "llama.cpp's own converter: without a network, and without running code that lies beside "
        f"the weights. The converter has an environment of its own ({needs}), which is made when "
        "--set-up says so.",
    )
    parser.add_argument("source", metavar="FOLDER", nargs="?", help="the original weights")
    parser.add_argument("target", metavar="TARGET", nargs="?", help="the file to write")
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument(
        "--set-up", action="store_true", help="get the converter where it is not there yet"
    )
    choice.add_argument("--remove", action="store_true", help="take the converter off this PC")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    converter = Converter(paths.cache)
    has_both = bool(arguments.source and arguments.target)
    if bool(arguments.source) != has_both or not (has_both or arguments.set_up or arguments.remove):
        raise WrongArguments(say("convert.say_what"))
    if arguments.remove:
        freed = converter.remove()
        if arguments.json:
            console.json({"freed_bytes": freed})
        else:
            console.text(f"Removed: {figures.size(freed)} are free again.")
        return 0
    with console.lasting(say("lab.making")) as progress:
        task = progress.add_task("Converting", total=None, note="")

        def show(step: str, done: int, total: int) -> None:
            progress.update(task, description=step, completed=done, total=total)

        if not has_both:
            if not converter.is_there:
                converter.make(lambda done, total: show("Getting the converter", done, total))
            return 0
        means = Means(
            physical_core_count(),
            EngineRoom.of_this_pc(paths),
            paths.cache,
            show,
            gets_converter=arguments.set_up,
        )
        source = Path(whole_text(arguments.source))
        made = shrink(source, Path(whole_text(arguments.target)), Recipe(), means)
    give_usual_rights(Path(made.target))
    if arguments.json:
        console.json(
            {
                "source": made.source,
                "target": made.target,
                "level": made.level,
                "file_bytes": made.file_bytes,
                "elapsed_ns": made.elapsed_ns,
            }
        )
    else:
        console.text(
            f"{made.target}: {made.level}, {figures.size(made.file_bytes)}, "
            f"in {figures.duration(made.elapsed_ns)}."
        )
    return 0
