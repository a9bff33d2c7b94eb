"""States, the recommendation and its words, against cases that can be followed by hand.

Tests app.core.recommendation and app.core.tasks.standing.
"""

from __future__ import annotations

import pytest

from app.core.recommendation import recommend
from app.core.statistics.anytime import win_rate
from app.core.statistics.paired import PairedCounts
from app.core.tasks.items import Check, TaskItem
from app.core.tasks.results import KindVerdict, Outcomes, compare_tasks, paired_result
from app.core.tasks.scoring import Outcome
from app.core.verdict import Evidence, Limits, State, default_limits, judge_candidates
from app.core.verdict_words import Rung, points, sentence_of
from app.core.words.sentence import English

GB = 1_000_000_000


def items(kind: str, count: int) -> list[TaskItem]:
    return [TaskItem(f"{kind}-{n}", kind, "?", "1", Check.NUMBER) for n in range(count)]


def answers(kind: str, count: int, wrong: range | None = None) -> Outcomes:
    """All right, except for the numbers in ``wrong``."""
    missed = wrong or range(0)
    return {f"{kind}-{n}": Outcome.WRONG if n in missed else Outcome.CORRECT for n in range(count)}


def one(kind: str, count: int, wrong: range, reference_wrong: range | None = None) -> Evidence:
    (kinds,) = compare_tasks(
        items(kind, count), answers(kind, count, reference_wrong), [answers(kind, count, wrong)]
    )
    return Evidence(kinds)


def several(count: int, *wrong: range) -> Evidence:
    """One candidate at as many kinds, of equally many questions."""
    names = [f"kind{n}" for n in range(len(wrong))]
    asked = [item for name in names for item in items(name, count)]
    reference = {k: v for name in names for k, v in answers(name, count).items()}
    ours = {
        k: v
        for name, missed in zip(names, wrong, strict=True)
        for k, v in answers(name, count, missed).items()
    }
    (kinds,) = compare_tasks(asked, reference, [ours])
    return Evidence(kinds)


def test_no_flip_among_many_questions_is_as_good() -> None:
    (judged,) = judge_candidates([one("sums", 240, range(0))])
    assert judged.state is State.AS_GOOD
    assert judged.in_every_kind
    assert not judged.hint


def test_no_flip_among_few_questions_tells_nothing_yet() -> None:
    (judged,) = judge_candidates([one("sums", 60, range(0))])
    assert judged.state is State.CANNOT_TELL
    assert judged.more_items is not None
    assert 20 < judged.more_items < 200


def test_a_clear_loss_at_few_questions_is_a_hint() -> None:
    (judged,) = judge_candidates([one("sums", 60, range(30))])
    assert judged.state is State.LOSES
    assert judged.hint
    assert [kind.kind for kind in judged.lost] == ["sums"]


def test_equal_at_all_questions_together_although_no_kind_tells() -> None:
    (judged,) = judge_candidates([several(60, *[range(0)] * 6)])
    assert judged.state is State.AS_GOOD
    assert not judged.in_every_kind
    assert judged.together is not None
    assert judged.together.counts.total == 360
    assert not judged.hint


def test_one_lost_kind_decides_over_all_together() -> None:
    (judged,) = judge_candidates([several(240, range(30), *[range(0)] * 11)])
    assert judged.state is State.LOSES
    assert [kind.kind for kind in judged.lost] == ["kind0"]


def test_a_loss_spread_over_kinds_shows_when_they_are_added_up() -> None:
    (judged,) = judge_candidates([several(60, *[range(4)] * 6)])
    assert judged.state is State.LOSES
    assert not judged.lost
    assert judged.together is not None
    assert judged.together.verdict is KindVerdict.LOSES


def test_a_kind_that_may_only_hide_a_loss_takes_few_more_questions() -> None:
    alike = [paired_result(name, PairedCounts(200, 0, 0, 40)) for name in "abcde"]

    def with_last(times: int) -> Evidence:
        counts = PairedCounts(34 * times, 11 * times, 8 * times, 17 * times)
        return Evidence([*alike, paired_result("f", counts)])

    (found,) = judge_candidates([with_last(1)])
    assert found.state is State.CANNOT_TELL
    assert found.is_whole_good
    assert [kind.kind for kind in found.against] == ["f"]
    # Whether it is as good by itself, more than a thousand would tell; here 15 points are asked.
    own = found.against[0].items_to_settle
    assert own is None or own > 1000
    assert found.more_items is not None
    assert 70 < found.more_items <= 140
    assert judge_candidates([with_last(3)])[0].state is State.AS_GOOD


