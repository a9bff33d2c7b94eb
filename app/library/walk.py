"""Looks through folders for files, bounded, whatever is linked to what."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from app.base.files import Identity, Stamp, identity_of, stamp_at
from app.core.words.sentence import Sentence, say

MAX_FOLDERS = 100_000
MAX_DEPTH = 16

_NEVER_ENTERED = frozenset(
    {"$recycle.bin", ".git", ".trash", "__pycache__", "lost+found", "node_modules",
     "system volume information"}
)  # fmt: skip
_NO_FILES = frozenset({"/proc", "/sys", "/dev"})


# Beside a file that is not complete yet, download programs keep one with such an ending.
_COMING = (".aria2", ".crdownload", ".downloadInProgress", ".incomplete", ".part", ".tmp")


def is_model_name(file_name: str) -> bool:
    """Tell whether a file is called like a GGUF file."""
    return file_name.lower().endswith(".gguf")


class ScanCancelled(Exception):
    """Nobody wants the result any more."""


class Walk:
    """One look through this PC's folders; each is entered once, however it is reached.

    Attributes:
        entered: The folders that were looked into, in this order.
        problems: A sentence for each folder that was not looked into.
    """

    def __init__(self, cancelled: Callable[[], bool]) -> None:
        """``cancelled`` is asked often; any thread may make it true."""
        self._cancelled = cancelled
        self._seen: set[Identity] = set()
        self.entered: list[Path] = []
        self.problems: list[Sentence] = []

    def check(self) -> None:
        """End the look if nobody wants it.

        Raises:
            ScanCancelled: The scan was cancelled.
        """
        if self._cancelled():
            raise ScanCancelled

    def look_into(
        self, folder: Path, wanted: Callable[[str], bool] = is_model_name
    ) -> tuple[list[Stamp], list[Path]] | None:
        """Return the wanted files and the folders in a folder, in the order of their names.

        Links are followed; files that are still being downloaded are left out. None if the
        folder was entered before, is none, cannot be read, or is one too many.

        Args:
            folder: Where to look.
            wanted: Tells by its name whether a file matters.

        Raises:
            ScanCancelled: The scan was cancelled.
        """
        self.check()
        if str(folder) in _NO_FILES or len(self.entered) >= MAX_FOLDERS:
            return None
        try:
            status = os.stat(folder)
            identity = identity_of(folder, status)
            if identity in self._seen:
                return None
            self._seen.add(identity)
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None
        except OSError as error:
            reason = error.strerror or error
            self.problems.append(say("models.folder_cannot_read", folder=folder, reason=reason))
            return None
        self.entered.append(folder)
        if len(self.entered) == MAX_FOLDERS:
            self.problems.append(say("models.only_first_folders", count=MAX_FOLDERS))
        return _sorted_out(found, wanted)

    def down_from(
        self, root: Path, wanted: Callable[[str], bool] = is_model_name
    ) -> Iterator[tuple[Path, list[Stamp], list[Path]]]:
        """Go down from a folder: each folder with its files and its sub-folders.

        Whoever takes a sub-folder out of the list keeps the walk from entering it.

        Raises:
            ScanCancelled: The scan was cancelled.
        """
        waiting = [(root, 0)]
        while waiting:
            folder, depth = waiting.pop()
            content = self.look_into(folder, wanted)
            if content is None:
                continue
            files, folders = content
            yield folder, files, folders
            if depth < MAX_DEPTH:
                waiting.extend((below, depth + 1) for below in reversed(folders))


def _sorted_out(
    entries: list[os.DirEntry[str]], wanted: Callable[[str], bool]
) -> tuple[list[Stamp], list[Path]]:
    files: list[Stamp] = []
    folders: list[Path] = []
    names = {entry.name for entry in entries}
    for entry in entries:
        try:
            if entry.is_dir():
                if entry.name.lower() not in _NEVER_ENTERED:
                    folders.append(Path(entry.path))
            elif (
                wanted(entry.name)
                and entry.is_file()
                and not _is_coming(entry.name, names)
                # On Windows an entry brings no file number; a stat of the path does.
                and (file := stamp_at(entry.path)) is not None
            ):
                files.append(file)
        except OSError:  # a link that leads nowhere or round in a circle, or removed meanwhile
            continue
    return files, folders


def _is_coming(name: str, names: set[str]) -> bool:
    return any(name + ending in names for ending in _COMING)
