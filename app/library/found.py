"""What a look through folders brings up, before any header is read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.models.model_names import is_telling_name, model_stem, parse_shard_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.core.models.family import ModelSource

Identity = tuple[int, int] | str
"""What is equal for two ways to one file or folder: device and number, else the real path."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One file, with links followed."""

    path: Path
    size_bytes: int
    mtime_ns: int
    identity: Identity


@dataclass(frozen=True, slots=True)
class Found:
    """What looks like one model file; see ``LibraryModel`` for the attributes."""

    files: tuple[FoundFile, ...]
    name: str
    source: ModelSource
    aliases: tuple[str, ...] = ()
    repository: str | None = None
    commit: str | None = None
    is_older: bool = False

    @property
    def path(self) -> Path:
        """The file, or the first shard that is there."""
        return self.files[0].path


def identity_of(path: str | Path, status: os.stat_result) -> Identity:
    """Tell the file or folder apart from all others, however it is reached."""
    # Some file systems, network ones above all, number nothing.
    return (status.st_dev, status.st_ino) if status.st_ino else os.path.realpath(path)


def file_at(path: str | Path) -> FoundFile | None:
    """The file that a path leads to, or None where there is none that can be looked at."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return FoundFile(Path(path), status.st_size, status.st_mtime_ns, identity_of(path, status))


def in_sets(files: Iterable[FoundFile]) -> list[tuple[FoundFile, ...]]:
    """Put the shards of one folder together by their names; in the order of the names."""
    sets: dict[tuple[str, int], list[FoundFile]] = {}
    for file in sorted(files, key=lambda file: file.path.name):
        shard = parse_shard_name(file.path.name)
        key = (file.path.name, 1) if shard is None else (shard.stem, shard.count)
        sets.setdefault(key, []).append(file)
    return [tuple(members) for members in sets.values()]


def name_of(path: Path) -> str:
    """What to call a file that has no other name: its own, or its folder's if that says more."""
    stem = model_stem(path.name)
    return stem if is_telling_name(stem) else (path.parent.name or stem)
