"""How much of a foreign text is laid out at once: parts of it, and slices of a part.

A text costs what its letters, lines, cells and signs cost, and some of them cost many times what a
letter does; :func:`weight` counts in letters. A **slice** is what one moment of the event loop lays
out, a **part** is what is laid out at all: of a longer text one part after the other is shown. Pure
functions over the text, without Qt; they look at a bounded piece of it each time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.ui.answers.source import FENCE_LINE, fence_after, is_list_item

SLICE_WEIGHT = 8_000
"""About 20 ms of parsing, styling and layout on a slow core."""
PART_WEIGHT = 48_000
"""What is lighter is shown as a whole: an answer of 10,000 tokens of prose or code."""
_LONG_PART_WEIGHT = PART_WEIGHT // 2

_LINE = 40
_CELL = 60
_SIGN = 6
_RUN = 12
_SAMPLE = 2_000
_TRIES = 4
_SIGNS = "*_`~[]!<>\\"
# Letters of another direction or script begin a piece of text that is shaped on its own.
_RUNS = re.compile(r"[^\x00-\x7f]+")
# Each begins a list in the one before, wherever lists may begin.
_NESTS = re.compile(r"(?<!\S)[-+*][ \t]|\d[.)][ \t]")
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")


def weight(text: str) -> int:
    """What a text costs to lay out, in letters."""
    lines = text.count("\n") + text.count("\r") + text.count("\u2028") + text.count("\u2029")
    lines += len(_NESTS.findall(text))
    signs = sum(map(text.count, _SIGNS))
    return (
        len(text)
        + _LINE * lines
        + _CELL * text.count("|")
        + _SIGN * signs
        + _RUN * len(_RUNS.findall(text))
    )


def utf16_length(text: str) -> int:
    """How many of Qt's characters a text has."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def fits(text: str, start: int, budget: int) -> bool:
    """Whether what stands behind ``start`` weighs no more than ``budget``."""
    return len(text) - start <= budget and weight(text[start:]) <= budget


