"""The one place where numbers become text, with the person's locale.

Every function is pure and takes its locale (None: the default one, ``QLocale()``). A ``Quantity``
keeps value and unit apart so that units can be dimmed; ``str()`` joins them with a space that
does not break. What is not known is ``None`` and shows as a dash.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from PySide6.QtCore import QDateTime, QLocale

from app.ui.kit.text import translate

NBSP = "\u00a0"
MISSING = "–"

_NS = 1_000_000_000
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_BYTE_UNITS = ("B", "kB", "MB", "GB", "TB")
# Languages that set a space before the per cent sign.
_SPACED_PERCENT = frozenset(
    {
        QLocale.Language.German,
        QLocale.Language.French,
        QLocale.Language.Spanish,
        QLocale.Language.Swedish,
        QLocale.Language.Danish,
        QLocale.Language.NorwegianBokmal,
        QLocale.Language.Finnish,
        QLocale.Language.Czech,
        QLocale.Language.Russian,
    }
)


class Quantity(NamedTuple):
    """A number as text and its unit; the unit may be empty."""

    value: str
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.value}{NBSP}{self.unit}" if self.unit else self.value


UNKNOWN = Quantity(MISSING)


def number(value: float, decimals: int = 0, locale: QLocale | None = None) -> str:
    """A number with the locale's group and decimal signs."""
    return (locale or QLocale()).toString(float(value), "f", decimals)


def count(value: int | None, locale: QLocale | None = None) -> str:
    """A whole number: 1,234."""
    return MISSING if value is None else number(value, 0, locale)


def byte_size(size_bytes: int | None, locale: QLocale | None = None) -> Quantity:
    """Bytes in decimal units, as files and memory are both given here: 7.9 GB, 512 MB."""
    if size_bytes is None:
        return UNKNOWN
    value = float(size_bytes)
    step = 0
    # 999.95 would be printed as 1000.0: it belongs to the next unit.
    while abs(value) >= 999.5 and step < len(_BYTE_UNITS) - 1:
        value /= 1000.0
        step += 1
    decimals = 1 if step and abs(value) < 99.95 else 0
    return Quantity(number(value, decimals, locale), _BYTE_UNITS[step])


def speed(tokens_per_second: float | None, locale: QLocale | None = None) -> Quantity:
    """Tokens per second: 31.2 tok/s."""
    if tokens_per_second is None:
        return UNKNOWN
    decimals = 2 if tokens_per_second < 0.995 else 1 if tokens_per_second < 99.95 else 0
    return Quantity(number(tokens_per_second, decimals, locale), translate("Format", "tok/s"))


def tokens(amount: int | None, locale: QLocale | None = None) -> Quantity:
    """A count of tokens: 412 tok."""
    return (
        UNKNOWN if amount is None else Quantity(count(amount, locale), translate("Format", "tok"))
    )


def byte_rate(bytes_per_second: float | None, locale: QLocale | None = None) -> Quantity:
    """Speed of a transfer: 12.4 MB/s."""
    if bytes_per_second is None:
        return UNKNOWN
    size = byte_size(round(bytes_per_second), locale)
    return Quantity(size.value, f"{size.unit}/s")


def duration(duration_ns: int | None, locale: QLocale | None = None) -> Quantity:
    """A length of time: 4 ms, 0.41 s, 12.3 s, 2:05 min, 1:03:20 h."""
    if duration_ns is None:
        return UNKNOWN
    seconds = duration_ns / _NS
    if 0 < seconds < 0.0995:
        return Quantity(number(max(1, round(seconds * 1000)), 0, locale), translate("Format", "ms"))
    if seconds < 9.995:
        return Quantity(number(seconds, 2, locale), translate("Format", "s"))
    if seconds < 59.95:
        return Quantity(number(seconds, 1, locale), translate("Format", "s"))
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return Quantity(f"{minutes}:{rest:02}", translate("Format", "min"))
    hours, minutes = divmod(minutes, 60)
    return Quantity(f"{hours}:{minutes:02}:{rest:02}", translate("Format", "h"))


def time_left(seconds: float | None) -> str:
    """How long it still takes, about."""
    if seconds is None:
        return ""
    if seconds < 90:
        whole = max(5, round(seconds / 5) * 5)
        return translate("Format", "about {n} s left").format(n=whole)
    minutes = round(seconds / 60)
    if minutes < 90:
        return translate("Format", "about {n} min left").format(n=minutes)
    return translate("Format", "about {n} h left").format(n=round(minutes / 60))


