"""How a model file leaves the Hugging Face cache: what goes, and how many bytes that frees.

People move what is large to another disk and leave a link: of a file, a snapshot, the blobs, a
repository, the whole cache. Only what really lies below the cache's real folder goes; of a file
elsewhere its link in the cache goes, and the file stays.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.base.files import Identity, hash_file, identity_at, identity_of
from app.core.errors import PersonError
from app.core.models.model_names import parse_shard_name
from app.core.words.sentence import say, size, worded
from app.hub.files.part_file import hasher_for

_SNAPSHOTS, _BLOBS, _REFS, _NOT_THERE = "snapshots", "blobs", "refs", ".no_exist"
_MAX_REF_BYTES = 256


@dataclass(frozen=True, slots=True)
class Removal:
    """What would be removed.

    Attributes:
        paths: Files as programs see them.
        freed_bytes: Of the disk; less than the files' size where something else has their content.
        elsewhere: Files outside the cache that ``paths`` are links to; these stay.
    """

    paths: tuple[Path, ...]
    freed_bytes: int
    elsewhere: tuple[Path, ...]
    _execute: Callable[[], int]

    def execute(self) -> int:
        """Remove it for good; returns how many bytes that freed.

        Raises:
            PersonError: Something cannot be removed; the sentence says whether anything was.
        """
        return self._execute()


def plan_removal(cache: Path, path: Path) -> Removal:
    """What removing a model file (all its shards, of its snapshot) would free.

    Args:
        cache: The folder of the cache, or a link to it.
        path: The file as programs see it.

    Raises:
        PersonError: It is not a file of this cache.
    """
    snapshot = _Snapshot(cache, path)
    return Removal(
        tuple(snapshot.entries),
        snapshot.freed_bytes(),
        tuple(snapshot.elsewhere),
        lambda: _Snapshot(cache, path).remove(),  # what others use may have changed since
    )


class _Snapshot:
    """Entries of one snapshot that are to go. All paths are real but for their last part.

    Attributes:
        entries: What programs see: links, or files where the file system has no links.
        elsewhere: Where links of them lead out of the repository's folder.
    """

    def __init__(self, cache: Path, path: Path) -> None:
        folder, self._repository = _located(cache, path)
        self._name = path.name
        self.entries = [
            folder / name for name in _set_names(path.name) if os.path.lexists(folder / name)
        ]
        if not self.entries:
            raise _not_there(path)
        if any(entry.is_dir() for entry in self.entries):
            raise PersonError(say("models.folder_not_model_file", name=path.name), str(path))
        ends = [_chain(entry)[-1] for entry in self.entries]
        self.elsewhere = [
            end for end in ends if not end.is_relative_to(self._repository) and end.exists()
        ]
        # Contents first: where one cannot go, its name stays too, and nothing has changed.
        self._places = [*self._contents(), *self.entries]

    def freed_bytes(self) -> int:
        """Of contents all of whose names go."""
        names: dict[Identity, list[os.stat_result]] = {}
        for place in self._places:
            with contextlib.suppress(OSError):
                status = place.lstat()
                if stat.S_ISREG(status.st_mode):
                    names.setdefault(identity_of(place, status), []).append(status)
        return sum(same[0].st_size for same in names.values() if same[0].st_nlink <= len(same))

    def remove(self) -> int:
        """Remove them; returns the bytes freed.

        Raises:
            PersonError: Something cannot be removed.
        """
        freed = 0
        try:
            for folder in {place.parent for place in self._places}:
                if not os.access(folder, os.W_OK | os.X_OK):
                    raise PermissionError(errno.EACCES, worded("hub.folder_may_not_changed"))
            for place in self._places:
                status = place.lstat()
                place.unlink()
                if stat.S_ISREG(status.st_mode) and status.st_nlink <= 1:
                    freed += status.st_size
        except OSError as error:
            raise _not_removed(self._name, error, freed) from error
        _tidy(self._repository, self.entries[0].parent)
        return freed

    def _contents(self) -> list[Path]:
        """What lies in the repository's blobs behind the entries, and belongs to them alone.

        Links may lead over links; the last may lead out of the cache, nowhere, or in a circle.
        """
        blobs = self._repository / _BLOBS
        used = self._used_by_others()
        behind = [place for entry in self.entries for place in _chain(entry)[1:]]
        behind += [place for entry in self.entries for place in _same_content(entry, blobs)]
        return [
            place
            for place in dict.fromkeys(behind)
            if place.parent == blobs
            and os.path.lexists(place)
            and place not in used
            and identity_at(place) not in used
        ]

    def _used_by_others(self) -> set[Path | Identity]:
        """Places and contents that the repository's other entries lead to."""
        used: set[Path | Identity] = set()
        for other in _entries_below(self._repository / _SNAPSHOTS):
            if other not in self.entries:
                used.update(_chain(other)[1:])
                content = identity_at(other)
                if content is not None:
                    used.add(content)
        return used


