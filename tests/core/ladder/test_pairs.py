from __future__ import annotations

from app.core.ladder.pairs import compare_at_equal_memory
from app.core.statistics.anytime import win_rate
from app.core.tasks.items import Check, TaskItem
from app.core.tasks.results import KindResult, compare_tasks
from app.core.tasks.scoring import Outcome
from app.core.verdict import State
from app.core.verdict_words import MoreBits, Rung

GB = 1_000_000_000
ITEMS = [
    TaskItem(f"{kind}-{n}", kind, "?", "1", Check.NUMBER)
    for kind in ("sums", "facts")
    for n in range(240)
]
MODELS = {"large": "a", "larger": "a", "small": "b"}


def outcomes(right: range) -> dict[str, Outcome]:
    """These questions of each kind are right."""
    return {
        item.key: Outcome.CORRECT if int(item.key.split("-")[1]) in right else Outcome.WRONG
        for item in ITEMS
    }


def rung(file: str, needed_bytes: int | None, bits: float | None = None) -> Rung:
    more = None if bits is None else MoreBits(bits, 0.01)
    return Rung(file, f"{file}.gguf", None, needed_bytes, more_bits=more)


def kinds_among(right: dict[str, range]):  # noqa: ANN201 - a function of two names
    def kinds_of(first: str, second: str) -> list[KindResult]:
        return compare_tasks(ITEMS, outcomes(right[first]), [outcomes(right[second])])[0]

    return kinds_of


def test_the_one_that_answers_better_is_the_better_choice() -> None:
    rungs = [rung("large", 2 * GB, 0.20), rung("small", int(1.9 * GB), 0.08)]
    (pair,) = compare_at_equal_memory(
        rungs, MODELS, kinds_among({"large": range(150), "small": range(220)})
    )
    assert (pair.first, pair.second) == ("small", "large")
    assert pair.judgement.state is State.LOSES
    assert "small.gguf is the better choice: large.gguf loses" in pair.sentence
    assert pair.sentence.startswith("At about the same memory (1.90 GB and 2.00 GB)")
    assert pair.bits is not None
    assert round(pair.bits.share, 3) == round(0.12 / 1.08, 3)
    assert "large.gguf needs 11 ± 2.6 % more bits for a byte of text than small.gguf." in (
        pair.sentence
    )


def test_equals_and_what_cannot_be_told() -> None:
    rungs = [rung("large", 2 * GB), rung("small", 2 * GB)]
    (same,) = compare_at_equal_memory(
        rungs, MODELS, kinds_among({"large": range(220), "small": range(220)})
    )
    assert same.judgement.state is State.AS_GOOD
    assert "small.gguf is as good as large.gguf in both kinds" in same.sentence
    (unclear,) = compare_at_equal_memory(
        rungs, MODELS, kinds_among({"large": range(220), "small": range(15, 231)})
    )
    assert unclear.judgement.state is State.CANNOT_TELL
    assert "cannot be told yet (−1.7 in 100" in unclear.sentence
    (nothing,) = compare_at_equal_memory(rungs, MODELS, lambda _one, _other: [])
    assert "answers better cannot be told." in nothing.sentence


def test_only_different_models_at_about_the_same_memory() -> None:
    kinds_of = kinds_among(dict.fromkeys(MODELS, range(200)))
    for rungs in (
        [rung("large", 2 * GB), rung("larger", 2 * GB)],  # versions of one model
        [rung("large", 3 * GB), rung("small", 2 * GB)],
        [rung("large", None), rung("small", 2 * GB)],
        [rung("large", 2 * GB), rung("unknown", 2 * GB)],
    ):
        assert compare_at_equal_memory(rungs, MODELS, kinds_of) == []


def test_votes_between_the_two_count() -> None:
    rungs = [rung("large", 2 * GB), rung("small", 2 * GB)]
    kinds_of = kinds_among({"large": range(220), "small": range(15, 231)})
    votes = {("small", "large"): win_rate(3, 40), ("large", "small"): win_rate(40, 3)}
    (pair,) = compare_at_equal_memory(rungs, MODELS, kinds_of, votes=votes)
    assert pair.second == "small"
    assert pair.judgement.state is State.LOSES
    assert pair.judgement.loses_votes
    assert "loses the blind votes against large.gguf" in pair.sentence
    assert "of 43 blind votes 3 preferred small.gguf." in pair.sentence
    few = {("small", "large"): win_rate(2, 1)}
    (pair,) = compare_at_equal_memory(rungs, MODELS, kinds_of, votes=few)
    assert "of 3 blind votes 2 preferred small.gguf, not enough to tell." in pair.sentence
