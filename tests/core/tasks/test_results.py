from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.core.statistics.describe import Interval
from app.core.statistics.paired import PairedCounts
from app.core.tasks.items import Check, TaskItem
from app.core.tasks.looks import in_turns, looks_at
from app.core.tasks.results import (
    KindVerdict,
    compare_tasks,
    needed_to_settle,
    paired_result,
    reference_can,
    verdict_of,
)
from app.core.tasks.scoring import Outcome

R, W, OUT, BAD = Outcome.CORRECT, Outcome.WRONG, Outcome.OUT_OF_TOKENS, Outcome.FAILED
NONE = Outcome.EMPTY


def questions(count: int, kind: str = "k", check: Check = Check.NUMBER) -> list[TaskItem]:
    return [TaskItem(f"{kind}{i}", kind, "?", "1", check) for i in range(count)]


def outcomes(items: list[TaskItem], *runs: tuple[Outcome, int]) -> dict[str, Outcome]:
    flat = [outcome for outcome, count in runs for _ in range(count)]
    return {item.key: outcome for item, outcome in zip(items, flat, strict=True)}


def test_empty_answers_are_told_apart_and_are_not_right() -> None:
    items = questions(200)
    reference = outcomes(items, (R, 150), (NONE, 50))
    candidate = outcomes(items, (R, 120), (NONE, 70), (OUT, 10))
    (row,) = compare_tasks(items, reference, [candidate])[0]
    assert (row.empty, row.reference_empty, row.out_of_tokens) == (70, 50, 10)
    assert row.counts == PairedCounts(both=120, lost=30, gained=0, neither=50)


def test_flips_and_all_figures() -> None:
    items = questions(200)
    reference = outcomes(items, (R, 160), (W, 38), (OUT, 2))
    candidate = outcomes(items, (R, 130), (W, 25), (OUT, 5), (R, 6), (W, 34))
    (row,) = compare_tasks(items, reference, [candidate])[0]

    assert row.counts == PairedCounts(both=130, lost=30, gained=6, neither=34)
    assert (row.out_of_tokens, row.reference_out_of_tokens, row.failed) == (5, 2, 0)
    assert row.accuracy is not None
    assert row.difference is not None
    assert row.accuracy.low < 136 / 200 < row.accuracy.high
    assert row.counts.difference == pytest.approx(-0.12)
    assert row.difference.high < 0
    assert row.p_value == row.corrected_p_value
    assert row.verdict is KindVerdict.LOSES
    assert not row.hint
    assert row.items_to_settle is None


def test_alike_is_as_good_and_few_items_are_a_hint() -> None:
    items = questions(200)
    same = outcomes(items, (R, 180), (W, 20))
    (row,) = compare_tasks(items, same, [same])[0]
    assert row.verdict is KindVerdict.AS_GOOD
    few = questions(60)
    same = outcomes(few, (R, 50), (W, 10))
    (row,) = compare_tasks(few, same, [same])[0]
    assert row.hint
    assert row.verdict is KindVerdict.CANNOT_TELL
    assert row.items_to_settle is not None
    assert 60 < row.items_to_settle < 1000


def test_a_reference_below_a_fifth_shows_nothing() -> None:
    items = questions(100)
    reference = outcomes(items, (R, 19), (W, 81))
    candidate = outcomes(items, (W, 100))
    (row,) = compare_tasks(items, reference, [candidate])[0]
    assert row.verdict is KindVerdict.REFERENCE_CANNOT
    assert row.corrected_p_value is None
    assert row.p_value is not None


def test_guessing_at_options_is_no_ability() -> None:
    letters, numbers = questions(200, check=Check.LETTER), questions(200)
    assert not reference_can(letters, right=55, asked=200)
    assert reference_can(letters, right=80, asked=200)
    assert reference_can(numbers, right=55, asked=200)
    assert not reference_can(numbers, right=0, asked=0)


def test_failed_questions_are_left_out_of_the_pairs() -> None:
    items = questions(10)
    reference = outcomes(items, (R, 8), (BAD, 2))
    candidate = {item.key: R for item in items[:7]}
    (row,) = compare_tasks(items, reference, [candidate])[0]
    assert row.failed == 3
    assert row.counts.total == 7
    (nothing,) = compare_tasks(items, reference, [{}])[0]
    assert nothing.failed == 10
    assert nothing.accuracy is None
    assert nothing.verdict is KindVerdict.CANNOT_TELL


def test_correction_counts_kinds_and_candidates() -> None:
    items = questions(200, "a") + questions(200, "b")
    reference = outcomes(items, (R, 150), (W, 50), (R, 150), (W, 50))
    one = outcomes(items, (R, 138), (W, 12), (R, 2), (W, 48), (R, 150), (W, 50))
    alone = compare_tasks(items, reference, [one])[0]
    among = compare_tasks(items, reference, [one] + [reference] * 5)[0]
    assert [row.kind for row in alone] == ["a", "b"]
    assert alone[0].p_value == among[0].p_value
    first, second = alone[0].corrected_p_value, among[0].corrected_p_value
    assert first is not None
    assert second is not None
    assert first < 0.05 < second
    assert alone[0].verdict is KindVerdict.LOSES
    assert among[0].verdict is KindVerdict.CANNOT_TELL


