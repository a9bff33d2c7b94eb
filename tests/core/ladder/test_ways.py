"""Which way of shrinking answers best at the same memory, over rows whose figures are by hand.

Through :mod:`app.core.ladder.row` and :mod:`app.lab.verdict.view`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace as with_fields

from app.core.shrink.ways import Way
from tests.lab import ladder_cases as cases

if TYPE_CHECKING:
    from app.lab.ladder.rows import LadderResult

FILES = ("/m/a-F16.gguf", "/m/a-Q4_K_M.gguf", "/m/a-chosen.gguf", "/m/a-less.gguf", "/m/b.gguf")


def result(*wrong: int | None) -> LadderResult:
    """An original, and four ways at about 5 bits a weight; None for one that was not asked."""
    measured = cases.result()
    measured.rows.clear()
    pruned = {"way": "pruned + quantized", "parameters": 500 * cases.MB}
    facts: list[dict[str, Any]] = [
        {}, {"way": "quantized"}, {"way": "chosen by tensor"}, pruned,
        {"way": "quantized", "architecture": "gemma"},
    ]  # fmt: skip
    for file, more, missed in zip(FILES, facts, (0, *wrong), strict=True):
        level, bits = ("Q4_K_M", 4.9) if more else ("F16", 16.0)
        row = cases.row(file, level, bits, kld=0.01, wrong=missed or 0)
        assert row.facts is not None
        measured.rows[file] = row
        cases.change(measured, file, facts=with_fields(row.facts, **more))
        if missed is None:
            cases.change(measured, file, tasks=None)
    plan = with_fields(measured.plan, reference=FILES[0], candidates=FILES)
    return type(measured)(plan, measured.rows, measured.engine, 40e9, taken=measured.taken)


def test_rows_know_their_way() -> None:
    view = cases.view(result(9, 9, 9, 9))
    ways = [None, Way.QUANTIZED, Way.CHOSEN, Way.PRUNED_QUANTIZED, Way.OTHER]
    assert [row.way for row in view.rows] == ways


def test_only_what_is_certain_is_said_to_be_better() -> None:
    view = cases.view(result(20, 22, 90, 20))
    assert view.ways is not None
    assert view.ways.rows == FILES[1:]
    first, rest = view.ways.sentence.removesuffix(".").split(", ", 1)[1].split("; ", 1)
    assert first == "a-Q4_K_M (quantized) answers better than a-less (pruned + quantized)"
    assert "as good as a-Q4_K_M (quantized)" in rest
    assert "a-chosen (chosen by tensor)" in rest
    # Within the noise nothing is said to be better.
    view = cases.view(result(20, 23, 24, 19))
    assert view.ways is not None
    assert "answers better than" not in view.ways.sentence


def test_nothing_is_said_before_two_were_asked() -> None:
    view = cases.view(result(20, None, None, None))
    assert view.ways is not None
    assert "not known before two of them were asked" in view.ways.sentence
    assert cases.view().ways is None, "levels of one model are one way"


def test_reports_say_it() -> None:
    document = cases.document(result(20, 20, 90, 20))
    assert list(document["ways"]["rows"]) == list(FILES[1:])
    assert "answers better than a-less" in document["ways"]["sentence"]
