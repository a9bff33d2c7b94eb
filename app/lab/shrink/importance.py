"""Importance matrices: computed in an engine, kept by model and text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import PersonError
from app.core.words.sentence import say
from app.engine.protocol.making import CollectImportance, ImportanceCollected, ImportanceProgress
from app.lab.engines.opened import opened_file
from app.lab.engines.room import EngineRoom
from app.lab.shrink.matrices.kept import KeptMatrices
from app.lab.shrink.reader import CalibrationText, bundled_calibration, reader_of
from app.library.model_files import open_model_file

CHUNK_TOKENS = 512


@dataclass(frozen=True, slots=True)
class ImportanceResult:
    """A matrix that was made.

    Attributes:
        file: The matrix.
        unused: Experts that no token came to: their weights count alike.
    """

    file: str
    tensors: int
    tokens: int
    chunks: int
    unused: int
    elapsed_ns: int


def make_importance(
    path: Path,
    target: Path,
    text: CalibrationText | None = None,
    *,
    chunk_tokens: int = CHUNK_TOKENS,
    chunks: int = 0,
    threads: int,
    room: EngineRoom,
    on_progress: Callable[[int, int], None],
) -> ImportanceResult:
    """Let a model read a text, and write how much the inputs of each weight matter.

    Args:
        path: The model, best the original.
        target: The GGUF file to write; one that is there is replaced when the new one is whole.
        text: What is read; the bundled one when left out.
        chunk_tokens: Tokens that are read from an empty context.
        chunks: At most so many; 0 for all.
        threads: Of the engine.
        room: Where it runs.
        on_progress: Told chunks done and in all.

    Raises:
        PersonError: It cannot be done; nothing is left behind.
    """
    model = open_model_file(path)
    folder = target.resolve().parent
    if not folder.is_dir():
        raise PersonError(say("lab.no_folder", parent=folder))
    if target.is_dir() or target.resolve() in {each.resolve() for each in model.shard_paths}:
        raise PersonError(say("shrink.target_is_source", name=target.name))
    read = bundled_calibration(model) if text is None else text

    def listen(event: object) -> None:
        if isinstance(event, ImportanceProgress):
            on_progress(event.done, event.total)

    with reader_of(opened_file(model), read, threads, room) as (engine, source):
        done = engine.call(
            CollectImportance(
                engine.next_id(),
                source,
                str(target.resolve()),
                read.name,
                chunk_tokens,
                chunks,
                threads,
                read.marks,
                model.path.name,
            ),
            ImportanceCollected,
            listen,
        )
    return ImportanceResult(
        str(target), done.tensors, done.tokens, done.chunks, done.unused, done.elapsed_ns
    )


def kept_importance(
    path: Path,
    cache: Path,
    text: CalibrationText | None = None,
    *,
    threads: int,
    room: EngineRoom,
    on_progress: Callable[[int, int], None],
    known_as: bytes = b"",
) -> Path:
    """The matrix of a model over a text; made at the first time, kept for later ones.

    Args:
        path: The model.
        cache: This program's cache folder.
        text: What is read; the bundled one when left out.
        threads: Of the engine.
        room: Where it runs.
        on_progress: Told chunks done and in all, where it is made.
        known_as: What a model is known by that is only there for now.

    Raises:
        PersonError: It cannot be made.
    """
    model = open_model_file(path)
    read = bundled_calibration(model) if text is None else text
    target = KeptMatrices(cache).place_for(model, read, known_as)
    if not target.is_file():
        make_importance(path, target, read, threads=threads, room=room, on_progress=on_progress)
    return target