def test_many_candidates_make_a_chance_less_believable() -> None:
    # 6 lost, none gained: p = 2 / 2**6 = 0.031 alone, times 20 among twenty.
    alone = judge_candidates([one("sums", 240, range(6))])
    among = judge_candidates([one("sums", 240, range(6)), *[one("sums", 240, range(0))] * 19])
    assert alone[0].kinds[0].corrected_p_value == 2 / 2**6
    assert among[0].kinds[0].corrected_p_value == 20 * 2 / 2**6
    assert alone[0].state is State.LOSES
    assert among[0].state is State.CANNOT_TELL


def test_the_tolerance_is_the_persons() -> None:
    evidence = [one("sums", 240, range(24))]
    assert judge_candidates(evidence)[0].state is State.LOSES
    assert judge_candidates(evidence, tolerance=0.2)[0].state is State.AS_GOOD


def test_what_the_reference_cannot_do_is_no_loss() -> None:
    (judged,) = judge_candidates([one("sums", 100, range(100), range(90))])
    assert judged.state is State.CANNOT_TELL
    assert judged.summary is None
    assert judged.kinds[0].verdict is KindVerdict.REFERENCE_CANNOT


def test_nothing_asked_tells_nothing() -> None:
    (judged,) = judge_candidates([Evidence()])
    assert judged.state is State.CANNOT_TELL
    rung = Rung("q4", "Q4_K_M", judged, same_top=0.934)
    said = sentence_of(rung, Rung("f16", "F16", None))
    assert "no questions were asked" in said
    assert "same next word 93 % of the time" in said


def test_votes_can_lose_and_few_votes_cannot() -> None:
    many, few = win_rate(5, 45), win_rate(2, 5)
    lost, unknown = judge_candidates([Evidence(votes=many), Evidence(votes=few)])
    assert lost.state is State.LOSES
    assert lost.loses_votes
    assert unknown.state is State.CANNOT_TELL


def ladder() -> tuple[list[Rung], Rung]:
    """F16 as the reference; Q8_0 and Q4_K_M are equal to it, Q2_K loses at one kind."""
    q8, q4, q2 = judge_candidates(
        [several(240, *[range(0)] * 6)] * 2 + [several(240, range(40), *[range(0)] * 5)]
    )
    reference = Rung("f16", "F16", None, 8 * GB, 10.0)
    rungs = [
        reference,
        Rung("q8", "Q8_0", q8, 5 * GB, 18.0, 0.985),
        Rung("q4", "Q4_K_M", q4, 3 * GB, 30.0, 0.93),
        Rung("q2", "Q2_K", q2, 2 * GB, 40.0, 0.7),
    ]
    return rungs, reference


def test_the_smallest_that_is_as_good_is_recommended() -> None:
    rungs, reference = ladder()
    found = recommend(rungs, reference, Limits(16 * GB, 5.0))
    assert found.file == "q4"
    assert found.sentence == (
        "Run Q4_K_M: 62 % less memory and 3 times as fast as F16; as good as F16 in all six kinds; "
        "it picks the same next word 93 % of the time."
    )
    assert found.remarks == (
        "Q2_K would save another 1.00 GB, but it loses at kind0 (−17 in 100, −22 to −12).",
    )


def test_limits_leave_the_reference_out() -> None:
    rungs, reference = ladder()
    found = recommend(rungs, reference, Limits(4 * GB))
    assert found.file == "q4"
    assert found.remarks[-1] == "F16 itself needs 8.00 GB, more than the limit."


def test_a_loser_is_recommended_only_where_nothing_else_fits() -> None:
    rungs, reference = ladder()
    found = recommend(rungs, reference, Limits(int(2.5 * GB)))
    assert found.file == "q2"
    assert "the best that keeps to the limits; but it loses at kind0" in found.sentence


def test_nothing_fits() -> None:
    rungs, reference = ladder()
    found = recommend(rungs, reference, Limits(GB))
    assert found.file is None
    assert found.sentence == "None of these keeps to 1.00 GB: even Q2_K needs 2.00 GB."


def test_who_is_too_slow_gives_way() -> None:
    rungs, reference = ladder()
    assert recommend(rungs, reference, Limits(16 * GB, 25.0)).file == "q4"
    none = recommend(rungs, reference, Limits(16 * GB, 100.0))
    assert none.file == "q4"
    assert none.sentence.endswith("none of these reaches 100 tokens a second.")


