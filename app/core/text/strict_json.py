"""JSON as the standard has it: no NaN, no number without end, no depth without end."""

from __future__ import annotations

import json
import math


def read_json(text: str | bytes) -> object:
    """The value that a text writes.

    Raises:
        ValueError: It is no JSON, is nested too deep, or holds what no other program would read.
    """
    try:
        return json.loads(text, parse_constant=_no_number, parse_float=_finite)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _no_number(name: str) -> object:
    raise ValueError(f"{name} is no number")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError("a number without end")
    return value
