"""Numbers become text, in English and in German."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale

from app.ui.kit.words import format as f

EN = QLocale(QLocale.Language.English, QLocale.Country.UnitedStates)
DE = QLocale(QLocale.Language.German, QLocale.Country.Germany)
SECOND_NS = 1_000_000_000


@pytest.mark.parametrize(
    ("size", "english", "german"),
    [
        (0, "0 B", "0 B"),
        (999, "999 B", "999 B"),
        (1_000, "1.00 kB", "1,00 kB"),
        (15_239_000, "15.2 MB", "15,2 MB"),
        (512_000_000, "512 MB", "512 MB"),
        (7_901_000_000, "7.90 GB", "7,90 GB"),
        (999_499_999, "999 MB", "999 MB"),
        (999_500_000, "1.00 GB", "1,00 GB"),
        (99_960_000_000, "100 GB", "100 GB"),
        (2_500_000_000_000, "2.50 TB", "2,50 TB"),
        (None, "–", "–"),
    ],
)
def test_bytes(size: int | None, english: str, german: str) -> None:
    assert _plain(f.byte_size(size, EN)) == english
    assert _plain(f.byte_size(size, DE)) == german


def test_units_are_apart_and_stay_on_the_line_of_their_value() -> None:
    size = f.byte_size(7_900_000_000, EN)
    assert (size.value, size.unit) == ("7.90", "GB")
    assert str(size) == "7.90\u00a0GB"


@pytest.mark.parametrize(
    ("rate", "english", "german"),
    [
        (0.0, "0.00 tok/s", "0,00 tok/s"),
        (0.314, "0.31 tok/s", "0,31 tok/s"),
        (31.24, "31.2 tok/s", "31,2 tok/s"),
        (99.96, "100 tok/s", "100 tok/s"),
        (1234.6, "1,235 tok/s", "1.235 tok/s"),
        (None, "–", "–"),
    ],
)
def test_speeds(rate: float | None, english: str, german: str) -> None:
    assert _plain(f.speed(rate, EN)) == english
    assert _plain(f.speed(rate, DE)) == german


@pytest.mark.parametrize(
    ("seconds", "english", "german"),
    [
        (0.0, "0.00 s", "0,00 s"),
        (0.0004, "1 ms", "1 ms"),
        (0.0414, "41 ms", "41 ms"),
        (0.0996, "0.10 s", "0,10 s"),
        (0.41, "0.41 s", "0,41 s"),
        (9.994, "9.99 s", "9,99 s"),
        (9.996, "10.0 s", "10,0 s"),
        (12.34, "12.3 s", "12,3 s"),
        (59.96, "1:00 min", "1:00 min"),
        (125.0, "2:05 min", "2:05 min"),
        (3800.0, "1:03:20 h", "1:03:20 h"),
    ],
)
def test_durations(seconds: float, english: str, german: str) -> None:
    assert _plain(f.duration(round(seconds * SECOND_NS), EN)) == english
    assert _plain(f.duration(round(seconds * SECOND_NS), DE)) == german


def test_counts_and_tokens() -> None:
    assert f.count(1234, EN) == "1,234"
    assert f.count(1234, DE) == "1.234"
    assert f.count(None, EN) == "–"
    assert _plain(f.tokens(412, EN)) == "412 tok"


def test_per_cent_signs_stand_as_the_language_sets_them() -> None:
    assert f.percent(0.4249, locale=EN) == "42%"
    assert f.percent(0.4249, 1, DE) == "42,5\u00a0%"
    assert f.percent(None) == "–"


def test_parameters_and_bits() -> None:
    assert _plain(f.parameters(5_300_000, EN)) == "5.3 M"
    assert _plain(f.parameters(7_240_000_000, EN)) == "7.2 B"
    assert _plain(f.parameters(405_000_000_000, EN)) == "405 B"
    assert _plain(f.parameters(12, EN)) == "12"
    assert _plain(f.bits_per_weight(4.848, DE)) == "4,85 bpw"
    assert f.bits_per_weight(None) is f.UNKNOWN


def test_rates_of_transfers() -> None:
    assert _plain(f.byte_rate(12_400_000.0, EN)) == "12.4 MB/s"
    assert f.byte_rate(None) == f.UNKNOWN


def test_seconds_ago() -> None:
    assert f.seconds_ago(0.2, EN) == "now"
    assert f.seconds_ago(12, EN) == "12\u00a0s ago"
    assert f.seconds_ago(-12, EN) == "12\u00a0s ago"


def test_moments() -> None:
    now = datetime(2026, 3, 18, 16, 0).astimezone()

    def said(before: timedelta, locale: QLocale) -> str:
        return f.moment(_ns(now - before), _ns(now), locale)

    assert said(timedelta(hours=2), DE) == "14:00"
    assert said(timedelta(hours=2), EN).replace("\u202f", " ") == "2:00 PM"
    assert said(timedelta(days=1), EN) == "yesterday"
    assert said(timedelta(days=3), EN) == "Sunday"
    assert said(timedelta(days=3), DE) == "Sonntag"
    assert said(timedelta(days=40), DE) == "06.02.26"


@given(st.integers(min_value=0, max_value=10**16))
def test_sizes_have_at_most_four_signs_before_the_last_unit(size: int | None) -> None:
    value, unit = f.byte_size(size, EN)
    assert unit == "TB" or len(value) <= 4
    assert value != "1000"


@given(st.integers(min_value=0, max_value=10**15))
def test_durations_grow_with_what_they_tell(duration_ns: int) -> None:
    value, unit = f.duration(duration_ns, EN)
    order = ["ms", "s", "min", "h"]
    longer = f.duration(duration_ns + 61 * SECOND_NS, EN)
    assert value
    assert order.index(longer.unit) >= order.index(unit)


def _plain(quantity: f.Quantity) -> str:
    return str(quantity).replace(f.NBSP, " ")


def _ns(moment: datetime) -> int:
    return round(moment.timestamp()) * SECOND_NS


@pytest.mark.parametrize(
    ("nats", "english", "german"),
    [
        (0.0, "0 nats", "0 nats"),
        (1.704863693709749e-06, "1.7·10⁻⁶ nats", "1,7·10⁻⁶ nats"),
        (9.99e-6, "10⁻⁵ nats", "10⁻⁵ nats"),
        (1e-4, "0.0001 nats", "0,0001 nats"),
        (0.04089863, "0.0409 nats", "0,0409 nats"),
        (4.469080, "4.47 nats", "4,47 nats"),
        (10.0, "10 nats", "10 nats"),
        (None, "–", "–"),
    ],
)
def test_divergences(nats: float | None, english: str, german: str) -> None:
    assert _plain(f.divergence(nats, EN)) == english
    assert _plain(f.divergence(nats, DE)) == german


@pytest.mark.parametrize(
    ("share", "english"),
    [(-0.93, "−93 points"), (0.0153, "+1.5 points"), (0.0, "0.0 points"), (-0.0001, "0.0 points")],
)
def test_points(share: float, english: str) -> None:
    assert _plain(f.points(share, EN)) == english


def test_bits_per_byte() -> None:
    assert _plain(f.bits_per_byte(1.0432, DE)) == "1,043 bits"
