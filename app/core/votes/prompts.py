"""Prompts as a person writes or pastes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.core.chats.pictures import Picture

_BLANK_LINES = re.compile(r"\n[ \t\r]*\n\s*")
_RULE = re.compile(r"^-{5,}[ \t]*$", re.MULTILINE)
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)", re.MULTILINE)


def split_prompts(text: str) -> list[str]:
    """Several prompts out of one text: blank lines part them, but not within a fenced code block.

    Where there is a line of five dashes or more, such lines alone part them. Prompts that are
    written twice count once.
    """
    lines = text.replace("\r\n", "\n")
    ruled = _RULE.split(lines)
    found = ruled if len(ruled) > 1 else _paragraphs(lines)
    stripped = (prompt.strip() for prompt in found)
    return list(dict.fromkeys(prompt for prompt in stripped if prompt))


def as_asked(prompt: str, pictures: Iterable[Picture] = ()) -> str:
    """What tells a prompt from others: its words, and what is shown with it."""
    return "\0".join([prompt, *(picture.digest for picture in pictures)])


def join_prompts(prompts: Sequence[str]) -> str:
    """One text that :func:`split_prompts` takes apart again."""
    plain = "\n\n".join(prompts)
    if split_prompts(plain) == list(prompts):
        return plain
    # One alone needs the line too, or its blank lines would part it.
    return "\n\n-----\n\n".join(prompts) + ("\n\n-----\n" if len(prompts) == 1 else "")


def _paragraphs(text: str) -> list[str]:
    found: list[str] = []
    pending = ""
    for piece in _BLANK_LINES.split(text):
        pending = f"{pending}\n\n{piece}" if pending else piece
        if not _is_open(pending):
            found.append(pending)
            pending = ""
    return [*found, pending]


def _is_open(text: str) -> bool:
    """Whether a code block has begun and not ended."""
    fence = ""
    for match in _FENCE.finditer(text):
        if not fence:
            fence = match[1]
        elif match[1].startswith(fence):
            fence = ""
    return bool(fence)