def test_the_reference_stays_where_nothing_is_known() -> None:
    judged = judge_candidates([Evidence(), Evidence()])
    reference = Rung("f16", "F16", None, 8 * GB)
    rungs = [Rung("q8", "Q8_0", judged[0], 5 * GB), Rung("q4", "Q4_K_M", judged[1], 3 * GB)]
    kept = recommend(rungs, reference, Limits(16 * GB))
    assert kept.file == "f16"
    assert "nothing smaller is known to be as good" in kept.sentence
    # Too large: then the least shrunken, and the doubt is said.
    shrunk = recommend(rungs, reference, Limits(6 * GB))
    assert shrunk.file == "q8"
    assert "cannot be told" in shrunk.sentence


@pytest.mark.parametrize(
    ("needed_gb", "speed", "chosen"),
    [
        (8.5, 10.0, "ref"),  # more memory, slower
        (8.5, 30.0, "ref"),  # more memory for speed is not what shrinking is for
        (5.05, 9.0, "ref"),  # as much memory, half the speed
        (5.0, 18.5, "ref"),  # about as fast
        (5.0, 30.0, "other"),  # faster in as much
        (4.0, 9.0, "other"),  # less memory
    ],
)
def test_who_is_as_good_and_gains_nothing_gives_way_to_the_reference(
    needed_gb: float, speed: float, chosen: str
) -> None:
    (judged,) = judge_candidates([several(240, *[range(0)] * 6)])
    assert judged.state is State.AS_GOOD
    reference = Rung("ref", "Q4_K_M", None, 5 * GB, 18.0)
    other = Rung("other", "Q8_0", judged, int(needed_gb * GB), speed)
    found = recommend([other], reference, Limits(16 * GB))
    assert found.file == chosen
    # A reference beyond the limits is no choice.
    if needed_gb < 5:
        assert recommend([other], reference, Limits(int(4.5 * GB))).file == "other"


def test_a_failed_candidate_is_not_recommended() -> None:
    (judged,) = judge_candidates([Evidence()])
    reference = Rung("f16", "F16", None, 8 * GB)
    failed = Rung("q4", "Q4_K_M", judged, error=English("The engine ended."))
    assert recommend([failed], reference, Limits(16 * GB)).file == "f16"
    assert "not all could be measured: The engine ended." in sentence_of(failed, reference)


def test_points_show_the_interval() -> None:
    judged = judge_candidates([one("sums", 240, range(24))])
    assert points(judged[0].kinds[0]) == "−10 in 100, −14 to −6.4"


def test_default_limits_come_from_the_pc() -> None:
    assert default_limits(6 * GB).memory_bytes == 6 * GB
    assert default_limits(0).memory_bytes is None


def test_a_speed_that_swings_is_not_called_faster() -> None:
    (judged,) = judge_candidates([Evidence()])
    reference = Rung("f16", "F16", None, 8 * GB, 10.0, speed_error=1.0)
    swings = Rung("q8", "Q8_0", judged, 8 * GB, 13.0, speed_error=2.0)
    close = Rung("q8", "Q8_0", judged, 8 * GB, 13.0, speed_error=1.5)
    steady = Rung("q4", "Q4_K_M", judged, 3 * GB, 13.0, speed_error=0.1)
    assert "how fast is not sure, repetitions differ too much" in sentence_of(swings, reference)
    assert "as much memory and about as fast as F16" in sentence_of(close, reference)
    assert "62 % less memory and 1.3 times as fast as F16" in sentence_of(steady, reference)


def test_a_loss_everywhere_is_summed_up() -> None:
    (judged,) = judge_candidates([several(60, *[range(60)] * 5)])
    said = sentence_of(Rung("q1", "IQ1_S", judged), Rung("f16", "F16", None))
    assert "loses over all 300 questions together (−100 in 100" in said
    assert "in five of five kinds, most at kind0, kind1 and kind2" in said


def test_what_only_the_correction_leaves_open_needs_more_questions() -> None:
    (alone,) = judge_candidates([one("sums", 240, range(7))])
    among = judge_candidates([one("sums", 240, range(7)), *[one("sums", 240, range(0))] * 19])
    assert alone.state is State.LOSES
    assert among[0].state is State.CANNOT_TELL
    assert among[0].more_items is not None
    assert among[0].more_items > 0
