"""Which model files a command is about."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.cli.arguments import WrongArguments
from app.core.candidates.candidate import Candidate, LocalFile, candidate_of
from app.core.candidates.notation import split_words, with_settings, words_of
from app.core.candidates.served import names_server, server_model
from app.core.errors import PersonError
from app.core.text.clean import whole_text
from app.core.words import figures
from app.core.words.sentence import say
from app.lab.demo.demo import DEMO_LEVELS, DemoFiles, demo_base
from app.lab.engines.elsewhere import EnginesElsewhere
from app.lab.engines.opened import OpenedCandidate, opened
from app.lab.models.library import Library
from app.lab.models.names import ModelNames
from app.lab.servers.book import ServerBook
from app.lab.shrink.quantize import quantize
from app.library.model_files import open_model_file
from app.monitor.machine import physical_core_count

if TYPE_CHECKING:
    import argparse

    from app.cli.terminal.console import Console
    from app.core.models.model_file import ModelFile
    from app.store.paths import Paths

MODEL_HELP = "path of a GGUF file, name in the library, or ORG/REPO:LEVEL"
CANDIDATE_HELP = (
    f"{MODEL_HELP}, or a server's model (http://HOST/v1#model=ID, server:NAME#model=ID); settings "
    "of its own behind a #, like #kv=q8_0,ctx=8192 (ctx, kv, threads, gpu, flash, template, "
    "lora=PATH*STRENGTH, mmproj=PATH, draft=MODEL|ngram)"
)
_NOTHING_SET = candidate_of("")


@dataclass(frozen=True, slots=True)
class ChosenModels:
    """The candidates that a command is about.

    Attributes:
        candidates: In the order of the words. Where a word is no path, with the path of the file
            that it means; where it means none, with the word itself.
        words: What each was called.
        errors: Why the files of some are none.
    """

    candidates: list[Candidate]
    words: list[str]
    errors: dict[Path, PersonError] = field(default_factory=lambda: dict[Path, PersonError]())

    def called(self, candidate: Candidate) -> str:
        """What one of the candidates was called: as it was typed, else as it would be."""
        known = zip(self.candidates, self.words, strict=True)
        return next((word for each, word in known if each == candidate), words_of(candidate))

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

    def readable(self, candidates: Iterable[Candidate]) -> list[OpenedCandidate]:
        """Those whose files can be read; whatever measures them says what is wrong with others."""
        found: list[OpenedCandidate] = []
        for candidate in candidates:
            with contextlib.suppress(PersonError):
                found.append(opened(candidate, self.open))
        return found


def add_model_arguments(parser: argparse.ArgumentParser, *, with_reference: bool = False) -> None:
    """The CANDIDATE words, ``--demo``, and ``--reference`` where one is needed."""
    parser.add_argument("models", metavar="CANDIDATE", nargs="*", help=CANDIDATE_HELP)
    parser.add_argument(
        "--demo",
        action="store_true",
        help=f"the demo model's levels {', '.join(DEMO_LEVELS)}",
    )
    if with_reference:
        parser.add_argument("--reference", metavar="REF", help=CANDIDATE_HELP)


def model_names(paths: Paths) -> ModelNames:
    """Finds the file that a word means; looks through the library at the first name."""
    return ModelNames(lambda: Library(paths).scan().models)


def model_path(word: str, paths: Paths) -> Path:
    """The one file that a MODEL word means.

    Raises:
        PersonError: It means none, or several.
    """
    return model_names(paths).path_of(whole_text(word))


def candidate_named(word: str, paths: Paths, usual: Candidate = _NOTHING_SET) -> Candidate:
    """The one candidate that a word means.

    Args:
        word: As typed.
        paths: This program's folders.
        usual: Whose settings hold where the word says nothing.

    Raises:
        NotationError: What stands behind ``#`` is no setting.
        PersonError: It means no file, or several.
    """
    word = whole_text(word)
    if names_server(word):
        return _elsewhere(paths).known(Candidate(server_model(word)))
    model, settings = split_words(word, os.path.lexists)
    names = model_names(paths)
    found = replace(usual, source=LocalFile(str(names.path_of(model))))
    return _with_settings(found, settings, names)


def _with_settings(candidate: Candidate, settings: str, names: ModelNames) -> Candidate:
    """With settings as typed; a draft model may be named as any model is."""
    found = with_settings(candidate, settings)
    if found.draft is None or not found.draft.path:
        return found
    with contextlib.suppress(PersonError):  # whatever opens the candidate says what is wrong
        path = str(names.path_of(found.draft.path))
        return replace(found, draft=replace(found.draft, path=path))
    return found


def _elsewhere(paths: Paths) -> EnginesElsewhere:
    return EnginesElsewhere(ServerBook.of_this_pc(paths))


def chosen_models(
    arguments: argparse.Namespace, console: Console, paths: Paths, usual: Candidate = _NOTHING_SET
) -> ChosenModels:
    """The candidates in the order of the words, the demo levels last.

    Demo levels that are missing are made first.

    Args:
        arguments: As parsed.
        console: Where progress is shown.
        paths: This program's folders.
        usual: Whose settings hold where a word says nothing.

    Raises:
        NotationError: What stands behind a ``#`` is no setting.
        WrongArguments: None are named.
        PersonError: Demo levels cannot be made.
    """
    names = model_names(paths)
    chosen = ChosenModels([], [])
    for word in map(whole_text, arguments.models):
        chosen.words.append(word)
        if names_server(word):
            found = Candidate(server_model(word))
            with contextlib.suppress(PersonError):  # whatever asks it says what is wrong
                found = _elsewhere(paths).known(found)
            chosen.candidates.append(found)
            continue
        model, settings = split_words(word, os.path.lexists)
        try:
            path = names.path_of(model)
        except PersonError as error:
            path = Path(model)
            chosen.errors[path] = error
        found = _with_settings(replace(usual, source=LocalFile(str(path))), settings, names)
        chosen.candidates.append(found)
    if arguments.demo:
        levels = demo_levels(console, paths)
        chosen.candidates.extend(replace(usual, source=LocalFile(str(path))) for path in levels)
        chosen.words.extend(map(str, levels))
    if not chosen.candidates:
        raise WrongArguments(say("program.name_model_file"))
    return chosen


def reference_of(arguments: argparse.Namespace, chosen: ChosenModels, paths: Paths) -> Candidate:
    """What the candidates are held against: the named one, else the demo's in full precision.

    Raises:
        NotationError: What stands behind its ``#`` is no setting.
        WrongArguments: None is named.
        PersonError: It means no file, or several.
    """
    if arguments.reference:
        return candidate_named(arguments.reference, paths)
    if arguments.demo:
        return chosen.candidates[-len(DEMO_LEVELS) + DEMO_LEVELS.index("F16")]
    raise WrongArguments(say("program.name_reference"))


def parameters_told(model: ModelFile) -> str:
    """How many parameters a model has and, of a mixture, how many work on a token."""
    every, active = model.parameters, model.active_parameters
    told = str(figures.parameters(every))
    return told if active == every else f"{told} ({figures.parameters(active)} active)"


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
