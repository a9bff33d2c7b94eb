"""A ladder as it is read: its rows with what may be said of them, under one's limits.

Making a view is arithmetic over thousands of answers: some ten milliseconds, best in a job.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.core.candidates.changes import change_alone, changed
from app.core.candidates.notation import told_settings
from app.core.candidates.shapes import letter_of, numbers_of
from app.core.ladder.answer import Answer, answer_of, answer_of_settings
from app.core.ladder.pairs import Pair, compare_at_equal_memory
from app.core.ladder.tuned import Tuned, tuned_of
from app.core.ladder.ways import WaysAnswer, answer_of_ways
from app.core.quality.floor import Figures, at_once_sentence, floor_sentence, is_at_floor
from app.core.quality.guessing import is_guessing
from app.core.recommendation import Recommendation, recommend
from app.core.tasks.looks import Decided, Look, looks_at
from app.core.tasks.results import KindResult, KindVerdict, Outcomes, compare_tasks
from app.core.tasks.scoring import Outcome
from app.core.text.shared_names import file_name
from app.core.verdict import Evidence, Judgement, Limits, State, judge_candidates
from app.core.verdict_words import Rung, sentence_of
from app.core.words.sentence import worded
from app.lab.ladder.plan import LadderPlan, rows_of
from app.lab.tasks.sets import kinds_there
from app.lab.verdict.remarks import beside_guessing, remarks_on
from app.lab.verdict.settling import Settling, Way, settlings_of, speed_seconds

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.ladder.night import NightNotes
    from app.core.ladder.row import Row
    from app.core.servers.server import Server
    from app.core.statistics.anytime import WinRate
    from app.core.tasks.items import TaskItem
    from app.lab.ladder.kept import About
    from app.lab.ladder.rows import LadderResult, Taken


@dataclass(frozen=True, slots=True)
class LadderView:
    """One ladder at one moment; nothing in it changes.

    Attributes:
        plan: What is measured.
        about: Its questions and text.
        limits: Of the person.
        rows: In their order.
        recommendation: Which one to run.
        answer: The same in few words.
        settlings: What would settle those of which nothing can be told yet, by key.
        speed_seconds: About how long measuring every speed again takes; None if not known.
        pairs: Versions of different models that need about the same memory, two at a time.
        ways: Which way of shrinking answers best at the same memory; None where there is but one.
        tuned: What settings bring, where the rows are one file with others; else None.
        remarks: Where rows were not treated alike, or the PC was not at rest.
        taken: When, where and by which program it was measured.
        engine: What measured it; empty where nothing has yet.
        bandwidth: Bytes a second that this PC reads from memory; None where nothing rests on it.
        elapsed_ns: All steps together.
        resumed_steps: How many were there already from an earlier run.
        night: What became of the files of a night; None where all were here.
    """

    plan: LadderPlan
    about: About
    limits: Limits
    rows: tuple[Row, ...]
    recommendation: Recommendation
    answer: Answer
    settlings: Mapping[str, Settling]
    speed_seconds: float | None
    pairs: tuple[Pair, ...]
    ways: WaysAnswer | None
    tuned: Tuned | None
    remarks: tuple[str, ...]
    taken: Taken
    engine: str
    bandwidth: float | None
    elapsed_ns: int
    resumed_steps: int
    night: NightNotes | None = None

    @property
    def files(self) -> tuple[str, ...]:
        """The rows' files."""
        return tuple(row.key for row in self.rows)

    @property
    def reference(self) -> Row:
        """The row that the others are measured against."""
        return next(row for row in self.rows if row.is_reference)

    @property
    def floor(self) -> Figures | None:
        """The reference against itself; None where that was not measured."""
        return self.reference.floor

    @property
    def floor_said(self) -> str:
        """What differs by rounding alone, in words; empty where that was not measured."""
        tasks = self.reference.tasks
        at_once = at_once_sentence(tasks.at_once, tasks.rounding) if tasks is not None else ""
        return " ".join(filter(None, (floor_sentence(self.floor), at_once)))

    @property
    def floor_nats(self) -> float | None:
        """The reference's mean divergence from itself."""
        return self.floor.get("mean_kld") if self.floor is not None else None

    @property
    def depth_tokens(self) -> int:
        """How filled the context was in the deepest tests; 0 where none was."""
        return max((row.depth_tokens for row in self.rows), default=0)

    def row(self, file: str) -> Row | None:
        """A file's row; None where there is none of it."""
        return next((row for row in self.rows if row.key == file), None)


