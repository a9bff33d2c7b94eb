"""Importance matrices: computed in an engine, kept by model and text, checked against a model."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.base.files import known_by
from app.core.errors import PersonError
from app.core.shrink.importance import Importance, from_bytes
from app.core.words.sentence import say, share
from app.engine.protocol.making import CollectImportance, ImportanceCollected, ImportanceProgress
from app.lab.engines.opened import opened_file
from app.lab.engines.room import EngineRoom
from app.lab.models.named import data_in
from app.lab.shrink.reader import CalibrationText, bundled_calibration, reader_of
from app.library.model_files import open_model_file, read_shards

CHUNK_TOKENS = 512
MOST_MATRIX_BYTES = 4_000_000_000
_FEWEST_COVERED = 0.9
_KEPT = "importance"


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
    *,
    threads: int,
    room: EngineRoom,
    on_progress: Callable[[int, int], None],
    known_as: bytes = b"",
) -> Path:
    """The matrix of a model over the bundled text; made at the first time, kept for later ones.

    Args:
        path: The model.
        cache: This program's cache folder.
        threads: Of the engine.
        room: Where it runs.
        on_progress: Told chunks done and in all, where it is made.
        known_as: What a model is known by that is only there for now.

    Raises:
        PersonError: It cannot be made.
    """
    model = open_model_file(path)
    text = bundled_calibration(model)
    folder = cache / _KEPT
    try:
        folder.mkdir(parents=True, exist_ok=True)
        known = hashlib.sha256((known_as or known_by(model.shard_paths)) + text.data)
    except OSError as error:
        raise PersonError(
            say("lab.folder_cannot_written", cache=folder, reason=error.strerror or error)
        ) from error
    target = folder / f"{known.hexdigest()[:24]}.gguf"
    if not target.is_file():
        make_importance(path, target, text, threads=threads, room=room, on_progress=on_progress)
    return target


def read_importance(matrix: Path, source: Path) -> Importance:
    """Read a matrix, and hold it against the model that it is to be used for.

    Raises:
        PersonError: It cannot be read, or is another model's: the quantizer would not notice.
    """
    found = from_bytes(data_in(matrix, MOST_MATRIX_BYTES), matrix.name)
    tensors = [info for shard in read_shards(source) for info in shard.header.tensors]
    covered = found.covers(tensors)
    if covered < _FEWEST_COVERED:
        raise PersonError(
            say(
                "shrink.matrix_of_another_model",
                matrix=matrix.name,
                name=source.name,
                covered=share(covered),
            )
        )
    return found
