"""Reads the Hugging Face cache as it lies on disk: snapshots of repositories, linked to blobs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from app.base.files import Stamp, read_ordinary
from app.library.found import Found, in_sets, name_of

if TYPE_CHECKING:
    from app.core.models.family import ModelSource
    from app.library.walk import Walk

_REPOSITORY = re.compile(r"models--(?P<name>[^-].*)", re.DOTALL)
_MAX_REF_BYTES = 256


def is_repository(folder: Path) -> bool:
    """Tell whether a folder is one repository of models in such a cache."""
    return _REPOSITORY.fullmatch(folder.name) is not None and (folder / "snapshots").is_dir()


def repository_name(folder_name: str) -> str | None:
    """Return the name of the repository that a folder of the cache belongs to, or None."""
    match = _REPOSITORY.fullmatch(folder_name)
    return match["name"].replace("--", "/") if match else None


def find_in_repository(walk: Walk, folder: Path, source: ModelSource) -> Iterator[Found]:
    """Bring up the model files of one repository, those of its current version first.

    Several versions of a repository share the files that did not change; of a file that did
    change, the other versions are marked as older.
    """
    snapshots = walk.look_into(folder / "snapshots")
    if snapshots is None:
        return
    walk.look_into(folder)  # so that a watch hears of further snapshots
    versions = sorted(snapshots[1], key=_newest_first)
    current = _current_commit(folder)
    versions.sort(key=lambda version: version.name != current)
    known: set[str] = set()
    for version in versions:
        here: set[str] = set()
        for below, files, _ in walk.down_from(version):
            for members in in_sets(files):
                relative = os.path.join(os.path.relpath(below, version), members[0].path.name)
                here.add(relative)
                yield _found(members, folder, version, source, is_older=relative in known)
        known |= here


def _found(
    members: tuple[Stamp, ...],
    folder: Path,
    version: Path,
    source: ModelSource,
    *,
    is_older: bool,
) -> Found:
    path = members[0].path
    repository = repository_name(folder.name)
    name = name_of(path)
    if name == version.name and repository is not None:  # “model.gguf” right in the snapshot
        name = repository.rpartition("/")[2]
    return Found(
        members,
        name,
        source,
        repository=repository,
        commit=version.name,
        is_older=is_older,
    )


def _newest_first(version: Path) -> float:
    try:
        return -version.stat().st_mtime
    except OSError:
        return 0.0


def _current_commit(folder: Path) -> str | None:
    try:
        ref = read_ordinary(folder / "refs" / "main", _MAX_REF_BYTES)
    except OSError:
        return None
    return ref.decode("ascii", "replace").strip()
