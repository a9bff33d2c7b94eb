"""Original weights as they are published: a folder of safetensors files with a ``config.json``."""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import msgspec

from app.base.files import read_ordinary
from app.core.errors import PersonError
from app.core.words.sentence import say

_MOST_CONFIG_BYTES = 10_000_000
_MOST_HEADER_BYTES = 100_000_000
_MOST_FILES = 1_000
# As what each is written: nothing is lost, but for packed weights, which become plain ones.
_LEVELS = {"F32": "F32", "F64": "F32", "F16": "F16"}
_BYTES = {"F32": 4, "F16": 2, "BF16": 2}


@dataclass(frozen=True, slots=True)
class Original:
    """A model in its original weights. Texts come from its files and are not to be trusted.

    Attributes:
        folder: Where the files lie.
        name: What it is called: its repository, else its folder.
        architecture: As its config says, such as ``LlamaForCausalLM``.
        level: The level that it is converted to.
        file_bytes: About the size of the model file that comes out.
        files: All weights, and the config.
    """

    folder: Path
    name: str
    architecture: str
    level: str
    file_bytes: int
    files: tuple[Path, ...]


def original_in(folder: Path) -> Original:
    """Look at a folder, or at a repository of Hugging Face's cache.

    Raises:
        PersonError: There are no original weights, or they are not whole; the sentence says why.
    """
    place, name = _version_in(folder), folder.name
    for above in (folder, *folder.parents[:2]):
        if above.name.startswith("models--"):
            name = above.name.rpartition("--")[2]
    config = _json(place / "config.json", _MOST_CONFIG_BYTES)
    listed = config.get("architectures")
    named = cast("list[object]", listed) if isinstance(listed, list) else []
    architecture = str(named[0]) if named else ""
    weights = sorted(place.glob("*.safetensors"))[:_MOST_FILES]
    index = place / "model.safetensors.index.json"
    if index.is_file():
        mapped = _json(index, _MOST_HEADER_BYTES).get("weight_map")
        wanted = {str(each) for each in cast("dict[str, object]", mapped or {}).values()}
        missing = sorted(wanted - {each.name for each in weights})
        if missing:
            raise PersonError(say("convert.part_missing", folder=name, file=missing[0]))
    if not weights or not architecture:
        raise PersonError(say("convert.no_original", folder=folder.name))
    elements: Counter[str] = Counter()
    for each in weights:
        elements.update(_elements(each))
    (kind, _), *_ = elements.most_common(1) or [("BF16", 0)]
    level = _LEVELS.get(kind, "BF16")
    return Original(
        folder=place,
        name=name,
        architecture=architecture,
        level=level,
        file_bytes=elements.total() * _BYTES[level],
        files=(place / "config.json", *weights),
    )


def originals_in_cache(cache: Path) -> list[Original]:
    """The repositories of Hugging Face's cache that hold original weights, by name."""
    found: list[Original] = []
    try:
        repositories = sorted(cache.glob("models--*"))[:_MOST_FILES]
    except OSError:
        return []
    for each in repositories:
        try:
            found.append(original_in(each))
        except PersonError:
            continue  # model files, or a part of a download
    return found


def _version_in(folder: Path) -> Path:
    """Of a repository in the cache the current version."""
    snapshots = folder / "snapshots"
    if not snapshots.is_dir():
        return folder
    try:
        commit = (folder / "refs" / "main").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        commit = ""
    if commit and (snapshots / commit / "config.json").is_file():
        return snapshots / commit
    return next((each for each in sorted(snapshots.iterdir()) if each.is_dir()), folder)


def _json(path: Path, most_bytes: int) -> dict[str, Any]:
    try:
        return msgspec.json.decode(read_ordinary(path, most_bytes), type=dict[str, Any])
    except OSError as error:
        raise PersonError(say("convert.no_original", folder=path.parent.name)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PersonError(say("convert.damaged", file=path.name), repr(error)) from error


class _Stored(msgspec.Struct):
    dtype: str
    shape: list[int]
    data_offsets: tuple[int, int]


def _elements(path: Path) -> Counter[str]:
    """How many numbers of each type a file holds, by its header.

    Raises:
        PersonError: It is damaged, or ends early.
    """
    damaged = say("convert.damaged", file=path.name)
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > _MOST_HEADER_BYTES:
                raise PersonError(damaged)
            header = msgspec.json.decode(file.read(length), type=dict[str, msgspec.Raw])
        header.pop("__metadata__", None)
        tensors = [msgspec.json.decode(each, type=_Stored) for each in header.values()]
    except (OSError, struct.error, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PersonError(damaged, repr(error)) from error
    end = max((each.data_offsets[1] for each in tensors), default=0)
    if path.stat().st_size < 8 + length + end:
        raise PersonError(say("convert.ends_early", file=path.name))
    found: Counter[str] = Counter()
    for each in tensors:
        n_elements = 1
        for size in each.shape:
            n_elements *= max(0, size)
        found[each.dtype] += n_elements
    return found