def test_the_rule_by_hand() -> None:
    def rule(low: float, high: float, p: float, lost: int = 9, gained: int = 1) -> KindVerdict:
        counts = PairedCounts(50, lost, gained, 5)
        return verdict_of(counts, Interval(low, high, 0.95), p, tolerance=0.03)

    assert rule(-0.03, 0.03, 1) is KindVerdict.AS_GOOD
    assert rule(-0.001, 0.067, 1, lost=1, gained=9) is KindVerdict.AS_GOOD  # what may be lost
    assert rule(-0.02, -0.001, 0.001) is KindVerdict.AS_GOOD  # certain and too small to matter
    assert rule(-0.09, -0.01, 0.01) is KindVerdict.LOSES
    assert rule(-0.09, -0.01, 0.06) is KindVerdict.CANNOT_TELL
    assert rule(-0.09, 0.001, 0.01) is KindVerdict.CANNOT_TELL
    assert rule(0.01, 0.09, 0.01, lost=1, gained=9) is KindVerdict.GAINS
    assert rule(-0.05, 0.05, 1) is KindVerdict.CANNOT_TELL


def test_equals_seldom_lose_and_a_true_loss_is_found() -> None:
    rng = np.random.default_rng(31)
    kinds = [questions(200, kind) for kind in "abcdef"]
    items = [item for kind in kinds for item in kind]

    def drawn(lost: float, gained: float) -> tuple[dict[str, Outcome], dict[str, Outcome]]:
        """A reference that is right 75 % of the time, and who loses and gains some of it."""
        share = rng.random(len(items))
        reference = {item.key: R if s < 0.75 else W for item, s in zip(items, share, strict=True)}
        candidate = {
            item.key: W if s < lost else R if s < 0.75 or s > 1 - gained else W
            for item, s in zip(items, share, strict=True)
        }
        return reference, candidate

    claims = found = 0
    runs = 120
    for _ in range(runs):
        reference, candidate = drawn(0.03, 0.03)
        equal = compare_tasks(items, reference, [candidate])[0]
        claims += any(row.verdict in (KindVerdict.LOSES, KindVerdict.GAINS) for row in equal)
        reference, candidate = drawn(0.18, 0.03)
        worse = compare_tasks(items, reference, [candidate])[0]
        found += sum(row.verdict is KindVerdict.LOSES for row in worse)
    assert claims / runs <= 0.1
    assert found / (runs * len(kinds)) > 0.9


def test_where_only_the_correction_leaves_it_open_more_are_asked_for() -> None:
    kind = paired_result("k", PairedCounts(both=180, lost=14, gained=3, neither=43))
    assert kind.p_value is not None
    assert kind.p_value < 0.05
    alone, among_many = needed_to_settle(kind, 0.03, 1), needed_to_settle(kind, 0.03, 30)
    assert alone == 240  # by itself it is settled
    assert among_many is not None
    assert among_many > 240


def test_an_early_look_takes_more_certainty() -> None:
    items = in_turns(questions(120, "a") + questions(120, "b"))
    reference = dict.fromkeys((item.key for item in items), R)
    candidate = {item.key: W if n % 8 == 0 else R for n, item in enumerate(items)}
    looks = looks_at(items, stops=True)
    found = [compare_tasks(items, reference, [candidate], looks=[look])[0][0] for look in looks]
    assert [row.counts.total for row in found] == [30, 60, 120]
    for row, look in zip(found, looks, strict=True):
        plain = paired_result("a", row.counts)
        assert plain.p_value is not None
        assert row.p_value == plain.p_value
        assert row.p_value_of_look == pytest.approx(min(1, plain.p_value / look.share))
        assert row.difference is not None
        assert plain.difference is not None
        assert row.difference.low < plain.difference.low
    # What the reference can do is told by all its answers, also where few were compared.
    hard = {item.key: W if n >= 40 else R for n, item in enumerate(items)}
    assert compare_tasks(items, hard, [candidate], looks=[looks[0]])[0][0].verdict is (
        KindVerdict.REFERENCE_CANNOT
    )


def test_alike_questions_are_lost_together() -> None:
    plain = questions(240)
    sorted_ = [replace(item, sort=str(n // 20)) for n, item in enumerate(plain)]
    reference = dict.fromkeys((item.key for item in plain), R)
    candidate = outcomes(plain, (W, 20), (R, 220))  # all of one sort
    (alone,) = compare_tasks(plain, reference, [candidate])[0]
    (together,) = compare_tasks(sorted_, reference, [candidate])[0]
    assert alone.verdict is KindVerdict.LOSES
    assert together.verdict is KindVerdict.CANNOT_TELL
    assert together.p_value == 1.0


def test_questions_about_one_text_are_lost_together() -> None:
    plain = [replace(item, sort=str(n % 24)) for n, item in enumerate(questions(240))]
    about = [replace(item, text=f"{n // 12} | It rains.") for n, item in enumerate(plain)]
    reference = dict.fromkeys((item.key for item in plain), R)
    candidate = outcomes(plain, (W, 24), (R, 216))  # one of each sort, all about two texts
    (alone,) = compare_tasks(plain, reference, [candidate])[0]
    (together,) = compare_tasks(about, reference, [candidate])[0]
    assert (alone.verdict, alone.p_value) == (KindVerdict.LOSES, 2 / 2**24)
    assert (together.verdict, together.p_value) == (KindVerdict.CANNOT_TELL, 2 / 2**2)
    assert alone.difference is not None
    assert together.difference is not None
    assert together.difference.low < alone.difference.low
    assert together.accuracy == alone.accuracy


def test_few_texts_tell_nothing_for_certain_and_say_how_many_would() -> None:
    about = [replace(item, text=f"{n // 12} | It rains.") for n, item in enumerate(questions(72))]
    reference = dict.fromkeys((item.key for item in about), R)
    forgets = dict.fromkeys(reference, W)
    (four,) = compare_tasks(about[:48], reference, [forgets])[0]
    (six,) = compare_tasks(about, reference, [forgets])[0]
    assert (four.verdict, four.items_to_settle) == (KindVerdict.CANNOT_TELL, 72)
    assert six.verdict is KindVerdict.LOSES
