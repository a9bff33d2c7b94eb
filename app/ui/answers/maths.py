"""Keeps products and TeX in Markdown as they were typed.

Markdown takes the stars of ``2*3*4`` for emphasis and the backslashes of TeX for its own, and puts
line breaks and emphasis into formulas. What is found to be one of the two gets a backslash before
each sign, which Qt's reader takes away again. Code, links and text around it stay as they are.
Pure functions over the source, without Qt; patterns look at a bounded piece and never go back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.ui.answers.source import SENTINEL, fence_after, is_list_item

_LONGEST_FORMULA = 2_000
_SIGN = re.compile(r"[!-/:-@\[-`{-~]")
# What opens a formula, and what closes it.
_CLOSING = {r"\(": r"\)", r"\[": r"\]", "$$": "$$", "$": "$"}
_ENVIRONMENT = re.compile(r"\\begin\{([a-z]{1,20}\*?)\}")
# Code, addresses, an escaped sign, a formula's opening, stars.
_TOKEN = re.compile(
    r"(?P<code>`+)|(?P<address>\b[a-z]{2,9}://\S+)|(?P<formula>\\[(\[]|\$\$?)"
    r"|(?P<environment>\\begin\{)|(?P<escaped>\\.)|(?P<stars>\*+)",
    re.DOTALL,
)


def keep_maths(source: str) -> str:
    """The source with products and formulas escaped, so that they are shown as they stand."""
    if "*" not in source and "$" not in source and "\\" not in source:
        return source
    return "".join(
        piece if is_code else _escaped_in(piece) for piece, is_code in _paragraphs(source)
    )


def _paragraphs(source: str) -> Iterator[tuple[str, bool]]:
    """The source in pieces without blank lines in them, and whether each is a block of code."""
    piece: list[str] = []
    fence, was_code, in_list, after_blank = "", False, False, True
    for line in source.splitlines(keepends=True):
        stripped = line.strip()
        was_fence = fence
        fence = fence_after(stripped, fence)
        is_item = is_list_item(stripped)
        indented = line.startswith(("    ", "\t"))
        far = line.startswith(("        ", "\t\t"))
        in_list = is_item or (in_list and (indented or not after_blank or not stripped))
        lone = indented and (after_blank or was_code) and not (is_item and in_list)
        is_code = bool(fence or was_fence or (stripped and lone and (far or not in_list)))
        if piece and (is_code != was_code or not stripped or after_blank):
            yield "".join(piece), was_code
            piece = []
        piece.append(line)
        was_code, after_blank = is_code, not stripped
    yield "".join(piece), was_code


def _escaped_in(text: str) -> str:
    """A paragraph with its products and formulas escaped."""
    out: list[str] = []
    opened: set[int] = set()
    done = at = 0
    while token := _TOKEN.search(text, at):
        start, at = token.span()
        match token.lastgroup:
            case "code":
                closing = _code_end(text, token[0], at)
                at = closing or at
                continue
            case "formula":
                end = _formula_end(text, token[0], at)
            case "environment":
                end = _environment_end(text, start)
            case "stars":
                end = at if _is_product(text, start, at, opened) else None
            case _:
                continue
        if end is not None:
            out += (text[done:start], _SIGN.sub(r"\\\g<0>", text[start:end]))
            done = at = end
    return "".join((*out, text[done:]))


def _code_end(text: str, marks: str, at: int) -> int | None:
    """Where a code span ends that so many marks open; None where it does not."""
    while (found := text.find(marks, at)) >= 0:
        end = found + len(marks)
        run = end
        while text[run : run + 1] == "`":
            run += 1
        if run == end and text[found - 1] != "`":
            return end
        at = run
    return None


def _formula_end(text: str, opening: str, at: int) -> int | None:
    closing = _CLOSING[opening]
    limit = at + _LONGEST_FORMULA
    if opening != "$":
        found = text.find(closing, at, limit)
        return found + len(closing) if found > at else None
    # A dollar is mostly one: a formula begins and ends with a sign of its own.
    if text[at : at + 1].isspace():
        return None
    found = text.find(closing, at, limit)
    after = text[found + 1 : found + 2]
    if found <= at or text[found - 1].isspace() or after.isdigit() or "`" in text[at:found]:
        return None
    return found + 1


def _environment_end(text: str, start: int) -> int | None:
    name = _ENVIRONMENT.match(text, start)
    if name is None:
        return None
    closing = f"\\end{{{name[1]}}}"
    found = text.find(closing, name.end(), name.end() + _LONGEST_FORMULA)
    return found + len(closing) if found >= 0 else None


def _is_product(text: str, start: int, end: int, opened: set[int]) -> bool:
    """Whether stars multiply: no space on either side, and no emphasis to be closed.

    ``opened`` has the lengths of the runs of stars that wait for their ends.
    """
    before = text[start - 1 : start].replace(SENTINEL, "")
    after = text[end : end + 2].replace(SENTINEL, "")[:1]
    length = end - start
    if length in opened:
        if before and not before.isspace():
            opened.discard(length)
        return False
    if _ends_factor(before) and _begins_factor(after):
        return length <= 2
    if after and not after.isspace():
        opened.add(length)
    return False


def _ends_factor(letter: str) -> bool:
    return letter.isascii() and (letter.isalnum() or letter in tuple(")]}"))


def _begins_factor(letter: str) -> bool:
    return letter.isascii() and (letter.isalnum() or letter in tuple("([{\\"))