def percent(share: float | None, decimals: int = 0, locale: QLocale | None = None) -> str:
    """A share of 0 to 1: 42% (42 % where the language sets a space)."""
    if share is None:
        return MISSING
    used = locale or QLocale()
    space = NBSP if used.language() in _SPACED_PERCENT else ""
    return f"{number(share * 100.0, decimals, used)}{space}{used.percent()}"


def parameters(amount: int | None, locale: QLocale | None = None) -> Quantity:
    """How many parameters a model has: 5.3 M, 7.2 B."""
    if amount is None:
        return UNKNOWN
    value = float(amount)
    for unit in ("", "K", "M", "B"):
        if abs(value) < 999.5 or unit == "B":
            decimals = 1 if unit and abs(value) < 99.95 else 0
            return Quantity(number(value, decimals, locale), unit)
        value /= 1000.0
    raise AssertionError("the last unit takes everything")


def bits_per_weight(bits: float | None, locale: QLocale | None = None) -> Quantity:
    """Bits per weight: 4.85 bpw."""
    return (
        UNKNOWN if bits is None else Quantity(number(bits, 2, locale), translate("Format", "bpw"))
    )


def divergence(nats: float | None, locale: QLocale | None = None) -> Quantity:
    """A KL divergence: 0.0409 nats, 1.7·10⁻⁶ nats."""
    if nats is None:
        return UNKNOWN
    return Quantity(_significant(nats, 3, locale), translate("Format", "nats"))


def bits_per_byte(bits: float | None, locale: QLocale | None = None) -> Quantity:
    """What a model needs to foretell a byte of text: 1.043 bits."""
    return (
        UNKNOWN if bits is None else Quantity(number(bits, 3, locale), translate("Format", "bits"))
    )


def points(share: float | None, locale: QLocale | None = None) -> Quantity:
    """A difference of two shares in points: +1.5 points, −14 points."""
    if share is None:
        return UNKNOWN
    value = share * 100.0
    text = number(abs(value), 1 if abs(value) < 9.95 else 0, locale)
    zero = not any(sign in text for sign in "123456789")
    return Quantity(
        text if zero else ("−" if value < 0 else "+") + text, translate("Format", "points")
    )


def seconds_ago(seconds: float, locale: QLocale | None = None) -> str:
    """A moment on a plot's time axis: now, 12 s ago."""
    whole = round(abs(seconds))
    if whole == 0:
        return translate("Format", "now")
    return translate("Format", "{0} ago").format(
        Quantity(count(whole, locale), translate("Format", "s"))
    )


def moment(time_ns: int, now_ns: int, locale: QLocale | None = None) -> str:
    """When something happened: 14:32 today, else the day, else the date.

    Args:
        time_ns: Unix time.
        now_ns: Unix time of now, passed in so that the result is repeatable.
        locale: Whose way of writing dates; the person's if None.
    """
    used = locale or QLocale()
    when = QDateTime.fromMSecsSinceEpoch(time_ns // 1_000_000)
    now = QDateTime.fromMSecsSinceEpoch(now_ns // 1_000_000)
    days = when.date().daysTo(now.date())
    if days == 0:
        return used.toString(when.time(), QLocale.FormatType.ShortFormat)
    if days == 1:
        return translate("Format", "yesterday")
    if 1 < days < 7:
        return used.standaloneDayName(when.date().dayOfWeek())
    return used.toString(when.date(), QLocale.FormatType.ShortFormat)


def _significant(value: float, digits: int, locale: QLocale | None) -> str:
    """So many digits from the first that is not zero, without zeros at the end."""
    if value == 0 or not math.isfinite(value):
        return number(value, 0, locale)
    exponent = math.floor(math.log10(abs(value)))
    if exponent < -4:
        factor = round(value / 10.0**exponent, 1)
        if abs(factor) >= 10:
            factor, exponent = factor / 10, exponent + 1
        power = f"10{str(exponent).translate(_RAISED)}"
        if factor == 1:
            return power
        return f"{number(factor, 0 if factor == round(factor) else 1, locale)}·{power}"
    decimals = max(0, digits - 1 - exponent)
    while decimals and round(value, decimals) == round(value, decimals - 1):
        decimals -= 1
    return number(value, decimals, locale)