def furthest(text: str, start: int, budget: int) -> int:
    """An offset up to which a text weighs no more than ``budget``, but for a single letter."""
    if fits(text, start, budget):
        return len(text)
    limit = min(len(text), start + budget)
    end = min(limit, start + _SAMPLE)
    for _try in range(_TRIES):
        cost = weight(text[start:end])
        if end == limit or cost > budget * 3 // 4:
            break
        end = min(limit, start + (end - start) * budget // cost)
    while end - start > 1 and (cost := weight(text[start:end])) > budget:
        length = end - start
        end = start + max(1, min(length * budget // cost, length * 15 // 16))
    return end


def plain_cut(text: str, start: int, budget: int) -> int:
    """Where a text may be cut: behind an empty line, a line, a word, or anywhere."""
    end = furthest(text, start, budget)
    if end == len(text):
        return end
    half = start + (end - start) // 2
    for mark in ("\n\n", "\n", " "):
        found = text.rfind(mark, half, end)
        if found >= 0:
            return found + len(mark)
    return end


@dataclass(frozen=True, slots=True)
class Carry:
    """What goes on over a cut in Markdown, and must be begun again behind it.

    Attributes:
        fence: The line that opened a code block.
        table: Head and rule of a table, two lines.
    """

    fence: str = ""
    table: str = ""

    @property
    def before(self) -> str:
        """What is put before the text behind the cut."""
        return self.fence or self.table


@dataclass(frozen=True, slots=True)
class Slice:
    """A piece of Markdown that is laid out at once.

    Attributes:
        start: Where it begins in its text.
        end: Where it ends there.
        carry: What goes on in it.
        next_carry: What goes on behind it.
    """

    start: int
    end: int
    carry: Carry = Carry()
    next_carry: Carry = Carry()

    def markdown(self, text: str, definitions: str = "") -> str:
        """What is rendered for it."""
        piece = self.carry.before + text[self.start : self.end]
        if self.next_carry.fence:
            piece = f"{piece.rstrip()}\n{_marks(self.next_carry.fence)}"
        return f"{piece}\n\n{definitions}" if definitions else piece


def next_slice(text: str, start: int, carry: Carry = Carry()) -> Slice:
    """The next piece of Markdown, cut where its blocks end if there is such a place.

    A code block or a table that is longer is cut between lines, and a longer line between words.
    """
    budget = max(SLICE_WEIGHT // 2, SLICE_WEIGHT - weight(carry.before))
    end = furthest(text, start, budget)
    if end == len(text):
        return Slice(start, end, carry)
    cut, behind = _best_cut(text[start:end], carry)
    if cut:
        return Slice(start, start + cut, carry, behind)
    return Slice(start, plain_cut(text, start, budget), carry, Carry(fence=carry.fence))


def _best_cut(piece: str, carry: Carry) -> tuple[int, Carry]:
    """The last good place in a piece, and what goes on behind it; 0 if there is none.

    Best is the place before a paragraph, then before a line that is not indented, then any line.
    """
    places: list[tuple[int, Carry]] = [(0, carry)] * 3
    opening, table = carry.fence, carry.table
    marks = _marks(opening)
    blank, last, position = False, "", 0
    for line in piece.split("\n")[:-1]:
        stripped = line.strip()
        if position:
            here = (position, Carry(opening, "" if opening else table))
            places[2] = here
            if stripped and line[0] not in " \t":
                places[1] = here
                if blank and not opening and not is_list_item(stripped):
                    places[0] = here
        marks = fence_after(stripped, marks)
        opening = (opening or f"{line.lstrip()}\n") if marks else ""
        table = _table_after(line, last, table)
        blank, last = not stripped, line
        position += len(line) + 1
    half = len(piece) // 2
    found = next((place for place in places if place[0] > half), None)
    return found or max(places, key=lambda place: place[0])


def _table_after(line: str, last: str, table: str) -> str:
    if "|" not in line:
        return ""
    if not table and "|" in last and _TABLE_RULE.match(line):
        head = f"{last}\n{line}\n"
        return head if weight(head) < SLICE_WEIGHT // 4 else ""
    return table


def _marks(opening: str) -> str:
    match = FENCE_LINE.match(opening.strip())
    return match.group(1) if match is not None else ""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text that is laid out, slice by slice.

    Attributes:
        start: Where it begins in the text.
        end: Where it ends there.
        carry: The code block that goes on at its beginning, where that is known.
    """

    start: int
    end: int
    carry: Carry = Carry()


def first_part(text: str) -> Part:
    """The part that a text begins with: all of it, if it is short enough."""
    whole = fits(text, 0, PART_WEIGHT)
    return Part(0, len(text) if whole else plain_cut(text, 0, _LONG_PART_WEIGHT))


def last_part(text: str) -> Part:
    """The part that a text ends with."""
    return Part(_cut_before(text, len(text)), len(text))


def part_around(text: str, offset: int) -> Part:
    """A part in which an offset lies, with some text before it."""
    from_here = max(0, offset - _SAMPLE)
    start = text.find("\n", from_here, offset) + 1 if from_here else 0
    start = start or from_here
    return Part(start, plain_cut(text, start, _LONG_PART_WEIGHT))


def part_after(text: str, part: Part) -> Part:
    """The part behind another one."""
    carry = _fence_behind(text, part)
    return Part(part.end, plain_cut(text, part.end, _LONG_PART_WEIGHT), carry)


def part_before(text: str, part: Part) -> Part:
    """The part before another one."""
    return Part(_cut_before(text, part.start), part.start)


def grown_part(text: str, part: Part) -> Part:
    """The part that a text ends with now that it has grown; ``part`` ended it before."""
    if fits(text, part.start, PART_WEIGHT):
        return Part(part.start, len(text), part.carry)
    return last_part(text)


def _cut_before(text: str, end: int) -> int:
    """Where a part begins that ends at ``end``."""
    budget = _LONG_PART_WEIGHT
    length = min(end, budget)
    while length > 1 and (cost := weight(text[end - length : end])) > budget:
        length = max(1, min(length * budget // cost, length * 15 // 16))
    start = end - length
    found = text.find("\n", start, end - length // 2) if start else -1
    return found + 1 if found >= 0 else start


def _fence_behind(text: str, part: Part) -> Carry:
    opening = part.carry.fence
    for match in _FENCES.finditer(text, part.start, part.end):
        line = match.group().strip()
        marks = fence_after(line, _marks(opening))
        opening = (opening or f"{line}\n") if marks else ""
    return Carry(fence=opening)


_FENCES = re.compile(r"^[ \t]{0,12}(?:`{3}|~{3})[^\n]{0,200}", re.MULTILINE)
