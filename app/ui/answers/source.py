"""What is known about Markdown text before it is rendered: where it is settled, where words start.

Pure functions over the source, without Qt.
"""

from __future__ import annotations

import re
from itertools import islice

SENTINEL = "\ue0a5"
"""A private-use character that marks a place in a source; taken out of what models say."""

FENCE_LINE = re.compile(r"(`{3,}|~{3,})(.*)")
_LIST_ITEM = re.compile(r"([-*+]|\d{1,9}[.)])(\s|$)")
_DEFINITION = re.compile(r"^ {0,3}\[[^\]\n]{1,99}\]:[^\n]{1,300}$", re.MULTILINE)
_MOST_DEFINITIONS = 40
LINE_BREAK = "\u2028"
"""Qt's line break within a block."""

# Lines that begin a block of their own or are ruled by columns: list item, heading, fence,
# quotation, rule or underline of a heading, row of a table.
_BLOCK = re.compile(
    r"[-*+](\s|$)|\d{1,9}[.)](\s|$)|#{1,6}(\s|$)|`{3}|~{3}|>|=+\s*$|-+\s*$|([*_]\s*){3,}$|.*\|"
)
_ENDS_LINE = re.compile(r"#{1,6}(\s|$)|([-*_]\s*){3,}$|=+\s*$|.*\|")
_WORD = re.compile(r"\w+")
_TRIES = 8


def settled_end(source: str, start: int = 0) -> int:
    """How much of a growing text will render the same whatever comes after.

    That is up to a blank line outside a fenced code block, before a line which cannot continue what
    stands above it (a list, an indented block).

    Args:
        source: The text so far.
        start: An earlier result; the text before it is not looked at again.

    Returns:
        An offset into ``source``, at the start of a line, not less than ``start``.
    """
    settled = start
    fence = ""
    blank_before = False
    position = start
    for line in source[start:].splitlines(keepends=True):
        stripped = line.strip()
        if not fence and blank_before and stripped and line[0] not in " \t":
            # The last line may still grow into a list marker or a quote.
            complete = line.endswith("\n") or len(stripped) > 12
            if complete and not is_list_item(stripped) and position > start:
                settled = position
        fence = fence_after(stripped, fence)
        blank_before = not stripped
        position += len(line)
    return settled


def is_list_item(stripped: str) -> bool:
    """Whether a line, without blank space around it, begins an item of a list."""
    return _LIST_ITEM.match(stripped) is not None


def fence_after(stripped: str, fence: str) -> str:
    """The fence that is open after a line; empty outside of code blocks."""
    match = FENCE_LINE.match(stripped)
    if match is None:
        return fence
    marks, rest = match.group(1), match.group(2)
    if not fence:
        return "" if marks[0] == "`" and "`" in rest else marks
    closes = marks[0] == fence[0] and len(marks) >= len(fence) and not rest.strip()
    return "" if closes else fence


def keep_line_breaks(source: str) -> str:
    """The source with single line breaks kept, as models mean them.

    Markdown joins the lines of a paragraph; models write verses and lists of facts a line each.
    """
    if "\n" not in source:
        return source
    out: list[str] = []
    fence = ""
    joinable = False
    for line in source.split("\n"):
        stripped = line.strip()
        was_fence = fence
        fence = fence_after(stripped, fence)
        text = bool(stripped) and not fence and not was_fence
        if joinable and text and not _BLOCK.match(stripped):
            out[-1] = _without_break_marks(out[-1])
            out += (LINE_BREAK, line.lstrip())
        else:
            out += ("\n", line)
        indented = line.startswith(("    ", "\t")) and not joinable
        joinable = text and not indented and not _ENDS_LINE.match(stripped)
    return "".join(out[1:])


def _without_break_marks(line: str) -> str:
    """Take Markdown's own marks of a line break away: two spaces, or a backslash."""
    bare = line.rstrip(" \t")
    slashes = len(bare) - len(bare.rstrip("\\"))
    return bare[:-1] if slashes % 2 else bare


def definitions_of(source: str) -> str:
    """The lines that define links, which may change how other text renders; a few at most."""
    if "]:" not in source:
        return ""
    found = (match.group() for match in _DEFINITION.finditer(source))
    return "\n".join(islice(found, _MOST_DEFINITIONS))


def places_near(source: str, offset: int, tries: int = _TRIES) -> list[int]:
    """Starts of words where a sentinel could stand for ``offset``, the best one first.

    The word around the offset, then the words after it, then those before it: a sentinel in front
    of a list number, in an address or in a fence's language would change what is rendered, so the
    caller tries one place after the other.
    """
    bounded = min(max(offset, 0), len(source))
    after: list[int] = []
    before: list[int] = []
    for word in _WORD.finditer(source, max(0, bounded - 400), min(len(source), bounded + 400)):
        (after if word.end() > bounded else before).append(word.start())
    tries = min(tries, _TRIES)
    return after[:tries] + before[::-1][:tries]


def without_sentinels(source: str) -> str:
    """The text without the one character that has a meaning of its own here."""
    return source.replace(SENTINEL, "") if SENTINEL in source else source
