"""Which way of shrinking answers best at the same memory, over rows whose figures are by hand.

Through :mod:`app.core.ladder.row` and :mod:`app.lab.verdict.view`.
"""

from __future__ import annotations

from app.core.shrink.ways import Way
from tests.lab import ladder_cases as cases


def test_rows_know_their_way() -> None:
    view = cases.view(cases.of_ways(9, 9, 9, 9))
    ways = [None, Way.QUANTIZED, Way.CHOSEN, Way.PRUNED_QUANTIZED, Way.OTHER]
    assert [row.way for row in view.rows] == ways


def test_only_what_is_certain_is_said_to_be_better() -> None:
    view = cases.view(cases.of_ways(20, 22, 90, 20))
    assert view.ways is not None
    assert view.ways.rows == cases.WAYS_FILES[1:]
    first, rest = view.ways.sentence.removesuffix(".").split(", ", 1)[1].split("; ", 1)
    assert first == "Q4_K_M (quantized) answers better than less (pruned + quantized)"
    assert rest == "as good as Q4_K_M (quantized): chosen (chosen by tensor) and b (another model)"
    # Within the noise nothing is said to be better.
    view = cases.view(cases.of_ways(20, 23, 24, 19))
    assert view.ways is not None
    assert "answers better than" not in view.ways.sentence


def test_nothing_is_said_before_two_were_asked() -> None:
    view = cases.view(cases.of_ways(20, None, None, None))
    assert view.ways is not None
    assert "not known before two of them were asked" in view.ways.sentence
    assert cases.view().ways is None, "levels of one model are one way"


def test_reports_say_it() -> None:
    document = cases.document(cases.of_ways(20, 20, 90, 20))
    assert list(document["ways"]["rows"]) == list(cases.WAYS_FILES[1:])
    assert "answers better than less" in document["ways"]["sentence"]