def view_of(
    result: LadderResult,
    about: About,
    limits: Limits,
    letters: Mapping[str, str] | None = None,
    votes: Mapping[tuple[str, str], WinRate] | None = None,
    kept: Callable[[Candidate], Server | None] = lambda _candidate: None,
) -> LadderView:
    """Judge a ladder, complete or not.

    Args:
        result: What was measured; must not change any more.
        about: What it rests on.
        limits: Of the person.
        letters: That candidates have elsewhere, by key; the others get those that are free.
        votes: Blind votes of the first of two candidates against the second, by keys.
        kept: Tells what is kept of a candidate's server.
    """
    plan = result.plan
    rows = _judged(result, about.items, limits, votes or {})
    there = kinds_there(plan.items_name)
    settlings = settlings_of(list(rows.values()), about.items, there)
    for key, settling in settlings.items():
        if there and settling.way is Way.VOTE and settling.needed:
            rows[key] = _with_votes_alone(rows[key], rows[plan.reference])
    shown = [rows[file] for file in rows_of(plan)]
    given = [(letters or {}).get(row.key, "") for row in shown]
    numbers = numbers_of(given)
    shown = [
        replace(row, number=number, letter=letter or letter_of(number))
        for row, number, letter in zip(shown, numbers, given, strict=True)
    ]
    rungs = [rows[key].rung for key in plan.keys]
    found = recommend(rungs, rows[plan.reference].rung, limits)
    answer = answer_of(shown, found, asks=bool(plan.items_name))
    if (tuned := tuned_of(shown, plan.threads, plan.looks)) is not None:
        others = tuple(one.sentence for one in tuned.tried if not one.is_taken)
        found = Recommendation(tuned.measured, tuned.sentence, others)
        answer = answer_of_settings(tuned, shown)
    ways = {row.key: str(row.way) for row in shown if row.way is not None}
    pairs = _pairs(result, about.items, rungs, ways, limits.tolerance, votes)
    return LadderView(
        plan,
        about,
        limits,
        tuple(shown),
        found,
        answer,
        settlings,
        speed_seconds(plan, shown),
        tuple(pairs),
        answer_of_ways(shown, pairs),
        tuned,
        tuple(remarks_on(result, {file: row.name for file, row in rows.items()}, kept)),
        result.taken,
        result.engine,
        result.bandwidth,
        result.elapsed_ns,
        result.resumed_steps,
        result.night,
    )


def names_of(result: LadderResult) -> dict[str, str]:
    """The level where it tells one model's files apart, else the file's name; with what is set.

    Of one file with other settings, what these are.
    """
    levels = {row.file: row.facts.level for row in result.rows.values() if row.facts is not None}
    often = Counter(levels.values())
    one_model = len(set(_models(result).values())) < 2
    reference = result.reference.file
    settings = _names_of_settings(result)
    known = _stem(reference).removesuffix(levels.get(reference, ""))

    def name(row: Row) -> str:
        if (server := row.candidate.server) is not None:
            told = row.served.told.id if row.served is not None else ""
            model = file_name(server.model or told) or worded("verdict.its_model")
            return worded("verdict.model_on_server", model=model, host=server.host)
        if settings.get(row.key):
            return settings[row.key]
        clear = one_model and row.file in levels and often[levels[row.file]] == 1
        # What was made of the reference is called as it is, and by its way.
        made = bool(row.facts and row.facts.way) and known.endswith("-")
        stem = _stem(row.file).removeprefix(known if made or row.file == reference else "")
        own = levels[row.file] if clear else stem or _stem(row.file)
        told = "" if row.key in settings else told_settings(row.candidate)
        return worded("program.list_comma", first=own, rest=told) if told else own

    return {key: name(row) for key, row in result.rows.items()}


def _names_of_settings(result: LadderResult) -> dict[str, str]:
    """In a ladder of one file, what rows have set otherwise than the first, which has no name.

    None where that leaves another one without a name: what it has set is what everybody gets.
    """
    base = result.reference.candidate
    others = [row.candidate for row in result.rows.values() if row.candidate != base]
    told = {
        each.key(): told_settings(change_alone(base, each))
        for each in others
        if changed(base, each)
    }
    if not others or len(told) < len(others) or not all(told.values()):
        return {}
    return {base.key(): "", **told}


def _stem(file: str) -> str:
    return file_name(file).removesuffix(".gguf")


