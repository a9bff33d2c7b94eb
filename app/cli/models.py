"""Which model files a command is about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.core.text import whole_text
from app.lab.demo import DEMO_LEVELS, DemoFiles, demo_base
from app.lab.quantize import quantize
from app.monitor.machine import physical_core_count

if TYPE_CHECKING:
    import argparse

    from app.cli.console import Console
    from app.store.paths import Paths


def add_model_arguments(parser: argparse.ArgumentParser) -> None:
    """The MODEL words and ``--demo``."""
    parser.add_argument("models", metavar="MODEL", nargs="*", help="path of a GGUF file")
    parser.add_argument(
        "--demo",
        action="store_true",
        help=f"the demo model's levels {', '.join(DEMO_LEVELS)}",
    )


def chosen_models(
    arguments: argparse.Namespace, console: Console, paths: Paths
) -> list[Path] | None:
    """The files in the order of the words, the demo levels last; None if none are named.

    Demo levels that are missing are made first.

    Raises:
        PersonError: They cannot be made.
    """
    files = [Path(whole_text(word)) for word in arguments.models]
    if arguments.demo:
        files += demo_levels(console, paths)
    return files or None


def demo_levels(console: Console, paths: Paths) -> list[Path]:
    """The demo model's files, made on this PC where they are missing.

    Raises:
        PersonError: They cannot be made.
    """
    demo = DemoFiles.below(paths.demo)
    missing = demo.missing()
    if missing:
        demo.folder.mkdir(parents=True, exist_ok=True)
        with console.progress() as progress:
            task = progress.add_task("Making the demo levels", total=len(missing), note="")
            for number, target in enumerate(missing):
                level = target.stem.rpartition("-")[2]

                def show(done: int, total: int, base: int = number, note: str = level) -> None:
                    progress.update(task, completed=base + done / max(1, total), note=note)

                quantize(
                    demo_base(),
                    target,
                    level,
                    threads=physical_core_count(),
                    folder=paths.state,
                    on_progress=show,
                )
    return [demo.path(level) for level in DEMO_LEVELS]