def _located(cache: Path, path: Path) -> tuple[Path, Path]:
    """The real folder that an entry lies in, and that of its repository.

    Raises:
        PersonError: It does not lie in a snapshot of the cache.
    """
    try:
        root = Path(os.path.realpath(cache))
        folder = Path(os.path.realpath(os.path.abspath(path.parent)))
    except (OSError, ValueError) as error:
        raise _not_there(path) from error
    if not folder.is_relative_to(root):
        lies_there = Path(os.path.abspath(path)).is_relative_to(os.path.abspath(cache))
        if not lies_there:
            raise _not_there(path)
        said = say("hub.lies_behind_link_leads_out", name=path.name, folder=folder)
        raise PersonError(said, str(path))
    parts = folder.relative_to(root).parts
    if len(parts) < 3 or parts[1] != _SNAPSHOTS:
        raise _not_there(path)
    return folder, root / parts[0]


def _set_names(name: str) -> tuple[str, ...]:
    shard = parse_shard_name(name)
    return (name,) if shard is None else shard.all_names()


def _chain(entry: Path) -> list[Path]:
    """An entry and where its links lead, step by step; each real but for its last part."""
    found = [entry]
    with contextlib.suppress(OSError, ValueError):
        while found[-1].is_symlink():
            target = found[-1].parent / os.readlink(found[-1])
            place = Path(os.path.realpath(target.parent)) / target.name
            if place in found:
                break
            found.append(place)
    return found


def _same_content(entry: Path, blobs: Path) -> list[Path]:
    """Blobs that are the entry itself by another name: hard links, and copies.

    Copies are what some programs leave where the disk has no links.
    """
    status = entry.lstat()
    if not stat.S_ISREG(status.st_mode):
        return []
    alike = [place for place in _files_below(blobs) if place.lstat().st_size == status.st_size]
    return [
        place for place in alike if identity_at(place) == identity_at(entry) or _is_of(entry, place)
    ]


def _is_of(entry: Path, blob: Path) -> bool:
    """Whether a file has the content that a blob's name says."""
    if len(blob.name) not in {40, 64}:
        return False
    hasher = hasher_for(blob.name, entry.lstat().st_size)
    with contextlib.suppress(OSError):
        hash_file(entry, lambda _: None, hasher)
        return hasher.hexdigest() == blob.name
    return False


def _entries_below(folder: Path) -> Iterator[Path]:
    """Every entry of the snapshots, linked folders included, each folder once."""
    seen: set[str] = set()
    for here, below, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(here)
        if real in seen:
            below.clear()
            continue
        seen.add(real)
        yield from (Path(real) / name for name in names)


def _files_below(folder: Path) -> Iterable[Path]:
    """Ordinary files in a folder that is no link, and in those below it."""
    if folder.is_symlink():
        return []
    return [
        Path(here) / name
        for here, _, names in os.walk(folder)
        for name in names
        if (Path(here) / name).is_file() and not (Path(here) / name).is_symlink()
    ]


def _folders_below(folder: Path) -> list[Path]:
    """A folder that is no link and those below it, the deepest first."""
    if folder.is_symlink():
        return []
    return [Path(here) for here, _, _ in os.walk(folder, topdown=False)]


def _tidy(repository: Path, folder: Path) -> None:
    """Take away folders that are empty now, and what names a snapshot that is gone."""
    snapshots = repository / _SNAPSHOTS
    commit = snapshots / folder.relative_to(snapshots).parts[0]
    _remove_empty(folder, *folder.parents[: len(folder.relative_to(snapshots).parts) - 1])
    if os.path.lexists(commit):
        return
    for ref in _files_below(repository / _REFS):
        with contextlib.suppress(OSError):
            with ref.open("rb") as file:
                named = file.read(_MAX_REF_BYTES).strip()
            if named == os.fsencode(commit.name):
                ref.unlink()
    never_there = repository / _NOT_THERE / commit.name
    if os.path.realpath(never_there) == str(never_there):
        shutil.rmtree(never_there, ignore_errors=True)
    _remove_empty(*_folders_below(repository / _REFS), never_there.parent)
    _remove_empty(repository / _BLOBS, snapshots, repository)


def _remove_empty(*folders: Path) -> None:
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.rmdir()  # fails, as it should, where something is in it


def _not_there(path: Path) -> PersonError:
    return PersonError(say("hub.does_not_lie_hugging_face", name=path.name), str(path))


def _not_removed(name: str, error: OSError, freed_bytes: int) -> PersonError:
    reason = error.strerror or error
    if not freed_bytes:
        return PersonError(
            say("hub.cannot_removed_nothing_freed", name=name, reason=reason), repr(error)
        )
    return PersonError(
        say(
            "hub.not_all_can_removed_bytes", name=name, reason=reason, freed_bytes=size(freed_bytes)
        ),
        repr(error),
    )
