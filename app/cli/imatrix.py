"""``imatrix``: how much each weight's inputs matter, for shrinking with less loss."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.base.rights import give_usual_rights
from app.cli.arguments import THREADS_HELP, Commands, positive, threads
from app.cli.models import MODEL_HELP, model_path
from app.cli.words.texts import READ_HELP
from app.core.text.clean import whole_text
from app.core.words import figures
from app.core.words.sentence import say
from app.lab.engines.room import EngineRoom
from app.lab.shrink.importance import CHUNK_TOKENS, make_importance
from app.lab.shrink.matrices.texts import calibration_of
from app.library.model_files import open_model_file
from app.monitor.machine import physical_core_count

if TYPE_CHECKING:
    import argparse

    from app.cli.terminal.console import Console
    from app.store.paths import Paths


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "imatrix",
        parents=[common],
        help="make an importance matrix, for smaller versions that lose less",
        description="Let MODEL, best the original, read a text, and write to FILE how much the "
        "inputs of each weight matter: GGUF, as llama-imatrix writes it and llama-quantize reads "
        "it.",
    )
    parser.add_argument("model", metavar="MODEL", help=MODEL_HELP)
    parser.add_argument("--out", required=True, metavar="FILE", help="the file to write")
    parser.add_argument(
        "--text",
        action="append",
        default=[],
        metavar="FILE",
        help=f"what is read, best what the model will read: {READ_HELP}; may be given several "
        "times; default: bundled",
    )
    parser.add_argument("--chunks", type=positive, metavar="N", help="no more chunks than these")
    parser.add_argument(
        "--ctx", type=positive, default=CHUNK_TOKENS, metavar="N", help="tokens in a chunk"
    )
    parser.add_argument("--threads", type=threads, metavar="N", help=THREADS_HELP)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    path = model_path(arguments.model, paths)
    words = [whole_text(word) for word in arguments.text]
    text = calibration_of(words, open_model_file(path), paths.database)
    with console.lasting(say("lab.measuring")) as progress:
        task = progress.add_task("Reading", total=None, note="")

        def show(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total, note=f"chunk {done + 1} of {total}")

        made = make_importance(
            path,
            Path(whole_text(arguments.out)),
            text,
            chunk_tokens=arguments.ctx,
            chunks=arguments.chunks or 0,
            threads=arguments.threads or physical_core_count(),
            room=EngineRoom.of_this_pc(paths),
            on_progress=show,
        )
    give_usual_rights(Path(made.file))
    if arguments.json:
        console.json(msgspec.to_builtins(made))
    else:
        console.text(
            f"{made.file}: {made.tensors} tensors, {made.tokens} tokens in {made.chunks} chunks, "
            f"in {figures.duration(made.elapsed_ns)}."
        )
    if made.unused:
        console.remark(
            f"No token came to {made.unused} of the experts' matrices, whose weights count alike: "
            "a longer text tells more."
        )
    return 0
