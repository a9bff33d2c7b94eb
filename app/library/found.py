"""What a look through folders brings up, before any header is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.models.model_names import is_telling_name, model_stem, parse_shard_name

if TYPE_CHECKING:
    from app.base.files import Stamp
    from app.core.models.family import ModelSource


@dataclass(frozen=True, slots=True)
class Found:
    """What looks like one model file; see ``LibraryModel`` for the attributes."""

    files: tuple[Stamp, ...]
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


def in_sets(files: Iterable[Stamp]) -> list[tuple[Stamp, ...]]:
    """Put the shards of one folder together by their names; in the order of the names."""
    sets: dict[tuple[str, int], list[Stamp]] = {}
    for file in sorted(files, key=lambda file: file.path.name):
        shard = parse_shard_name(file.path.name)
        key = (file.path.name, 1) if shard is None else (shard.stem, shard.count)
        sets.setdefault(key, []).append(file)
    return [tuple(members) for members in sets.values()]


def name_of(path: Path) -> str:
    """What to call a file that has no other name: its own, or its folder's if that says more."""
    stem = model_stem(path.name)
    return stem if is_telling_name(stem) else (path.parent.name or stem)
