"""What stands above a ladder: where its rows were not treated alike, or the PC was not at rest."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from app.core.chats.templates import PLAIN_ID, plain_completion
from app.core.ladder.row import FULL_LEVELS, Row
from app.core.quality.guessing import guessing_sentence
from app.core.shrink.ways import Way
from app.core.tasks.scoring import Outcome
from app.core.words.sentence import chained, speed, worded
from app.lab.verdict.hygiene import differences
from app.lab.verdict.nights import night_remarks
from app.lab.verdict.servers import server_remarks

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.candidates.candidate import Candidate
    from app.core.ladder.row import Row
    from app.core.servers.server import Server
    from app.lab.ladder.rows import LadderResult


def guessing_remarks(result: LadderResult, names: dict[str, str]) -> list[str]:
    """A warning for each; of the reference alone where it is the reference that cannot read."""
    base = result.reference
    first = guessing_sentence(names[base.key], *beside_guessing(result, base), is_reference=True)
    if first is not None:
        return [first]
    others = (row for row in result.rows.values() if row.key != base.key)
    found = (
        guessing_sentence(names[row.key], *beside_guessing(result, row), is_reference=False)
        for row in others
    )
    return [sentence for sentence in found if sentence is not None]


def beside_guessing(
    result: LadderResult, row: Row
) -> tuple[float | None, int | None, float | None]:
    """A row's perplexity, vocabulary size and bits per byte, as ``is_guessing`` asks for them.

    The reference's are those over the texts of the candidate that was held against it longest.
    """
    size = row.facts.vocabulary_size if row.facts is not None else None
    if row.key != result.plan.reference:
        figures = row.quality.figures if row.quality is not None else {}
        return figures.get("ppl"), size, figures.get("bits_per_byte")
    steps = [one.quality.figures for one in result.rows.values() if one.quality is not None]
    known = [one for one in steps if one.get("reference_ppl") is not None]
    if not known:
        return None, size, None
    figures = max(known, key=lambda one: one.get("chunks") or 0)
    return figures.get("reference_ppl"), size, figures.get("reference_bits_per_byte")


# Mean KL divergence of a level from the full weights of Llama 3 8B, as llama.cpp publishes it with
# its perplexity tool: what a reference of this level adds to everything measured against it.
_OWN_NOISE = {
    "Q8_0": 0.0014,
    "Q6_K": 0.0055,
    "Q5_K_M": 0.011,
    "Q5_K_S": 0.017,
    "Q4_K_M": 0.028,
    "Q4_K_S": 0.032,
    "IQ4_XS": 0.036,
    "Q4_0": 0.072,
    "Q3_K_M": 0.084,
    "IQ3_M": 0.10,
    "IQ3_XXS": 0.18,
    "Q3_K_S": 0.23,
    "IQ2_M": 0.33,
    "Q2_K": 0.33,
    "IQ2_XXS": 0.81,
    "IQ1_S": 2.3,
}
_DRIFT = 0.05
_SLOWER = 0.10
# The same model, with something left out.
_PRUNED = (Way.PRUNED, Way.PRUNED_QUANTIZED, Way.HEALED)
_LEAST_SAMPLES = 4
_MANY_EMPTY = 0.05


def remarks_on(
    result: LadderResult, names: dict[str, str], kept: Callable[[Candidate], Server | None]
) -> list[str]:
    """Sentences for the person, those of the run itself first.

    Args:
        result: What was measured.
        names: Of the rows, by key.
        kept: Tells what is kept of a candidate's server.
    """
    rows = [row for row in result.rows.values() if row.facts is not None]
    return [
        *result.remarks,
        *night_remarks(result),
        *server_remarks(result, names, kept),
        *differences(result, names),
        *_reference_remark(result, names),
        *_student_remarks(result, rows, names),
        *_draft_remarks(rows, names),
        *guessing_remarks(result, names),
        *_template_remarks(result, names),
        *_one_by_one_remarks(result, names),
        *_empty_remarks(list(result.rows.values()), names),
        *_text_remarks(rows, names),
        *_memory_remarks(rows),
        *_timing_remarks(result, rows, names),
    ]


def _reference_remark(result: LadderResult, names: dict[str, str]) -> list[str]:
    facts = result.reference.facts
    if facts is None or facts.level in FULL_LEVELS:
        return []
    if len({row.file for row in result.rows.values()}) == 1 < len(result.rows):
        return []  # what the file itself has lost is not asked: settings are compared
    known = _OWN_NOISE.get(facts.level)
    name = names[result.plan.reference]
    if known is None:
        return [worded("verdict.reference_quantized_itself_losses_against_2", name=name)]
    noise = f"{known:g}"
    return [worded("verdict.reference_quantized_itself_losses_against", name=name, noise=noise)]


def _student_remarks(result: LadderResult, rows: list[Row], names: dict[str, str]) -> list[str]:
    """Other models than the reference whose next words can be held against its."""
    teacher = result.reference.facts
    students = [
        names[row.key]
        for row in rows
        if teacher is not None
        and row.facts is not None
        and row.quality is not None
        and row.quality.refused is None
        and row.facts.way not in _PRUNED
        and (row.facts.architecture, row.facts.parameters)
        != (teacher.architecture, teacher.parameters)
    ]
    teacher_name = names[result.plan.reference]
    return [worded("verdict.student", name=name, teacher=teacher_name) for name in students]


def _draft_remarks(rows: list[Row], names: dict[str, str]) -> list[str]:
    return [
        worded("verdict.drafted", name=names[row.key], said=test.drafted.said)
        for row in rows
        if (test := row.test("tg")) is not None and test.drafted is not None
    ]


def _template_remarks(result: LadderResult, names: dict[str, str]) -> list[str]:
    asked = {row.key: row for row in (result.reference, *result.rows.values()) if row.tasks}
    plain = [
        names[file]
        for file, row in asked.items()
        if row.facts is not None
        and (row.facts.template_sha256 is None or row.candidate.template_id == PLAIN_ID)
    ]
    if plain and len(plain) < len(asked):
        # As a base model beside one that was tuned.
        return [worded("verdict.asked_in_two_ways", names=chained("program.list_comma", plain))]
    return [plain_completion(plain)] if plain else []


def _one_by_one_remarks(result: LadderResult, names: dict[str, str]) -> list[str]:
    """Who could not answer several questions at once, as the original did."""
    base = result.reference.tasks
    others = [
        names[row.key]
        for row in result.rows.values()
        if base is not None and row.tasks is not None and row.tasks.at_once < base.at_once
    ]
    if not others:
        return []
    return [worded("verdict.asked_one_by_one", names=chained("program.list_comma", others))]


def too_short(name: str, chunks: int) -> str:
    """Why a version has no figures of quality beside the others."""
    return worded("verdict.read_too_few_chunks", name=name, n=chunks)


def _text_remarks(rows: list[Row], names: dict[str, str]) -> list[str]:
    """Who cannot be shown on the text of the others, or is shown on another."""
    steps = [(names[row.key], row.quality) for row in rows if row.quality is not None]
    found = [
        too_short(name, step.parts[-1].chunks)
        for name, step in steps
        if step.error is None and step.parts and step.figures.get("positions") is None
    ]
    old = [name for name, step in steps if step.stopped_by is not None and not step.parts]
    counts = {step.figures.get("chunks") for _, step in steps if step.stopped_by is not None}
    if old and len(counts) > 1:
        found.append(
            worded(
                "verdict.quality_measured_earlier_version_program",
                old=chained("program.list_comma", old),
            )
        )
    return found


def _empty_remarks(rows: list[Row], names: dict[str, str]) -> list[str]:
    """Who often said nothing: that is more likely the asking than what the weights have lost."""
    found: list[str] = []
    for row in rows:
        outcomes = list(row.tasks.outcomes.values()) if row.tasks is not None else []
        empty = outcomes.count(Outcome.EMPTY.value)
        if empty <= _MANY_EMPTY * len(outcomes):
            continue
        found.append(
            worded(
                "verdict.gave_no_word_answer_questions",
                names=names[row.key],
                empty=empty,
                count=len(outcomes),
            )
        )
    return found


def _memory_remarks(rows: list[Row]) -> list[str]:
    if not any(one.bandwidth_busy for row in rows for one in row.speed):
        return []
    return [worded("verdict.other_programs_kept_pc_busy")]


def _timing_remarks(result: LadderResult, rows: list[Row], names: dict[str, str]) -> list[str]:
    found: list[str] = []
    busy = [one.others_cores or 0.0 for row in rows for one in row.speed if one.beside_others]
    if busy:
        cores = f"{max(busy):.1f}"
        found.append(worded("verdict.other_programs_kept_cores_busy", cores=cores))
    if any(one.power == "battery" for row in rows for one in row.speed):
        found.append(worded("verdict.speed_measured_battery_slows_most"))
    if any(one.throttled for row in rows for one in row.speed):
        found.append(worded("verdict.processor_slowed_down_because_heat"))
    slower = [
        worded("verdict.version_in_test", names=names[row.key], test=one.test)
        for row in rows
        for one in row.speed
        if _became_slower(one.samples)
    ]
    if slower:
        where = chained("program.list_comma", slower)
        found.append(worded("verdict.speed_fell_repetition_repetition_pc", where=where))
    retaken = sum(one.retaken for row in rows for one in row.speed)
    if retaken:
        found.append(worded("verdict.repetitions_taken_again", n=retaken))
    for before in result.reference.speed:
        for after in result.reference.again:
            if (before.test, before.depth) != (after.test, after.depth):
                continue
            if before.mean and after.mean and abs(after.mean / before.mean - 1) > _DRIFT:
                found.append(
                    worded(
                        "verdict.reached_tokens_second_beginning_end",
                        names=names[result.plan.reference],
                        mean=speed(before.mean),
                        test=before.test,
                        mean_2=speed(after.mean),
                    )
                )
    return found


def _became_slower(samples: tuple[float, ...]) -> bool:
    """Whether each repetition was slower than the one before, and the last much than the first."""
    falling = all(after < before for before, after in itertools.pairwise(samples))
    return len(samples) >= _LEAST_SAMPLES and falling and samples[-1] < (1 - _SLOWER) * samples[0]
