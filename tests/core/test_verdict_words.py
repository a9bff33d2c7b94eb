"""What forbids to call a candidate as good: a kind's own loss, a kind hardly asked, the votes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.ladder.pairs import compare_at_equal_memory
from app.core.recommendation import recommend
from app.core.statistics.anytime import win_rate
from app.core.statistics.paired import PairedCounts
from app.core.tasks.results import paired_result
from app.core.verdict import Evidence, Limits, State, judge_candidates
from app.core.verdict_words import Rung, sentence_of

if TYPE_CHECKING:
    from app.core.tasks.results import KindResult

KINDS = ("arithmetic", "passage", "format", "choice", "spelling", "code")
GB = 1_000_000_000
REFERENCE = Rung("f16", "F16", None, 8 * GB, 10.0)


def kinds(*last: int, name: str = "code") -> list[KindResult]:
    """Five kinds with as many gained as lost, and one more with these counts."""
    alike = [paired_result(kind, PairedCounts(190, 6, 6, 38)) for kind in KINDS[:5]]
    return [*alike, paired_result(name, PairedCounts(*last))] if last else [*alike, alike[0]]


# Of 240 questions 24 lost and 7 gained: −7.1 points, p = 0.0033.
LOSES_CODE = (150, 24, 7, 59)


@pytest.mark.parametrize("others", [0, 1, 2, 3, 5, 9])
def test_a_lost_kind_does_not_vanish_among_many(others: int) -> None:
    company = [Evidence(kinds())] * others
    judged = judge_candidates([Evidence(kinds(*LOSES_CODE)), *company])[0]
    assert judged.state is (State.LOSES if others < 2 else State.CANNOT_TELL)
    said = sentence_of(Rung("q3", "Q3_K_M", judged), REFERENCE)
    assert "code" in said
    assert "−7.1 in 100, −12 to −2.5" in said


def test_the_kind_in_the_way_is_named_and_asked_for() -> None:
    judged = judge_candidates([Evidence(kinds(*LOSES_CODE)), *[Evidence(kinds())] * 4])
    first = judged[0]
    assert [kind.kind for kind in first.against] == ["code"]
    assert first.more_items is not None
    assert sentence_of(Rung("q3", "Q3_K_M", first), REFERENCE) == (
        "Q3_K_M: whether it loses against F16 cannot be told yet (−1.2 in 100, −2.5 to +0.1, but "
        "code −7.1 in 100, −12 to −2.5), about 160 more questions of code might settle it."
    )
    rungs = [
        Rung(name, name, one, (4 + place) * GB, 10.0)
        for place, (name, one) in enumerate(zip(("Q3", "Q4"), judged, strict=False))
    ]
    found = recommend(rungs, REFERENCE, Limits())
    assert found.file == "Q4"
    assert any("of code might settle it" in remark for remark in found.remarks)


def test_of_speeds_beside_other_programs_no_factor_is_said() -> None:
    judged = judge_candidates([Evidence(kinds())])[0]
    slow = Rung("f16", "F16", None, 8 * GB, 10.0, speed_unsure=True)
    small, big = (Rung("q4", "Q4_K_M", judged, need, 140.0) for need in (4 * GB, 8 * GB))
    said = sentence_of(small, slow)
    assert "times as fast" not in said
    assert "50 % less memory than F16; how fast is not sure, the PC was busy" in said
    assert "times as fast" in sentence_of(small, REFERENCE)
    found = recommend([big], slow, Limits())
    assert found.file == "q4"
    assert "times as fast" not in found.sentence


def test_where_nothing_can_be_told_a_kind_that_looks_lost_is_named() -> None:
    quick = [paired_result(kind, PairedCounts(45, 1, 1, 13)) for kind in KINDS[:5]]
    judged = judge_candidates(
        [Evidence([*quick, paired_result("code", PairedCounts(30, 12, 3, 15))])]
    )
    assert judged[0].state is State.CANNOT_TELL
    said = sentence_of(Rung("q3", "Q3_K_M", judged[0]), REFERENCE)
    assert "−2.5 in 100, −5.3 to +0.3, but code −15 in 100, −27 to −2.4" in said
    assert "more questions might settle it" in said


def test_a_certain_loss_within_the_tolerance_is_none() -> None:
    small = PairedCounts(11_000, 360, 120, 520)
    judged = judge_candidates(
        [Evidence([paired_result("one", small), paired_result("other", small)])]
    )[0]
    assert judged.state is State.AS_GOOD
    assert all(kind.difference is not None and kind.difference.high < 0 for kind in judged.kinds)


def test_much_cannot_hide_in_a_kind_of_few_questions() -> None:
    judged = judge_candidates([Evidence(kinds(7, 2, 0, 1))])[0]
    assert judged.is_whole_good
    assert judged.state is State.CANNOT_TELL
    assert [kind.kind for kind in judged.against] == ["code"]
    assert judge_candidates([Evidence(kinds(44, 1, 1, 14))])[0].state is State.AS_GOOD


def test_votes_that_alone_would_be_a_loss_forbid_it_too() -> None:
    judged = judge_candidates([Evidence(kinds(), win_rate(0, 12))])[0]
    assert judged.state is State.CANNOT_TELL
    assert not judged.loses_votes
    said = sentence_of(Rung("q4", "Q4_K_M", judged), REFERENCE)
    assert "but only 0 of 12 blind votes preferred it" in said
    assert judge_candidates([Evidence(kinds(), win_rate(5, 7))])[0].state is State.AS_GOOD


def test_a_pair_at_equal_memory_is_judged_alike() -> None:
    rungs = [Rung(name, name, None, 4 * GB) for name in ("big", "small", "other", "third")]
    found = compare_at_equal_memory(
        rungs,
        {rung.key: rung.key for rung in rungs},
        lambda first, second: kinds(*LOSES_CODE) if {first, second} == {"big", "small"} else [],
    )
    alone = next(pair for pair in found if {pair.first, pair.second} == {"big", "small"})
    assert alone.judgement.state is State.LOSES
    found = compare_at_equal_memory(
        rungs,
        {rung.key: rung.key for rung in rungs},
        lambda first, second: kinds(*LOSES_CODE),
    )
    assert all(pair.judgement.state is State.CANNOT_TELL for pair in found)
    assert all("but code −7.1 in 100, −12 to −2.5" in pair.sentence for pair in found)


counts = st.builds(
    PairedCounts,
    st.integers(20, 200),
    st.integers(0, 25),
    st.integers(0, 25),
    st.integers(0, 60),
)
evidence = st.builds(
    Evidence,
    st.lists(st.builds(paired_result, st.just("kind"), counts), min_size=1, max_size=4),
    st.none() | st.builds(win_rate, st.integers(0, 30), st.integers(0, 30)),
)


@given(evidence, st.lists(evidence, min_size=1, max_size=4))
def test_company_never_makes_it_easier_to_be_as_good(one: Evidence, others: list[Evidence]) -> None:
    alone = judge_candidates([one])[0]
    among = judge_candidates([one, *others])[0]
    if among.state is State.AS_GOOD:
        assert alone.state is State.AS_GOOD
    if alone.state is State.LOSES:
        assert among.state is not State.AS_GOOD
    for kind in among.kinds:
        assert kind.difference is not None
        below = kind.difference.high < 0 and kind.difference.low < -0.03
        assert among.state is not State.AS_GOOD or not below
