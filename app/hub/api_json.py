"""Reads JSON of a Hub so that one odd value costs itself and nothing beside it."""

from __future__ import annotations

import json
import re

# Python's reader gives up somewhere near a thousand; nothing that is used lies deeper than five.
_MOST_DEEP = 64
# Of a number; no count has more, and Python refuses to read 4,301 of them.
_MOST_DIGITS = 400
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def read_api_json(content: bytes) -> object:
    """The value of an answer; what is nested too deep in it, or a number without end, is None.

    Raises:
        ValueError: It is no JSON.
    """
    text = content.decode("utf-8-sig", "replace")
    try:
        return json.loads(text, parse_int=_number)
    except RecursionError:
        return json.loads(_without_depths(text), parse_int=_number)


def _number(digits: str) -> int | None:
    return int(digits) if len(digits) <= _MOST_DIGITS else None


def _without_depths(text: str) -> str:
    """The same JSON with ``null`` for each value that is nested too deep."""
    kept: list[str] = []
    depth = begin = 0
    for token in _TOKEN.finditer(text):
        if token[0] in {"[", "{"}:
            depth += 1
            if depth == _MOST_DEEP:
                kept.append(text[begin : token.start()])
        elif token[0] in {"]", "}"}:
            if depth == _MOST_DEEP:
                kept.append("null")
                begin = token.end()
            depth -= 1
    if depth < _MOST_DEEP:  # else it never ends, and is no JSON
        kept.append(text[begin:])
    return "".join(kept)
