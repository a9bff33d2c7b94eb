"""The figures of plots are those of the rows, whether they come from a run or from a report."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from app.core.verdict import Limits
from app.lab.verdict.figures import (
    LEAST_DIVERGENCE,
    Cost,
    Figure,
    Loss,
    figures_of,
    figures_of_document,
    lettered,
    points_of,
)
from app.lab.verdict.verdict import assess
from tests.lab import ladder_cases as cases

LIMITS = Limits(4000 * cases.MB, 5.0)


def test_a_run_and_its_report_give_the_same_figures() -> None:
    measured = cases.result()
    live = figures_of(measured, assess(measured, cases.ITEMS, LIMITS), LIMITS)
    text = msgspec.json.encode(cases.document(measured, LIMITS))
    assert figures_of_document(msgspec.json.decode(text)) == live


def test_figures_are_those_of_the_rows() -> None:
    measured = cases.result()
    known = figures_of(measured, assess(measured, cases.ITEMS, LIMITS), LIMITS)
    f16, q8, q2, crashed = known.rows
    rows = list(measured.rows.values())
    assert [row.number for row in known.rows] == [0, 1, 2, 3]
    assert f16.is_reference
    assert f16.divergence is None
    assert f16.points_lost == Figure(0.0)
    assert known.floor == Figure(1e-7, 1e-7 * 0.8, 1e-7 * 1.25)
    assert q8.needed_bytes == rows[1].needed_bytes
    assert not q8.is_predicted
    speed = rows[1].test("tg")
    assert speed is not None
    assert speed.mean is not None
    assert speed.stddev is not None
    assert q8.speed == Figure(speed.mean, speed.mean - speed.stddev, speed.mean + speed.stddev)
    assert q8.divergence == Figure(0.001, 0.001 * 0.8, 0.001 * 1.25)
    assert q2.points_lost is not None
    assert q2.points_lost.value == pytest.approx(100 * 60 / 480)
    assert q2.together is not None
    assert q2.together.difference is not None
    assert q2.points_lost.low == pytest.approx(-100 * (q2.together.difference.high or 0.0))
    assert [kind.kind for kind in q2.kinds] == list(cases.KINDS)
    assert sum(q2.histogram) == sum(rows[2].quality.histogram if rows[2].quality else ())
    assert crashed.error
    assert crashed.cost(Cost.MEMORY) is None
    assert known.recommended == q8.file
    assert (known.memory_limit_bytes, known.least_tokens_per_second) == (4000 * cases.MB, 5.0)


def test_memory_that_was_only_predicted_is_told() -> None:
    measured = cases.result()
    row = measured.rows["/m/sky-Q8_0.gguf"]
    assert row.memory is not None
    row.memory = msgspec.structs.replace(row.memory, needed_bytes=None)
    known = figures_of(measured, assess(measured, cases.ITEMS, LIMITS), LIMITS).rows[1]
    assert known.is_predicted
    assert known.needed_bytes == row.memory.predicted_bytes


def test_points_are_those_of_which_both_are_known() -> None:
    measured = cases.result()
    measured.rows["/m/sky-Q2_K.gguf"].memory = None
    rows = figures_of(measured, assess(measured, cases.ITEMS, LIMITS), LIMITS).rows
    assert [p.name for p in points_of(rows, Cost.SPEED, Loss.DIVERGENCE)] == ["Q8_0", "Q2_K"]
    assert [p.name for p in points_of(rows, Cost.MEMORY, Loss.DIVERGENCE)] == ["Q8_0"]
    assert [p.name for p in points_of(rows, Cost.MEMORY, Loss.TASKS)] == ["F16", "Q8_0"]
    tiny = replace(rows[1], divergence=Figure(1e-9, -1e-9, 1e-8))
    (point,) = points_of([tiny], Cost.SPEED, Loss.DIVERGENCE)
    assert (point.y, point.low, point.high) == (LEAST_DIVERGENCE,) * 3
    (point, _) = points_of(rows, Cost.SPEED, Loss.DIVERGENCE)
    assert point.across == pytest.approx(point.x * 0.01)


def test_letters_of_the_window_decide_over_colours() -> None:
    measured = cases.result()
    known = figures_of(measured, assess(measured, cases.ITEMS, LIMITS), LIMITS)
    files = [row.file for row in known.rows]
    given = lettered(known, {files[0]: "C", files[1]: "A"})
    assert [row.number for row in given.rows] == [2, 0, 1, 3]


def test_bits_per_byte_carry_the_interval_of_their_paired_difference() -> None:
    document = cases.document()
    row = document["candidates"][2]
    row |= {"bits_per_byte": 1.25, "bits_per_byte_difference": 0.2, "refused": "Other words."}
    assert figures_of_document(document).rows[2].bits_per_byte == Figure(1.25)
    row |= {"bits_per_byte_difference_low": 0.15, "bits_per_byte_difference_high": 0.3}
    known = figures_of_document(document).rows[2]
    assert known.refused
    bits = known.bits_per_byte
    assert bits is not None
    assert [bits.value, bits.low, bits.high] == pytest.approx([1.25, 1.2, 1.35])
    row["bits_per_byte"] = None
    assert figures_of_document(document).rows[2].bits_per_byte is None
