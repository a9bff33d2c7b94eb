"""Reads the notes of Jan, and of its forerunner cortex, on where a model's files are.

A note is YAML. Of that only what such notes hold is read: entries of text at the outermost level,
and lists of texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_ENTRY = re.compile(r"(?P<key>model_path|files):(?:[ \t]+(?P<value>.*))?")
_BLOCK = re.compile(r"[>|][-+0-9]*[ \t]*(?:#.*)?")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))")
_ESCAPED = {"n": "\n", "t": "\t", "0": "\0"}


def paths_in(note: str) -> list[str]:
    """Return the files that a note names, in their order."""
    lines = note.removeprefix("\ufeff").splitlines()
    found: list[str] = []
    for at, line in enumerate(lines):
        entry = _ENTRY.fullmatch(line)
        if entry is None:
            continue
        value = (entry["value"] or "").strip()
        below = list(_indented(lines[at + 1 :]))
        if value.startswith("[") and value.endswith("]"):
            found += [_plain(item.strip()) for item in value[1:-1].split(",")]
        elif _BLOCK.fullmatch(value):
            # Folded or literal: a name has no line of its own in it.
            found.append(" ".join(line.strip() for line in below).strip())
        elif value and not value.startswith("#"):
            found.append(_plain(" ".join([value, *(line.strip() for line in below)])))
        else:
            found += [_plain(line.strip()[1:].strip()) for line in below if _is_item(line)]
    return [path for path in found if path]


def _indented(lines: list[str]) -> Iterator[str]:
    """What belongs to the entry above: further in, or the items of its list."""
    for line in lines:
        if line.strip() and not line[0].isspace() and not _is_item(line):
            return
        yield line


def _is_item(line: str) -> bool:
    return line.lstrip().startswith("- ")


def _plain(value: str) -> str:
    """A text without its quotes and the comment behind it."""
    if value.startswith("'"):
        quoted = re.match(r"'((?:[^']|'')*)'", value)
        return quoted[1].replace("''", "'") if quoted else ""
    if value.startswith('"'):
        quoted = re.match(r'"((?:[^"\\]|\\.)*)"', value)
        return _ESCAPE.sub(_unescaped, quoted[1]) if quoted else ""
    return re.split(r"[ \t]#", value, maxsplit=1)[0].strip()


def _unescaped(match: re.Match[str]) -> str:
    if match[3] is not None:
        return _ESCAPED.get(match[3], match[3])
    return chr(int(match[1] or match[2], 16))
