"""A row's figures once all rows are looked at together, as tables and plots take them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from app.core.ladder.plotted import LEAST_DIVERGENCE, Cost, Loss, points_of
from app.core.ladder.questions import difference_of
from app.core.ladder.results import Answerers
from app.core.ladder.value import Value
from app.core.servers.server import Server, ServerKind
from app.core.verdict import Limits
from tests.lab import ladder_cases as cases

if TYPE_CHECKING:
    from app.core.ladder.row import Row
    from app.lab.ladder.rows import LadderResult

LIMITS = Limits(4000 * cases.MB, 5.0)
OF_MEAN = 4.302653 / 3**0.5
"""Half of the 95 % interval of a mean of three, in deviations: Student's t of two degrees."""
Q8, Q2 = "/m/sky-Q8_0.gguf", "/m/sky-Q2_K.gguf"


def rows(measured: LadderResult | None = None) -> tuple[Row, ...]:
    return cases.view(measured, LIMITS).rows


def test_figures_are_those_of_the_rows() -> None:
    measured = cases.result()
    view = cases.view(measured, LIMITS)
    f16, q8, q2, crashed = view.rows
    assert [row.number for row in view.rows] == [0, 1, 2, 3]
    assert [row.letter for row in view.rows] == ["A", "B", "C", "D"]
    assert f16.is_reference
    assert view.reference is f16
    assert f16.divergence is None
    assert f16.points_lost == Value(0.0)
    assert view.floor_nats == 1e-7
    assert q8.needed_bytes == measured.rows[Q8].needed_bytes
    assert not q8.is_predicted
    speed = measured.rows[Q8].test("tg")
    assert speed is not None
    assert speed.mean is not None
    assert speed.stddev is not None
    rate, around = q8.rate("tg"), OF_MEAN * speed.stddev
    assert isinstance(rate, Value)
    assert rate.number == speed.mean
    assert rate.low == pytest.approx(speed.mean - around)
    assert rate.high == pytest.approx(speed.mean + around)
    assert q8.divergence == Value(0.001, 0.001 * 0.8, 0.001 * 1.25)
    assert q2.points_lost is not None
    assert q2.points_lost.number == pytest.approx(100 * 60 / 480)
    assert q2.summary is not None
    together = difference_of(q2.summary)
    assert together is not None
    assert q2.points_lost.low == pytest.approx(-100 * (together.high or 0.0))
    assert [kind.kind for kind in q2.kinds] == list(cases.KINDS)
    assert crashed.has_failed
    assert Cost.MEMORY.of(crashed) is None
    assert view.recommendation.file == q8.file
    assert view.limits == LIMITS


def test_memory_that_was_only_predicted_is_told() -> None:
    measured = cases.result()
    memory = measured.rows[Q8].memory
    assert memory is not None
    cases.change(measured, Q8, memory=msgspec.structs.replace(memory, needed_bytes=None))
    known = rows(measured)[1]
    assert known.is_predicted
    assert known.needed_bytes == memory.predicted_bytes


def test_points_are_those_of_which_both_are_known() -> None:
    measured = cases.result()
    cases.change(measured, Q2, memory=None)
    known = rows(measured)
    assert [p.name for p in points_of(known, Cost.SPEED, Loss.DIVERGENCE)] == ["Q8_0", "Q2_K"]
    assert [p.name for p in points_of(known, Cost.MEMORY, Loss.DIVERGENCE)] == ["Q8_0"]
    assert [p.name for p in points_of(known, Cost.MEMORY, Loss.TASKS)] == ["F16", "Q8_0"]
    tiny = replace(known[1], quality=cases.quality(1e-9, 0.9))
    (point,) = points_of([tiny], Cost.SPEED, Loss.DIVERGENCE)
    assert (point.y, point.low, point.high) == (LEAST_DIVERGENCE,) * 3
    (point, _) = points_of(known, Cost.SPEED, Loss.DIVERGENCE)
    assert point.across == pytest.approx(point.x * 0.01 * OF_MEAN)


def test_letters_of_the_window_decide_over_colours() -> None:
    files = list(cases.result().rows)
    view = cases.view(letters={files[0]: "C", files[1]: "A"})
    assert [row.number for row in view.rows] == [2, 0, 1, 3]


def test_bits_per_byte_carry_the_interval_of_their_paired_difference() -> None:
    def bits(**figures: float) -> Value | None:
        quality = cases.quality(None, 0.9)
        told = msgspec.structs.replace(
            quality, figures=quality.figures | figures, refused="Other words."
        )
        measured = cases.result()
        cases.change(measured, Q2, quality=told)
        row = rows(measured)[2]
        assert row.other_vocabulary
        return row.bits_per_byte

    known = {"bits_per_byte": 1.25, "bits_per_byte_difference": 0.2}
    assert bits(**known) == Value(1.25)
    ends = {"bits_per_byte_difference_low": 0.15, "bits_per_byte_difference_high": 0.3}
    found = bits(**known, **ends)
    assert found is not None
    assert [found.number, found.low, found.high] == pytest.approx([1.25, 1.2, 1.35])
    assert bits(**ends) is None


def test_a_servers_model_that_is_another_by_now_is_remarked() -> None:
    measured, key = cases.on_server(cases.result(), Q2)
    row = measured.rows[key]
    assert row.served is not None
    assert not row.served.is_another(Answerers(("moon-2",), ("fp_9",))), "a service's new build"
    assert row.served.is_another(Answerers(("moon-3",), ("fp_1",)))
    ollama = msgspec.structs.replace(row.served, kind=ServerKind.OLLAMA)
    assert ollama.is_another(Answerers(("moon-2",), ("fp_9",))), "there it is the file's digest"
    assert ollama.identity != msgspec.structs.replace(ollama, fingerprint="fp_9").identity
    assert any("several fingerprints" in said for said in cases.view(measured).remarks)

    def said(*listed: str) -> bool:
        server = Server(name="cellar", url="http://big:9931/v1", listed=listed)
        view = cases.view(measured, kept=lambda each: server if each.server else None)
        return any("listed other models" in remark for remark in view.remarks)

    assert said("sun")
    assert not said("sun", "moon")
    assert not said(), "it was never looked at"


def test_who_could_not_answer_as_many_at_once_is_remarked() -> None:
    measured = cases.result()
    assert not any("one by one" in said for said in cases.view(measured).remarks)
    tasks = measured.rows[Q2].tasks
    assert tasks is not None
    cases.change(measured, Q2, tasks=msgspec.structs.replace(tasks, at_once=1, rounding=None))
    (said,) = [said for said in cases.view(measured).remarks if "one by one" in said]
    assert said.startswith("Q2_K could not answer several questions at once")
