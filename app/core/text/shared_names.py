"""What may be passed on of a path: the file's own name, without the person's folders."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePath, PurePosixPath, PureWindowsPath

# Folders in a sentence: behind a quotation mark, a blank or nothing, up to the last separator.
_FOLDERS = re.compile(
    r"(?:(?:(?<![^\s“\"'(=])|(?<=:)(?!//))(?:file:)?/+(?:[^/\s“”\"'<>|]+/)+"
    r"|(?<!\w)[A-Za-z]:[\\/](?:[^\\/\s“”\"'<>|]+[\\/])*"
    r"|\\\\(?:[^\\\s“”\"'<>|]+\\)+)"
)
_IS_PATH = re.compile(r"[/~.\\]|[A-Za-z]:[\\/]|file:|.*\\|.*/.*\.(?:gguf|safetensors|bin)$", re.I)


def file_name(path: str) -> str:
    """The last part of a path of either kind of system; what is no text in it becomes ``?``."""
    return _parts(path).name.encode(errors="replace").decode()


def is_path(name: str) -> bool:
    """Whether a model's id on a server is a path there, not what people call it (``org/name``)."""
    return _IS_PATH.match(name) is not None


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


class FoldersOut:
    """Takes folders out of sentences.

    Args:
        names: What to call each path that may occur; its folder is taken out elsewhere too.
        folders: Others that may occur.
    """

    def __init__(self, names: Mapping[str, str], folders: Iterable[str] = ()) -> None:
        self._names = names
        # All in one pass: a name that was put in may look like another path.
        longest_first = sorted(filter(None, names), key=len, reverse=True)
        self._paths = re.compile("|".join(map(re.escape, longest_first)) or "(?!)")
        known = {*map(_parts, folders), *(_parts(path).parent for path in names)}
        # The whole disk as a folder would be the mark between any two words.
        kept = (str(folder) for folder in known if folder.is_absolute() and folder.name)
        self._folders = sorted(kept, key=len, reverse=True)

    def text(self, text: str) -> str:
        """A sentence that names files alone."""
        text = self._paths.sub(lambda found: self._names[found[0]], text)
        for folder in self._folders:
            for mark in ("/", "\\"):
                text = text.replace(f"{folder}{mark}", "")
            text = text.replace(folder, "…")
        return _FOLDERS.sub("", text)


def _parts(path: str) -> PurePath:
    """A path of either kind of system."""
    return PureWindowsPath(path) if "\\" in path else PurePosixPath(path)
