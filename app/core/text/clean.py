"""Text that came from outside: what is no character, steers whoever shows it, or is not seen.

Data keeps such texts as they are, because paths and names must stay exact. They are cleaned where
they leave the program: at the terminal, in the window, in reports, in log lines.
"""

from __future__ import annotations

import re

import msgspec

from app.core.text.each import with_each_text

INSTEAD = "\ufffd"
"""Stands where something was that must not be shown."""

_LONE_HALVES = "\ud800-\udfff"
# Control characters; marks that turn the direction of what follows (“\u202egpj.gguf” reads as
# “fugg.jpg”); separators that break a line where nobody expects it.
_STEERING = f"\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069{_LONE_HALVES}"
# What takes no room: two names may differ in nothing else.
_UNSEEN = (
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f"
)
# Join letters of some scripts, and the parts of an emoji; only a terminal is better off without.
_JOINERS = "\u200c\u200d"

_NO_CHARACTER = re.compile(f"[{_LONE_HALVES}]")
_STEERS = re.compile(f"[{_STEERING}]")
_STEERS_A_LINE = re.compile(f"[{_STEERING}\t\n]")
_IS_UNSEEN = re.compile(f"[{_UNSEEN}]")
_JOINS = re.compile(f"[{_JOINERS}]")
_NOT_IN_FILE_NAMES = re.compile(f'[<>:"/\\\\|?*{INSTEAD}]+')
_NOT_RAW_IN_JSON = re.compile(f"[{_STEERING}{_UNSEEN}{_JOINERS}]")


def whole_text(text: str) -> str:
    """The text with U+FFFD in place of every lone half of a surrogate pair.

    Python writes bytes that are not UTF-8 as such halves (words of a command line, file names);
    neither an engine nor the store can take them.
    """
    return _NO_CHARACTER.sub(INSTEAD, text)


def clean_text(text: str) -> str:
    """The text as it may be shown: its own lines and tabs, and nothing that steers or hides."""
    return _STEERS.sub(INSTEAD, _IS_UNSEEN.sub("", text.replace("\r\n", "\n")))


def settled_text(text: str) -> str:
    """The text with U+FFFD for each character that steers; every offset in it stays true."""
    return _STEERS.sub(INSTEAD, text.replace("\r\n", " \n"))


def clean_line(text: str, most: int | None = None) -> str:
    """A name as it may be shown: one line, and nothing that steers or hides.

    Args:
        text: A file's name, a text of a header, a sentence with such names in it.
        most: Characters; what is longer is cut and ends with “…”.
    """
    shown = _STEERS_A_LINE.sub(INSTEAD, _IS_UNSEEN.sub("", text))
    return shown if most is None or len(shown) <= most else f"{shown[: most - 1]}…"


def as_file_stem(text: str, most: int = 80) -> str:
    """A title as a part of a new file's name on any system; empty where nothing is left of it."""
    plain = _NOT_IN_FILE_NAMES.sub(" ", clean_line(text))
    return " ".join(plain.split())[:most].strip(" .")


def for_terminal(text: str, *, one_line: bool = False) -> str:
    """The text as a terminal may get it: cleaned, and without joiners, which terminals misplace."""
    return _JOINS.sub("", clean_line(text) if one_line else clean_text(text))


def json_text(document: object, *, in_one_line: bool = False) -> str:
    r"""A JSON document, indented unless it is one of several, that may be printed on a terminal.

    What steers or hides is written as ``\uXXXX``: programs read it as it was. Lone halves of
    surrogate pairs become U+FFFD, because strict readers refuse a document that holds one.
    """
    try:
        written = msgspec.json.encode(document, enc_hook=plain_text)
    except UnicodeEncodeError:
        plain = msgspec.to_builtins(document, enc_hook=plain_text)
        written = msgspec.json.encode(with_each_text(plain, whole_text))
    indent = -1 if in_one_line else 2
    return msgspec.json.format(_NOT_RAW_IN_JSON.sub(_escape, written.decode()), indent=indent)


def plain_text(value: object) -> str:
    """For msgspec, which writes no kind of text but the plain one."""
    if isinstance(value, str):
        return str(value)
    raise NotImplementedError(type(value))


def _escape(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
