"""Importance matrices that are kept on this PC, by model and text, or brought from elsewhere.

A file's name says both: the model as it lies here, and what the matrix was made of. Files are GGUF
as llama-quantize reads them, so that one is exported by being copied.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.base.files import known_by, write_whole
from app.base.rights import give_usual_rights
from app.core.errors import PersonError
from app.core.gguf import GgufError
from app.core.models.model_file import ModelFile, ModelFileError
from app.core.shrink.importance import Importance, from_bytes, said_in, to_bytes
from app.core.words.sentence import say, share
from app.lab.models.named import data_in
from app.library.model_files import read_header, read_shards

if TYPE_CHECKING:
    from app.lab.shrink.reader import CalibrationText

MOST_BYTES = 4_000_000_000
_FEWEST_COVERED = 0.9
_FOLDER, _ENDING = "importance", ".gguf"
_SIGNS = 16


@dataclass(frozen=True, slots=True)
class KeptMatrix:
    """One of them.

    Attributes:
        path: Where it lies.
        size_bytes: Of the file.
        said: What it says of itself, without its numbers.
    """

    path: Path
    size_bytes: int
    said: Importance

    @property
    def texts(self) -> str:
        """What was read for it; the file's name where it does not say."""
        return ", ".join(self.said.datasets) or self.path.name


class KeptMatrices:
    """Any thread.

    Args:
        cache: This program's cache folder.
    """

    def __init__(self, cache: Path) -> None:
        self._folder = cache / _FOLDER

    def place_for(self, model: ModelFile, text: CalibrationText, known_as: bytes = b"") -> Path:
        """Where the matrix of a model over a text lies, or will.

        Args:
            model: That reads.
            text: What is read.
            known_as: Of what the model was made, where its file is one for the moment.

        Raises:
            PersonError: The model is gone, or the folder cannot be made.
        """
        made_of = hashlib.sha256(text.name.encode("utf-8", "surrogateescape") + b"\0" + text.data)
        return self._place(known_as or model, made_of.hexdigest())

    def of(self, model: ModelFile) -> list[KeptMatrix]:
        """Those of a model, the newest first; what cannot be read is passed over."""
        try:
            places = self._folder.glob(f"{_key(model)}-*{_ENDING}")
            dated = [(path.stat().st_mtime_ns, path) for path in places]
        except OSError:
            return []
        return list(_read_each([path for _, path in sorted(dated, reverse=True)]))

    def take(self, matrix: Path, model: ModelFile) -> KeptMatrix:
        """Keep a copy of a matrix from elsewhere, of either form.

        Raises:
            PersonError: It is none, is another model's, or cannot be copied.
        """
        data, found = read_matrix(matrix, model.path)
        if not data.startswith(b"GGUF"):
            data = to_bytes(found)  # the earlier form
        target = self._place(model, hashlib.sha256(data).hexdigest())
        if not target.is_file():
            write_copy(data, target)
        return KeptMatrix(target, len(data), found)

    def remove(self, kept: KeptMatrix) -> None:
        """Delete one.

        Raises:
            PersonError: It cannot be deleted.
        """
        try:
            kept.path.unlink(missing_ok=True)
        except OSError as error:
            raise PersonError(
                say("shrink.not_removed", name=kept.path.name, reason=error.strerror or str(error))
            ) from error

    def find(self, sha256: str) -> Path | None:
        """The one with this content, whichever model it is kept for."""
        return with_content(self._folder.glob(f"*{_ENDING}"), sha256)

    def holds(self, matrix: Path) -> bool:
        """Whether a file is one of these."""
        return matrix.parent == self._folder

    def _place(self, model: ModelFile | bytes, made_of: str) -> Path:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            return self._folder / f"{_key(model)}-{made_of[:_SIGNS]}{_ENDING}"
        except OSError as error:
            reason = error.strerror or error
            raise PersonError(
                say("lab.folder_cannot_written", cache=self._folder, reason=reason)
            ) from error


def export(kept: KeptMatrix, target: Path) -> None:
    """Write a copy for a person: GGUF, as llama-quantize reads it.

    Raises:
        PersonError: It is gone, or cannot be written.
    """
    write_copy(data_in(kept.path, MOST_BYTES), target)
    give_usual_rights(target)


def read_matrix(matrix: Path, source: Path) -> tuple[bytes, Importance]:
    """Read a matrix, and hold it against the model that it is to be used for.

    Raises:
        PersonError: It cannot be read, or is another model's: the quantizer would not notice.
    """
    data = data_in(matrix, MOST_BYTES)
    found = from_bytes(data, matrix.name)
    tensors = [info for shard in read_shards(source) for info in shard.header.tensors]
    covered = found.covers(tensors)
    if covered < _FEWEST_COVERED:
        facts = {"matrix": matrix.name, "name": source.name, "covered": share(covered)}
        if found.model and found.model != source.name:
            raise PersonError(say("shrink.matrix_of_named_model", **facts, model=found.model))
        raise PersonError(say("shrink.matrix_of_another_model", **facts))
    return data, found


def named_matrix(named: str, sha256: str, source: Path, kept: KeptMatrices) -> Path:
    """Where the matrix is that a recipe names: there, among the kept ones, or beside the model.

    Args:
        named: Its path as it was.
        sha256: Of its content; empty for whatever is there.
        source: The model.
        kept: Where else to look.

    Raises:
        PersonError: It is not there, or there is another one of its name.
    """
    path = Path(named)
    beside = source.parent / path.name
    if not sha256:
        return beside if beside.is_file() and not path.exists() else path
    found = with_content((path, beside), sha256) or kept.find(sha256)
    if found is not None:
        return found
    if path.is_file() or beside.is_file():
        raise PersonError(say("shrink.matrix_changed", name=path.name))
    raise PersonError(say("shrink.matrix_gone", name=path.name))


def content_of(path: Path) -> str:
    """The SHA-256 of a matrix.

    Raises:
        PersonError: It cannot be read.
    """
    return hashlib.sha256(data_in(path, MOST_BYTES)).hexdigest()


def with_content(paths: Iterator[Path] | tuple[Path, ...], sha256: str) -> Path | None:
    """The first ordinary file of these with this content."""
    for path in paths:
        try:
            if path.is_file() and content_of(path) == sha256:
                return path
        except PersonError:
            continue  # it may be among the others
    return None


def write_copy(data: bytes, target: Path) -> None:
    """Write a matrix, whole.

    Raises:
        PersonError: It cannot be written.
    """
    try:
        write_whole(target, data)
    except OSError as error:
        raise PersonError(
            say("shrink.not_copied", name=target.name, reason=error.strerror or str(error))
        ) from error


def _key(model: ModelFile | bytes) -> str:
    known = model if isinstance(model, bytes) else known_by(model.shard_paths)
    return hashlib.sha256(known).hexdigest()[:_SIGNS]


def _read_each(paths: list[Path]) -> Iterator[KeptMatrix]:
    for path in paths:
        try:
            with path.open("rb") as file:
                said = said_in(read_header(file, path.name))
            yield KeptMatrix(path, path.stat().st_size, said)
        except (OSError, GgufError, ModelFileError):
            continue
