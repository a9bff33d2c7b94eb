"""The one place where figures become text: bytes, shares, points, durations, speeds, counts.

What is scaled by a unit has three digits (950 kB, 72.3 MB, 1.00 GB) in decimal units. The signs of
a number are those of whoever writes it: plain English here, the person's locale in the window,
which also translates the units. What is not known is ``None``, or no finite number, and shows as a
dash.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple, TypeAlias, TypeGuard

MISSING = "–"
_NS = 1_000_000_000
_KIBI = 1024
_NO_FIGURE = 1e300  # nothing that is measured; times a hundred it would be infinite
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_BYTE_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")

Write: TypeAlias = Callable[[float, int], str]
"""Writes a number with so many decimals."""


class Quantity(NamedTuple):
    """A number as text and its unit; the unit may be empty."""

    value: str
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.value} {self.unit}" if self.unit else self.value


UNKNOWN = Quantity(MISSING)


def _known(value: float | None) -> TypeGuard[float]:
    return value is not None and abs(value) < _NO_FIGURE  # False for NaN too


def english(value: float, decimals: int = 0) -> str:
    """A number in English: 1,234.5, −3."""
    return f"{value:,.{decimals}f}".replace("-", "−")


def number(value: float | None, decimals: int = 0, write: Write = english) -> str:
    """A number without a unit, or the dash."""
    return write(value, decimals) if _known(value) else MISSING


def size(size_bytes: float | None, write: Write = english) -> Quantity:
    """Bytes in decimal units, as files and memory are both given: 512 MB, 7.90 GB."""
    if not _known(size_bytes):
        return UNKNOWN
    if abs(size_bytes) < 999.5:
        return Quantity(write(round(size_bytes), 0), _BYTE_UNITS[0])
    # Rounded before the unit is chosen: 999.6 MB are 1.00 GB.
    digits, exponent = f"{size_bytes:.2e}".split("e")
    step = min(int(exponent) // 3, len(_BYTE_UNITS) - 1)
    place = int(exponent) - 3 * step
    return Quantity(write(float(digits) * 10**place, max(0, 2 - place)), _BYTE_UNITS[step])


def rate(bytes_per_second: float | None, write: Write = english) -> Quantity:
    """Speed of a transfer: 12.4 MB/s."""
    value, unit = size(bytes_per_second, write)
    return Quantity(value, f"{unit}/s") if unit else UNKNOWN


def context(tokens: int | None, write: Write = english) -> str:
    """A context length as people call it: 512, 32K, 128K; others in full."""
    if tokens is not None and tokens >= _KIBI and tokens % _KIBI == 0:
        return f"{write(tokens // _KIBI, 0)}K"
    return number(tokens, 0, write)


def speed(tokens_per_second: float | None, write: Write = english) -> Quantity:
    """Tokens a second: 31.2 tok/s."""
    if not _known(tokens_per_second):
        return UNKNOWN
    return Quantity(write(tokens_per_second, _speed_decimals(tokens_per_second)), "tok/s")


def deviation(stddev: float | None, mean: float | None, write: Write = english) -> str:
    """What a speed varies by, with as many decimals as the speed itself."""
    if not _known(stddev) or not _known(mean):
        return MISSING
    return write(stddev, _speed_decimals(mean))


def _speed_decimals(value: float) -> int:
    return 2 if value < 0.995 else 1 if value < 99.95 else 0


def duration(duration_ns: float | None, write: Write = english) -> Quantity:
    """A length of time: 4 ms, 0.41 s, 12.3 s, 2:05 min, 1:03:20 h."""
    if not _known(duration_ns):
        return UNKNOWN
    seconds = duration_ns / _NS
    if 0 < seconds < 0.0995:
        return Quantity(write(max(1, round(seconds * 1000)), 0), "ms")
    if seconds < 9.995:
        return Quantity(write(seconds, 2), "s")
    if seconds < 59.95:
        return Quantity(write(seconds, 1), "s")
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return Quantity(f"{minutes}:{rest:02}", "min")
    hours, minutes = divmod(minutes, 60)
    return Quantity(f"{hours}:{minutes:02}:{rest:02}", "h")


def about(seconds: float, write: Write = english) -> Quantity:
    """A wait, roughly: 12 s, 3 min, 1.5 h, 12 h."""
    if not _known(seconds):
        return UNKNOWN
    if seconds < 89.5:
        return Quantity(write(max(1, round(seconds)), 0), "s")
    if seconds < 5370:
        return Quantity(write(round(seconds / 60), 0), "min")
    hours = seconds / 3600
    return Quantity(write(hours, 1 if hours < 9.95 and round(hours, 1) % 1 else 0), "h")


def share(value: float | None, decimals: int | None = None, write: Write = english) -> Quantity:
    """A share of 0 to 1 in per cent.

    Args:
        value: The share.
        decimals: None for as many as it takes not to claim a hundred where it is not: 42 %,
            99.2 %, 99.97 %.
        write: Writes the number.
    """
    percent = None if value is None else 100.0 * value
    if not _known(percent):
        return UNKNOWN
    if decimals is None:
        if percent >= 100:
            return Quantity(write(percent, 0), "%")
        decimals = 0 if percent < 99 else 1 if percent < 99.9 else 2
        percent = min(percent, 99.99)
    return Quantity(write(percent, decimals), "%")


def points(value: float | None, write: Write = english) -> Quantity:
    """A difference of two shares in points: +1.5 points, −14 points."""
    percent = None if value is None else 100.0 * value
    if not _known(percent):
        return UNKNOWN
    text = write(abs(percent), 1 if abs(percent) < 9.95 else 0)
    is_zero = abs(percent) < 0.05
    return Quantity(text if is_zero else ("−" if percent < 0 else "+") + text, "points")


def parameters(amount: int | None, write: Write = english) -> Quantity:
    """How many parameters a model has: 5.3 M, 7.2 B."""
    if amount is None:
        return UNKNOWN
    value = float(amount)
    for unit in ("", "K", "M"):
        if abs(value) < 999.5:
            return Quantity(write(value, 1 if unit and abs(value) < 99.95 else 0), unit)
        value /= 1000.0
    return Quantity(write(value, 1 if abs(value) < 99.95 else 0), "B")


def large(value: float | None, write: Write = english) -> Quantity:
    """A large count in three digits: 410 M, 6.74 B, 1.4 T."""
    if not _known(value):
        return UNKNOWN
    digits, exponent = f"{value:.2e}".split("e")
    step = min(4, max(0, int(exponent) // 3))
    place = int(exponent) - 3 * step
    unit = ("", "K", "M", "B", "T")[step]
    return Quantity(brief(write)(float(digits) * 10**place, max(0, 2 - place)), unit)


def nats(value: float | None, write: Write = english) -> Quantity:
    """A KL divergence: 0.0409 nats, 1.7·10⁻⁶ nats."""
    return Quantity(significant(value, 3, write), "nats") if _known(value) else UNKNOWN


def significant(value: float, digits: int, write: Write = english) -> str:
    """So many digits from the first that is not zero, without zeros at the end."""
    if value == 0 or not math.isfinite(value):
        return write(value, 0)
    exponent = math.floor(math.log10(abs(value)))
    if exponent < -4:
        factor = round(float(f"{value:e}".partition("e")[0]), 1)  # 10**-324 would be 0
        if abs(factor) >= 10:
            factor, exponent = factor / 10, exponent + 1
        power = f"10{str(exponent).translate(_RAISED)}"
        if factor == 1:
            return power
        return f"{write(factor, 0 if factor == round(factor) else 1)}·{power}"
    return brief(write)(value, max(0, digits - 1 - exponent))


def brief(write: Write = english) -> Write:
    """As ``write``, but without zeros at the end, as beside an axis: 5 GB."""

    def written(value: float, decimals: int) -> str:
        while decimals and round(value, decimals) == round(value, decimals - 1):
            decimals -= 1
        return write(value, decimals)

    return written
