"""From what a ladder measured to what may be said of each candidate, and which one to run."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from app.core.quality.guessing import is_guessing
from app.core.recommendation import Recommendation, recommend
from app.core.tasks.results import KindResult, KindVerdict, compare_tasks
from app.core.tasks.scoring import Outcome
from app.core.text.shared_names import file_name
from app.core.verdict import Evidence, Judgement, Limits, judge_candidates
from app.core.verdict_pairs import Pair, compare_at_equal_memory
from app.core.verdict_words import MoreBits, Rung, sentence_of
from app.lab.verdict.guessing import beside_guessing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.core.statistics.anytime import WinRate
    from app.core.tasks.items import TaskItem
    from app.core.tasks.results import Outcomes
    from app.lab.ladder.rows import LadderResult, LadderRow


@dataclass(frozen=True, slots=True)
class Assessment:
    """What may be said.

    Attributes:
        names: What sentences and plots call each file.
        judgements: Of each candidate; the reference has none.
        kinds: Of each file that was asked, corrected over the whole ladder; of the reference
            its own accuracies, with nothing to compare.
        sentences: One about each file.
        recommendation: Which one to run.
        pairs: Versions of different models that need about the same memory, two at a time.
        votes: What was taken into account of blind votes, by file.
    """

    names: dict[str, str]
    judgements: dict[str, Judgement]
    kinds: dict[str, tuple[KindResult, ...]]
    sentences: dict[str, str]
    recommendation: Recommendation
    pairs: tuple[Pair, ...] = ()
    votes: Mapping[str, WinRate] = field(default_factory=lambda: dict[str, "WinRate"]())


def assess(
    result: LadderResult,
    items: Sequence[TaskItem],
    limits: Limits,
    votes: Mapping[str, WinRate] | None = None,
    pair_votes: Mapping[tuple[str, str], WinRate] | None = None,
) -> Assessment:
    """Judge a ladder, complete or not.

    Args:
        result: What was measured.
        items: The questions that were asked.
        limits: Of the person.
        votes: Blind votes of candidates against the reference, by file.
        pair_votes: Of the first of two files against the second.
    """
    names = names_of(result)
    plan = result.plan
    others = [path for path in plan.files if path != plan.reference]
    base = _outcomes(result.reference)
    asked = [path for path in others if base and _outcomes(result.rows[path])]
    compared = compare_tasks(
        items, base, [_outcomes(result.rows[path]) for path in asked], limits.tolerance
    )
    kinds = dict(zip(asked, compared, strict=True))
    evidence = [Evidence(kinds.get(path, ()), (votes or {}).get(path)) for path in others]
    judgements = dict(zip(others, judge_candidates(evidence, limits.tolerance), strict=True))
    rungs = {
        path: _rung(result, result.rows[path], names[path], judgements.get(path))
        for path in plan.files
    }
    reference = rungs[plan.reference]
    final = {path: judgement.kinds for path, judgement in judgements.items()}
    if base:
        (own,) = compare_tasks(items, base, [base], limits.tolerance)
        final[plan.reference] = tuple(map(_alone, own))
    return Assessment(
        names,
        judgements,
        final,
        {path: sentence_of(rung, reference) for path, rung in rungs.items()},
        recommend([rungs[path] for path in plan.files], reference, limits),
        tuple(_pairs(result, items, rungs, limits.tolerance, pair_votes)),
        dict(votes or {}),
    )


def names_of(result: LadderResult) -> dict[str, str]:
    """The level where it tells the versions of one model apart, else the file's name."""
    levels = {path: row.facts.level for path, row in result.rows.items() if row.facts is not None}
    often = Counter(levels.values())
    one_model = len(set(_models(result).values())) < 2
    return {
        path: levels[path]
        if one_model and path in levels and often[levels[path]] == 1
        else file_name(path).removesuffix(".gguf")
        for path in result.rows
    }


def _models(result: LadderResult) -> dict[str, str]:
    """Which model each file is a version of, as far as its size and shape tell."""
    return {
        path: f"{row.facts.architecture} {row.facts.parameters}"
        for path, row in result.rows.items()
        if row.facts is not None
    }


def _pairs(
    result: LadderResult,
    items: Sequence[TaskItem],
    rungs: Mapping[str, Rung],
    tolerance: float,
    votes: Mapping[tuple[str, str], WinRate] | None,
) -> list[Pair]:
    def kinds_of(first: str, second: str) -> list[KindResult]:
        one, other = _outcomes(result.rows[first]), _outcomes(result.rows[second])
        return compare_tasks(items, one, [other], tolerance)[0] if one and other else []

    rows = [rungs[path] for path in result.plan.files]
    return compare_at_equal_memory(rows, _models(result), kinds_of, tolerance, votes)


def _rung(result: LadderResult, row: LadderRow, name: str, judgement: Judgement | None) -> Rung:
    speed = row.test("tg")
    figures = row.quality.figures if row.quality is not None else {}
    same_top = figures.get("same_top")
    return Rung(
        row.file,
        name,
        judgement,
        row.needed_bytes,
        speed.mean if speed is not None else None,
        None if judgement is None else same_top,
        row.error,
        speed.stddev / math.sqrt(len(speed.samples)) if speed and speed.stddev else None,
        MoreBits(0.0, 0.0) if judgement is None else _more_bits(figures),
        row.quality is not None and row.quality.refused is not None,
        is_guessing(*beside_guessing(result, row)),
        result.is_at_floor(row.file) is True,
        same_top if judgement is None else None,
    )


def _more_bits(figures: Mapping[str, float | int | None]) -> MoreBits | None:
    """Of a candidate, relative to what the reference needs over the same bytes."""
    apart, base = figures.get("bits_per_byte_difference"), figures.get("reference_bits_per_byte")
    if apart is None or not base:
        return None
    error = figures.get("bits_per_byte_difference_se_chunks")
    return MoreBits(apart / base, None if error is None else error / base)


def _outcomes(row: LadderRow) -> Outcomes:
    if row.tasks is None:
        return {}
    return {key: Outcome(value) for key, value in row.tasks.outcomes.items()}


def _alone(kind: KindResult) -> KindResult:
    """The reference's own accuracy, without a comparison with itself."""
    able = kind.verdict is not KindVerdict.REFERENCE_CANNOT
    return replace(
        kind,
        difference=None,
        p_value=None,
        corrected_p_value=None,
        verdict=KindVerdict.AS_GOOD if able else KindVerdict.REFERENCE_CANNOT,
        items_to_settle=None,
    )
