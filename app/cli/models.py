"""Which model files a command is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.text.clean import whole_text
from app.lab.demo.demo import DEMO_LEVELS, DemoFiles, demo_base
from app.lab.models.library import Library
from app.lab.models.names import ModelNames
from app.lab.shrink.quantize import quantize
from app.library.model_files import open_model_file
from app.monitor.machine import physical_core_count

if TYPE_CHECKING:
    import argparse

    from app.cli.console import Console
    from app.core.models.model_file import ModelFile
    from app.store.paths import Paths

MODEL_HELP = "path of a GGUF file, name in the library, or ORG/REPO:LEVEL"


@dataclass(frozen=True, slots=True)
class ChosenModels:
    """The model files that a command is about.

    Attributes:
        files: In the order of the words. Where a word is no path, the path of the file that it
            means; where it means none, the word itself.
        errors: Why some of ``files`` are none.
    """

    files: list[Path]
    errors: dict[Path, PersonError] = field(default_factory=lambda: dict[Path, PersonError]())

    def open(self, path: Path) -> ModelFile:
        """Return the facts of one of the files.

        Raises:
            PersonError: There is no such file, or it cannot be used.
        """
        # Engines are given absolute paths.
        reasons = {wanted.absolute(): error for wanted, error in self.errors.items()}
        if path.absolute() in reasons:
            raise reasons[path.absolute()]
        return open_model_file(path)


def add_model_arguments(parser: argparse.ArgumentParser) -> None:
    """The MODEL words and ``--demo``."""
    parser.add_argument("models", metavar="MODEL", nargs="*", help=MODEL_HELP)
    parser.add_argument(
        "--demo",
        action="store_true",
        help=f"the demo model's levels {', '.join(DEMO_LEVELS)}",
    )


def model_names(paths: Paths) -> ModelNames:
    """Finds the file that a word means; looks through the library at the first name."""
    return ModelNames(lambda: Library(paths).scan().models)


def model_path(word: str, paths: Paths) -> Path:
    """The one file that a MODEL word means.

    Raises:
        PersonError: It means none, or several.
    """
    return model_names(paths).path_of(whole_text(word))


def chosen_models(
    arguments: argparse.Namespace, console: Console, paths: Paths
) -> ChosenModels | None:
    """The files in the order of the words, the demo levels last; None if none are named.

    Demo levels that are missing are made first.

    Raises:
        PersonError: They cannot be made.
    """
    names = model_names(paths)
    chosen = ChosenModels([])
    for word in map(whole_text, arguments.models):
        try:
            path = names.path_of(word)
        except PersonError as error:
            path = Path(word)
            chosen.errors[path] = error
        chosen.files.append(path)
    if arguments.demo:
        chosen.files.extend(demo_levels(console, paths))
    return chosen if chosen.files else None


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
