"""Figures as the window shows them: the digits of ``core.words.figures`` in the person's locale.

Every function is pure and takes its locale (None: the default one, ``QLocale()``). A ``Quantity``
keeps value and unit apart so that units can be dimmed; ``str()`` joins them with a space that
does not break. What is not known is ``None`` and shows as a dash.
"""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QT_TRANSLATE_NOOP, QDateTime, QLocale

from app.core.words import figures
from app.ui.kit.words.text import translate

NBSP = "\u00a0"
MISSING = figures.MISSING

# What figures are counted in; the units of bytes are the same everywhere.
QT_TRANSLATE_NOOP("Format", "tok/s")
QT_TRANSLATE_NOOP("Format", "ms")
QT_TRANSLATE_NOOP("Format", "s")
QT_TRANSLATE_NOOP("Format", "min")
QT_TRANSLATE_NOOP("Format", "h")
QT_TRANSLATE_NOOP("Format", "points")
QT_TRANSLATE_NOOP("Format", "nats")

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


def byte_size(size_bytes: float | None, locale: QLocale | None = None) -> Quantity:
    """Bytes in decimal units, as files and memory are both given here: 512 MB, 7.90 GB."""
    return _said(figures.size(size_bytes, _writer(locale)))


def byte_tick(size_bytes: float, locale: QLocale | None = None) -> str:
    """Bytes beside an axis, without zeros at the end: 0, 500 MB, 2 GB."""
    if size_bytes == 0:
        return number(0, 0, locale)
    return str(_said(figures.size(size_bytes, figures.brief(_writer(locale)))))


def speed(tokens_per_second: float | None, locale: QLocale | None = None) -> Quantity:
    """Tokens per second: 31.2 tok/s."""
    return _said(figures.speed(tokens_per_second, _writer(locale)))


def deviation(stddev: float | None, mean: float | None, locale: QLocale | None = None) -> str:
    """What a speed varies by, with as many decimals as the speed itself: ± 0.3; or nothing."""
    said = figures.deviation(stddev, mean, _writer(locale))
    return "" if said == MISSING else f"± {said}"


def tokens(amount: int | None, locale: QLocale | None = None) -> Quantity:
    """A count of tokens: 412 tok."""
    return (
        UNKNOWN if amount is None else Quantity(count(amount, locale), translate("Format", "tok"))
    )


def byte_rate(bytes_per_second: float | None, locale: QLocale | None = None) -> Quantity:
    """Speed of a transfer: 12.4 MB/s."""
    return _said(figures.rate(bytes_per_second, _writer(locale)))


def duration(duration_ns: int | None, locale: QLocale | None = None) -> Quantity:
    """A length of time: 4 ms, 0.41 s, 12.3 s, 2:05 min, 1:03:20 h."""
    return _said(figures.duration(duration_ns, _writer(locale)))


def time_left(seconds: float | None, locale: QLocale | None = None) -> str:
    """How long it still takes, about."""
    if seconds is None:
        return ""
    if seconds < 90:
        seconds = max(5, round(seconds / 5) * 5)
    left = about(seconds, locale)
    return translate("Format", "about {n} {unit} left").format(n=left.value, unit=left.unit)


def percent(share: float | None, decimals: int = 0, locale: QLocale | None = None) -> str:
    """A share of 0 to 1: 42% (42 % where the language sets a space)."""
    if share is None:
        return MISSING
    return percent_of(number(share * 100.0, decimals, locale), locale)


def sure_percent(share: float, locale: QLocale | None = None) -> str:
    """A share that does not claim a hundred where it is not: 42%, 99.2%, 99.97%."""
    value, _ = figures.share(share, write=_writer(locale))
    return percent_of(value, locale)


def percent_of(number: str, locale: QLocale | None = None) -> str:
    """A written number with the per cent sign as the language sets it."""
    used = locale or QLocale()
    space = NBSP if used.language() in _SPACED_PERCENT else ""
    return f"{number}{space}{used.percent()}"


def about(seconds: float, locale: QLocale | None = None) -> Quantity:
    """A wait, roughly: 12 s, 3 min, 1.5 h."""
    return _said(figures.about(seconds, _writer(locale)))


def parameters(amount: int | None, locale: QLocale | None = None) -> Quantity:
    """How many parameters a model has: 5.3 M, 7.2 B."""
    return _said(figures.parameters(amount, _writer(locale)))


def large(value: float | None, locale: QLocale | None = None) -> Quantity:
    """A large count in three digits: 410 M, 6.74 B, 1.4 T."""
    return _said(figures.large(value, _writer(locale)))


def about_parameters(amount: int, locale: QLocale | None = None) -> Quantity:
    """Parameters of a model that is not known, without zeros at the end: 500 M, 14 B."""
    return _said(figures.parameters(amount, figures.brief(_writer(locale))))


def context_length(tokens: int | None, locale: QLocale | None = None) -> str:
    """A context length as people call it: 512, 32K, 128K; others in full."""
    return figures.context(tokens, _writer(locale))


def bits_per_weight(bits: float | None, locale: QLocale | None = None) -> Quantity:
    """Bits per weight: 4.85 bpw."""
    return (
        UNKNOWN if bits is None else Quantity(number(bits, 2, locale), translate("Format", "bpw"))
    )


def divergence(nats: float | None, locale: QLocale | None = None) -> Quantity:
    """A KL divergence: 0.0409 nats, 1.7·10⁻⁶ nats."""
    return _said(figures.nats(nats, _writer(locale)))


def bits_per_byte(bits: float | None, locale: QLocale | None = None) -> Quantity:
    """What a model needs to foretell a byte of text: 1.043 bits."""
    return (
        UNKNOWN if bits is None else Quantity(number(bits, 3, locale), translate("Format", "bits"))
    )


def points(share: float | None, locale: QLocale | None = None) -> Quantity:
    """A difference of two shares in points: +1.5 points, −14 points."""
    return _said(figures.points(share, _writer(locale)))


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


def _writer(locale: QLocale | None) -> figures.Write:
    """Writes numbers with the signs of a locale."""
    used = locale or QLocale()
    return lambda value, decimals: used.toString(float(value), "f", decimals)


def _said(quantity: figures.Quantity) -> Quantity:
    """A figure with its unit in the window's language."""
    return Quantity(quantity.value, translate("Format", quantity.unit) if quantity.unit else "")
