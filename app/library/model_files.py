"""Opens model files on this PC: reads their headers, finds all shards, explains what is wrong.

Reading a header can take a while (a slow disk, a large vocabulary), so that the window calls this
in a job thread, never in its own. Everything here may be called from any thread.
"""

from __future__ import annotations

import os.path
import stat
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from app.core.gguf import GgufError, GgufHeader, NeedMoreBytes, parse_header
from app.core.models.model_file import (
    ModelFile,
    ModelFileError,
    Shard,
    TruncatedFileError,
    declared_shard_count,
)
from app.core.models.model_names import parse_shard_name
from app.core.words.sentence import Sentence, say

_FIRST_CHUNK_BYTES = 1024 * 1024
_PIECE_BYTES = 4 * 1024 * 1024
_GROWTH = 4
_CACHED_HEADERS = 64
# llama.cpp counts shards in 16 bits; a set of more files than this is nonsense.
_MAX_SHARDS = 1_000


def open_model_file(path: str | os.PathLike[str]) -> ModelFile:
    """Return the facts of the language model that ``path`` belongs to.

    Any shard of a set opens the set. Links are followed, but the names beside the link count.

    Raises:
        NoCandidateError: The file is of another kind.
        ModelFileError: There is no usable language model there; the sentence says why.
        GgufError: The header is broken.
    """
    model = inspect_file(path)
    model.check_answers()
    return model


def inspect_file(path: str | os.PathLike[str]) -> ModelFile:
    """Return the facts of any GGUF file: like ``open_model_file``, but adapters and such too."""
    return ModelFile.from_headers(read_shards(path))


def first_of_set(path: Path) -> Path:
    """Return what llama.cpp is to load for a file: a later shard means its set."""
    shard = parse_shard_name(path.name)
    if shard is None or shard.number == 1:
        return path
    first = path.with_name(shard.sibling(1))
    return first if _is_file(first) else path


def whole_sets(paths: Iterable[Path]) -> list[Path]:
    """Return each set of shards once, where several of its shards may have been named.

    Another file comes as often as it is named: it can stand beside itself.
    """
    found: list[Path] = []
    for path in paths:
        first = first_of_set(path)
        if first not in found or parse_shard_name(first.name) is None:
            found.append(first)
    return found


def read_shards(path: str | os.PathLike[str]) -> list[Shard]:
    """Return the headers of the file, or of all shards of its set in order.

    Raises:
        ModelFileError: A file is missing or cannot be read.
        GgufError: A header is broken.
    """
    opened = Path(path)
    name = parse_shard_name(opened.name)
    if name is None or name.count == 1:
        return [_shard(opened)]
    # Before the others are looked for: the file may have such a name by chance only.
    own = _shard(opened)
    if declared_shard_count(own.header) == 1:
        return [own]
    if name.count > _MAX_SHARDS:
        raise ModelFileError(say("models.claims_shards", name=opened.name, count=name.count))
    paths = [opened.with_name(file_name) for file_name in name.all_names()]
    missing = [path.name for path in paths if not os.path.exists(path)]
    if missing:
        raise ModelFileError(_missing_sentence(missing, name.count), detail=", ".join(missing))
    return [own if path == opened else _shard(path) for path in paths]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _missing_sentence(missing: list[str], count: int) -> Sentence:
    if len(missing) == 1:
        return say("models.shard_model_missing", missing=missing[0])
    return say(
        "models.shards_model_missing_first", count=len(missing), count_2=count, missing=missing[0]
    )


def _shard(path: Path) -> Shard:
    """Read one file's header, or return the one read before if the file has not changed."""
    try:
        status = path.stat()
        _check_status(path, status)
        header = _read_header(path.absolute(), status.st_size, status.st_mtime_ns)
    except OSError as error:
        raise ModelFileError(_os_sentence(path, error), detail=f"{path}: {error!r}") from error
    except ValueError as error:  # a path with a zero byte in it
        raise ModelFileError(say("models.not_valid_file_name"), detail=repr(error)) from error
    except GgufError as error:
        error.detail = f"{path}: {error.detail}"
        raise
    return Shard(path, header, status.st_size)


def _check_status(path: Path, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise ModelFileError(say("models.folder_not_model_file", name=path.name), detail=str(path))
    if not stat.S_ISREG(status.st_mode):
        # Opening a pipe would wait for ever.
        raise ModelFileError(say("models.not_ordinary_file", name=path.name), detail=str(path))
    if status.st_size == 0:
        raise ModelFileError(say("models.file_empty", name=path.name), detail=str(path))


@lru_cache(maxsize=_CACHED_HEADERS)
def _read_header(path: Path, size_bytes: int, mtime_ns: int) -> GgufHeader:
    # Size and time are part of the key, so that a changed file is read again.
    del size_bytes, mtime_ns
    with path.open("rb") as file:
        return read_header(file, path.name)


def read_header(
    file: BinaryIO, file_name: str = "", *, first_chunk_bytes: int = _FIRST_CHUNK_BYTES
) -> GgufHeader:
    """Read and parse a header in growing chunks, never more than ``MAX_HEADER_BYTES``.

    Raises:
        TruncatedFileError: The file ends inside its header.
        GgufError: The header is broken.
        OSError: Reading failed.
    """
    data = bytearray()
    wanted = first_chunk_bytes
    while True:
        had_bytes = len(data)
        _fill(file, data, wanted)
        try:
            return parse_header(data)
        except NeedMoreBytes as need:
            if len(data) == had_bytes:
                raise TruncatedFileError(len(data), need.at_least, file_name) from None
            wanted = max(need.at_least, len(data) * _GROWTH)


def _fill(file: BinaryIO, data: bytearray, wanted: int) -> None:
    # In pieces: what the header claims to need is not reserved before it is there.
    while len(data) < wanted:
        piece = file.read(min(wanted - len(data), _PIECE_BYTES))
        if not piece:
            return
        data += piece


def _os_sentence(path: Path, error: OSError) -> Sentence:
    if isinstance(error, FileNotFoundError):
        if "\ufffd" in str(path):
            return say("models.not_name_no_valid_text", path=path)
        return say("models.not_there", name=path.name)
    if isinstance(error, PermissionError):
        return say("models.may_not_read", name=path.name)
    return say("models.cannot_read", name=path.name, reason=error.strerror or error)
