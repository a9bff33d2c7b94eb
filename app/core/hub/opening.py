"""What a start of the program asks of its window, from the words of the command line.

It may come from this process, or from a second start, which hands it over as one line of JSON.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import unquote_to_bytes

from app.core.candidates.candidate import MAX_CANDIDATES
from app.core.errors import PersonError
from app.core.hub.links import MAX_LINK_CHARACTERS, is_link, link_to
from app.core.words.sentence import say

MAX_BYTES = 1 << 16
"""The longest line that is written or read."""

VERSION = 1
# One more than is opened, so that the window can say what it left out.
_MAX_FILES = MAX_CANDIDATES + 1
_MAX_LINKS = 2
_TOKEN = re.compile(r"[!-~]{1,256}")
_FILE_ADDRESS = re.compile(r"file://(?:localhost)?(?=/)", re.IGNORECASE)


class OpeningError(PersonError):
    """What came is no request of this program's."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a start asks for; with neither files nor links, the window alone.

    Attributes:
        files: Model files, as absolute paths; half a character where a name is no text.
        links: Links, not looked at yet.
        token: What the desktop gave the start so that it may bring a window to the front, or "".
    """

    files: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    token: str = ""

    @property
    def paths(self) -> list[Path]:
        """The model files."""
        return [Path(file) for file in self.files]


def read_words(
    words: Sequence[str],
    folder: Path,
    environ: Mapping[str, str],
    *,
    files_only: bool = False,
    windows: bool = sys.platform == "win32",
) -> Opening:
    """What the words of the command line ask of the window.

    Args:
        words: Paths, ``file:`` addresses, links and addresses of the Hub.
        folder: What relative paths start from.
        environ: Where the desktop's token is looked up.
        files_only: Whether each word is a path, whatever it looks like.
        windows: Whether paths are Windows'.
    """
    led = {} if files_only else {word: link for word in words if (link := _link_in(word))}
    links = [led[word] for word in words if word in led]
    files = [
        str(folder / (word if files_only else _path_of(word, windows=windows)))
        for word in words
        if word not in led
    ]
    token = environ.get("XDG_ACTIVATION_TOKEN") or environ.get("DESKTOP_STARTUP_ID") or ""
    return Opening(
        tuple(files[:_MAX_FILES]),
        # One that is cut is still too long, and is told so.
        tuple(link[: MAX_LINK_CHARACTERS + 1] for link in links[:_MAX_LINKS]),
        token if _TOKEN.fullmatch(token) else "",
    )


def to_line(opening: Opening) -> bytes:
    """One line of JSON, with its end of line.

    Raises:
        OpeningError: It would be too long to be read.
    """
    values = {
        "version": VERSION,
        "files": opening.files,
        "links": opening.links,
        "token": opening.token,
    }
    # ASCII: a path may hold bytes that are no text, which no other form takes.
    line = json.dumps(values, ensure_ascii=True).encode("ascii") + b"\n"
    if len(line) > MAX_BYTES:
        raise OpeningError(say("hub.names_files_too_long_handed"))
    return line


def from_line(line: bytes) -> Opening:
    """Read what :func:`to_line` wrote; the line may come from anybody.

    Raises:
        OpeningError: It is nothing of the kind.
    """
    try:
        value: object = json.loads(line) if len(line) <= MAX_BYTES else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise _refused("no JSON object, or too long")
    fields = cast("dict[str, object]", value)
    if fields.get("version") != VERSION:
        raise _refused("another version")
    files = _texts(fields, "files", _MAX_FILES)
    links = _texts(fields, "links", _MAX_LINKS)
    token = fields.get("token")
    if not isinstance(token, str) or (token and not _TOKEN.fullmatch(token)):
        raise _refused("token")
    if not all(os.path.isabs(file) and "\0" not in file for file in files):
        raise _refused("a path that is not absolute")
    if any(len(link) > MAX_LINK_CHARACTERS + 1 for link in links):
        raise _refused("a link without end")
    return Opening(files, links, token)


def _texts(fields: dict[str, object], name: str, most: int) -> tuple[str, ...]:
    value = fields.get(name)
    if not isinstance(value, list):
        raise _refused(name)
    texts = cast("list[object]", value)
    if len(texts) > most or not all(isinstance(text, str) for text in texts):
        raise _refused(name)
    return tuple(cast("list[str]", texts))


def _link_in(word: str) -> str | None:
    """The link that a word is, or that leads where its address of the Hub does."""
    if is_link(word):
        return word
    link = link_to(word)
    return None if link is None else str(link)


def _path_of(word: str, *, windows: bool) -> str:
    """A word as a path; desktops write ``file:///…`` where a program takes links too."""
    match = _FILE_ADDRESS.match(word)
    if match is None:
        return word
    path = os.fsdecode(unquote_to_bytes(os.fsencode(word[match.end() :])))
    if "\0" in path:
        return word
    return path.lstrip("/") if windows else path


def _refused(why: str) -> OpeningError:
    return OpeningError(say("hub.shrinkscope_did_not_understand_asked"), why)
