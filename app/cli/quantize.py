"""``quantize``: make a shrunken version on this PC."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.base.rights import give_usual_rights
from app.cli.arguments import THREADS_HELP, Commands, level, threads
from app.cli.models import MODEL_HELP, model_path
from app.core.text.clean import whole_text
from app.core.words import figures
from app.core.words.sentence import say
from app.lab.models.library import Library
from app.lab.shrink.quantize import quantize
from app.monitor.machine import physical_core_count

if TYPE_CHECKING:
    import argparse

    from app.cli.terminal.console import Console
    from app.store.paths import Paths


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "quantize",
        parents=[common],
        help="make a shrunken version of a model file",
        description="Write TARGET from SOURCE at another quantization level with llama.cpp's own "
        "quantizer. SOURCE is F16, BF16, F32 or Q8_0. The command shrink does the same and more.",
    )
    parser.add_argument("source", metavar="SOURCE", help=MODEL_HELP)
    parser.add_argument("target", metavar="TARGET", help="the file to write")
    parser.add_argument("--type", type=level, required=True, metavar="LEVEL", help="e.g. Q4_K_M")
    parser.add_argument("--threads", type=threads, metavar="N", help=THREADS_HELP)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    source = model_path(arguments.source, paths)
    with console.lasting(say("lab.making")) as progress:
        task = progress.add_task("Quantizing", total=None, note="tensors")

        def show(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total, note=f"tensor {done} of {total}")

        result = quantize(
            source,
            Path(whole_text(arguments.target)),
            arguments.type,
            threads=arguments.threads or physical_core_count(),
            folder=paths.state,
            on_progress=show,
            library=lambda: Library(paths).scan().models,
        )
    give_usual_rights(Path(result.target))
    if arguments.json:
        console.json(msgspec.to_builtins(result))
    else:
        console.text(
            f"{result.target}: {result.level}, {figures.size(result.file_bytes)}, "
            f"{result.bits_per_weight:.2f} bits per weight, "
            f"in {figures.duration(result.elapsed_ns)}."
        )
    return 0
