"""Prompts as a person writes or pastes them."""

from __future__ import annotations

import re

_BLANK_LINES = re.compile(r"\n[ \t\r]*\n\s*")
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)", re.MULTILINE)


def split_prompts(text: str) -> list[str]:
    """Several prompts out of one text: blank lines part them, but not within a fenced code block.

    Prompts that are written twice count once. Lines that begin with blank space keep it.
    """
    found: list[str] = []
    pending = ""
    for piece in _BLANK_LINES.split(text.replace("\r\n", "\n")):
        pending = f"{pending}\n\n{piece}" if pending else piece
        if not _is_open(pending):
            found.append(pending)
            pending = ""
    found.append(pending)
    stripped = (prompt.strip() for prompt in found)
    return list(dict.fromkeys(prompt for prompt in stripped if prompt))


def _is_open(text: str) -> bool:
    """Whether a code block has begun and not ended."""
    fence = ""
    for match in _FENCE.finditer(text):
        if not fence:
            fence = match[1]
        elif match[1].startswith(fence):
            fence = ""
    return bool(fence)