def _judged(
    result: LadderResult,
    items: Sequence[TaskItem],
    limits: Limits,
    pair_votes: Mapping[tuple[str, str], WinRate],
) -> dict[str, Row]:
    """All rows, with what only follows from looking at them together."""
    names, base = names_of(result), _outcomes(result.reference)
    first = result.plan.reference
    votes = {key: rate for (key, other), rate in pair_votes.items() if other == first}
    plan = result.plan
    every = [row for row in result.rows.values() if row.key != first]
    # What only changes speed and memory is judged once, and beside the reference not at all.
    told = {row.key: by for row in every if (by := plan.told_by(row.key)) != row.key}
    others = [row for row in every if row.key not in told]
    asked = [row for row in others if base and _outcomes(row)]
    looks = [_look(row, items, plan) for row in asked]
    compared = compare_tasks(items, base, list(map(_outcomes, asked)), limits.tolerance, looks)
    kinds = {row.key: found for row, found in zip(asked, compared, strict=True)}
    evidence = [
        Evidence(
            kinds.get(row.key, ()),
            votes.get(row.key),
            _decided(row, items),
        )
        for row in others
    ]
    own = compare_tasks(items, base, [base], limits.tolerance)[0] if base else []
    reference = replace(
        result.reference,
        name=names[result.plan.reference],
        kinds=tuple(map(_alone, own)),
        own_bits=_own_bits(result),
        guesses=is_guessing(*beside_guessing(result, result.reference)),
        over_limit=_is_over(result.reference, limits),
    )
    rows = {reference.key: replace(reference, sentence=sentence_of(reference.rung, reference.rung))}
    judged = judge_candidates(evidence, limits.tolerance)
    judgements = {row.key: found for row, found in zip(others, judged, strict=True)}
    judgements[first] = Judgement(State.AS_GOOD, reference.kinds, is_same=True)
    for row in every:
        teller = told.get(row.key, row.key)
        judgement = judgements[teller]
        figures = row.quality.figures if row.quality is not None else {}
        found = replace(
            row,
            name=names[row.key],
            reference=reference,
            judgement=judgement,
            kinds=judgement.kinds,
            votes=votes.get(teller),
            is_told_by_another=row.key in told,
            guesses=is_guessing(*beside_guessing(result, row)),
            at_floor=None if judgement.is_same else is_at_floor(figures, reference.floor),
            over_limit=_is_over(row, limits),
        )
        rows[row.key] = replace(found, sentence=sentence_of(found.rung, reference.rung))
    return rows


def _with_votes_alone(row: Row, reference: Row) -> Row:
    """A row of which no further question can tell more, with the sentence that says so."""
    assert row.judgement is not None
    row = replace(row, judgement=replace(row.judgement, more_items=None, only_votes_tell=True))
    return replace(row, sentence=sentence_of(row.rung, reference.rung))


def _is_over(row: Row, limits: Limits) -> bool:
    needed = row.memory.needed_bytes if row.memory is not None else None
    return limits.memory_bytes is not None and bool(needed) and needed > limits.memory_bytes


def _own_bits(result: LadderResult) -> float | None:
    """What the reference needs for a byte of the text that all are shown on."""
    steps = [row.quality for row in result.rows.values() if row.quality is not None]
    steps.sort(key=lambda step: step.refused is not None)  # those with its vocabulary first
    known = (step.figures.get("reference_bits_per_byte") for step in steps)
    return next((bits for bits in known if bits is not None), None)


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
    rungs: Sequence[Rung],
    ways: Mapping[str, str],
    tolerance: float,
    votes: Mapping[tuple[str, str], WinRate] | None,
) -> list[Pair]:
    def kinds_of(first: str, second: str) -> list[KindResult]:
        rows = (result.rows[first], result.rows[second])
        one, other = map(_outcomes, rows)
        if not one or not other:
            return []
        looks = [_look(row, items, result.plan) for row in rows]
        end = min(looks, key=lambda look: look.questions)
        return compare_tasks(items, one, [other], tolerance, [end])[0]

    return compare_at_equal_memory(rungs, _models(result), kinds_of, tolerance, votes, ways)


def _decided(row: Row, items: Sequence[TaskItem]) -> Decided | None:
    after = row.tasks.decided_after if row.tasks is not None else None
    return Decided(after, len(items)) if after is not None else None


def _look(row: Row, items: Sequence[TaskItem], plan: LadderPlan) -> Look:
    """Where asking it ended, with the share that look had."""
    if row.tasks is not None and row.tasks.decided_after is not None:
        return Look(row.tasks.decided_after, row.tasks.decided_share)
    looks = looks_at(items, stops=plan.stops)
    return looks[-1] if looks else Look(0)


def _outcomes(row: Row) -> Outcomes:
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
