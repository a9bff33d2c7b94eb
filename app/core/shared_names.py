"""What may be passed on of a path: the file's own name, without the person's folders."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def file_name(path: str) -> str:
    """The last part of a path of either kind of system; what is no text in it becomes ``?``."""
    name = PureWindowsPath(path).name if "\\" in path else PurePosixPath(path).name
    return name.encode(errors="replace").decode()


def names_without_folders(paths: Iterable[str]) -> dict[str, str]:
    """A name for each path, told apart by a number where files of two folders are called alike."""
    names: dict[str, str] = {}
    for path in paths:
        if path in names:
            continue
        name, count = file_name(path), 1
        while name in names.values():
            count += 1
            stem, dot, ending = file_name(path).rpartition(".")
            name = f"{stem} ({count}).{ending}" if dot else f"{ending} ({count})"
        names[path] = name
    return names
