"""Figures become text by one rule, and nowhere else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.core.words import figures

APP = Path(figures.__file__).parents[2]
SECOND_NS = 1_000_000_000


@pytest.mark.parametrize(
    ("size_bytes", "said"),
    [
        (0, "0 B"),
        (7, "7 B"),
        (999, "999 B"),
        (1_000, "1.00 kB"),
        (950_000, "950 kB"),
        (999_499, "999 kB"),
        (999_500, "1.00 MB"),
        (1_304_000, "1.30 MB"),
        (72_300_000, "72.3 MB"),
        (72_349_999, "72.3 MB"),
        (999_600_000, "1.00 GB"),
        (3_456_000_000, "3.46 GB"),
        (9_994_000_000, "9.99 GB"),
        (9_996_000_000, "10.0 GB"),
        (99_960_000_000, "100 GB"),
        (2_500_000_000_000, "2.50 TB"),
        (10**15, "1.00 PB"),
        (2**63, "9.22 EB"),
        (-3_456_000_000, "−3.46 GB"),
        (None, "–"),
    ],
)
def test_bytes_have_three_digits_in_decimal_units(size_bytes: int | None, said: str) -> None:
    assert str(figures.size(size_bytes)) == said


def test_bytes_beside_an_axis_have_no_zeros_at_the_end() -> None:
    written = [str(figures.size(n, figures.brief())) for n in (5 * 10**9, 25 * 10**8, 10**8)]
    assert written == ["5 GB", "2.5 GB", "100 MB"]


@given(st.integers(0, 10**20), st.integers(0, 10**20))
def test_more_bytes_are_never_said_to_be_fewer(one: int, other: int) -> None:
    less, more = sorted((one, other))
    assert _bytes(figures.size(less)) <= _bytes(figures.size(more))


@given(st.integers(1_000, 10**20))
def test_what_is_said_is_right_to_three_digits(size_bytes: int) -> None:
    said = figures.size(size_bytes)
    assert len(said.value.replace(".", "")) == 3
    assert _bytes(said) == pytest.approx(size_bytes, rel=0.0051)


@pytest.mark.parametrize("step", range(1, 7))
def test_a_unit_begins_where_the_one_before_has_three_digits_no_more(step: int) -> None:
    edge = 1000**step
    assert figures.size(edge).value == "1.00"
    assert str(figures.size(edge - edge // 10_000)) == str(figures.size(edge))
    assert figures.size(edge - edge // 1_000).value == "999"


@pytest.mark.parametrize(
    ("per_second", "said"),
    [(0.314, "0.31 tok/s"), (31.24, "31.2 tok/s"), (99.96, "100 tok/s"), (1234.6, "1,235 tok/s")],
)
def test_speeds(per_second: float, said: str) -> None:
    assert str(figures.speed(per_second)) == said


def test_a_deviation_has_the_decimals_of_its_speed() -> None:
    assert figures.deviation(0.26, 31.2) == "0.3"
    assert figures.deviation(0.26, 312.0) == "0"
    assert figures.deviation(None, 312.0) == "–"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.0, "0.00 s"), (0.0414, "41 ms"), (0.41, "0.41 s"), (12.34, "12.3 s"), (59.96, "1:00 min"),
     (125.0, "2:05 min"), (3800.0, "1:03:20 h")],
)  # fmt: skip
def test_durations(seconds: float, said: str) -> None:
    assert str(figures.duration(round(seconds * SECOND_NS))) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "1 s"), (12, "12 s"), (89.4, "89 s"), (89.6, "1 min"), (600, "10 min"),
     (5369, "89 min"), (5400, "1.5 h"), (3 * 3600, "3 h"), (40 * 3600, "40 h")],
)  # fmt: skip
def test_waits_are_rough(seconds: float, said: str) -> None:
    assert str(figures.about(seconds)) == said


def test_a_share_does_not_claim_a_hundred_where_it_is_not() -> None:
    shares = (0.4249, 0.99, 0.9996, 0.999999, 1.0)
    assert [str(figures.share(one)) for one in shares] == [
        "42 %", "99.0 %", "99.96 %", "99.99 %", "100 %",
    ]  # fmt: skip
    assert str(figures.share(0.4249, 1)) == "42.5 %"
    assert str(figures.share(None)) == "–"


@pytest.mark.parametrize(
    ("share", "said"),
    [(-0.93, "−93 points"), (0.0153, "+1.5 points"), (0.02, "+2.0 points"), (0.0, "0.0 points"),
     (-0.0001, "0.0 points")],
)  # fmt: skip
def test_points(share: float, said: str) -> None:
    assert str(figures.points(share)) == said


def test_counts_parameters_and_divergences() -> None:
    assert figures.number(1234) == "1,234"
    assert figures.number(-0.5, 1) == "−0.5"
    assert str(figures.parameters(7_240_000_000)) == "7.2 B"
    assert str(figures.rate(12_400_000.0)) == "12.4 MB/s"
    assert str(figures.nats(1.7e-6)) == "1.7·10⁻⁶ nats"
    assert str(figures.nats(0.04089863)) == "0.0409 nats"


# base is below all words: it names a limit, a round number, in an error of the system's kind.
_OWN = {Path("base/files.py")}
_FORMATS = re.compile(r"/ ?1e[69]:\.[012]f|\} ?[kMGT]B\b|100 \* [^{}]*:[+]?\.\df|:\.\d%\}")


def test_nobody_else_writes_bytes_and_shares() -> None:
    found = [
        f"{path.relative_to(APP)}: {line.strip()}"
        for path in sorted(APP.rglob("*.py"))
        if path.relative_to(APP) not in _OWN
        for line in path.read_text().splitlines()
        if _FORMATS.search(line)
    ]
    assert found == []


def _bytes(said: figures.Quantity) -> float:
    units = ("B", "kB", "MB", "GB", "TB", "PB", "EB")
    return float(said.value.replace(",", "")) * 1000.0 ** units.index(said.unit)


@example(5e-324)
@given(st.floats() | st.integers(-(10**25), 10**25))
def test_any_number_is_written(value: float) -> None:
    """What is no finite number is not known."""
    writers = (
        figures.size,
        figures.rate,
        figures.speed,
        figures.duration,
        figures.about,
        figures.share,
        figures.points,
        figures.nats,
    )
    for write in writers:
        said = str(write(value))
        assert said == figures.MISSING or re.search(r"\d", said)
        assert "nan" not in said
        assert "inf" not in said
