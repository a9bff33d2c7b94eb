"""A ladder as one JSON document: what the command prints, what reports hold, what is repeated."""

from __future__ import annotations

import datetime
import hashlib
from typing import TYPE_CHECKING, Any

import msgspec

from app import __version__
from app.core.quality.histogram import EDGES
from app.core.text.shared_names import file_name
from app.lab.ladder.quality import longest_of
from app.lab.quality.document import BITS_NAMES, FIGURE_NAMES
from app.lab.quality.texts import shared_text_name
from app.lab.verdict.hygiene import settings_of
from app.lab.verdict.remarks import remarks_on
from app.monitor.machine import machine_facts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.statistics.anytime import WinRate
    from app.core.tasks.items import TaskItem
    from app.core.tasks.results import KindResult
    from app.core.verdict import Judgement, Limits
    from app.core.verdict_pairs import Pair
    from app.lab.ladder.rows import LadderResult, LadderRow
    from app.lab.verdict.verdict import Assessment

FORMAT = "shrinkscope ladder"
FORMAT_VERSION = 1
VERDICT_RULE = 2
"""Which rule gave the states. By the first, of reports that do not say it, a kind's own loss could
vanish behind all questions together."""
_SHOWN_FAILURES = 6

Row = dict[str, Any]


def ladder_document(
    result: LadderResult,
    assessment: Assessment,
    limits: Limits,
    text: bytes,
    items: tuple[TaskItem, ...],
) -> dict[str, Any]:
    """Everything about a ladder, in plain values.

    Args:
        result: What was measured.
        assessment: What may be said.
        limits: Of the person.
        text: What quality was measured on.
        items: The questions that were asked.
    """
    plan = result.plan
    reference = result.reference
    text_name, items_name = shared_text_name(plan.text_name), file_name(plan.items_name)
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "program": f"Shrinkscope {__version__}",
        "made": now.isoformat(),
        "machine": msgspec.to_builtins(machine_facts()),
        "engine": result.engine or None,
        "arguments": msgspec.to_builtins(plan) | {"text_name": text_name, "items_name": items_name},
        "limits": {
            "memory_bytes": limits.memory_bytes,
            "least_tokens_per_second": limits.least_tokens_per_second,
            "tolerance": limits.tolerance,
        },
        "text": {
            "name": text_name or None,
            "bytes": len(text),
            "sha256": hashlib.sha256(text).hexdigest() if text else None,
        },
        "items": {
            "name": items_name or None,
            "count": len(items),
            "sha256": items_hash(items) if items else None,
        },
        "questions": [
            {"key": item.key, "kind": item.kind, "prompt": item.prompt, "answer": item.answer}
            for item in items
        ],
        "bandwidth_bytes_per_second": result.bandwidth,
        "reference": {
            "file": plan.reference,
            "level": reference.facts.level if reference.facts else None,
            "name": assessment.names[plan.reference],
        },
        "noise_floor": result.noise_floor,
        "candidates": candidate_rows(result, assessment, items),
        "verdict_rule": VERDICT_RULE,
        "verdicts": [
            _verdict(path, assessment.judgements.get(path), assessment.sentences[path])
            for path in _rows(result)
        ],
        "recommendation": {
            "file": assessment.recommendation.file,
            "sentence": str(assessment.recommendation.sentence),
            "remarks": list(map(str, assessment.recommendation.remarks)),
        },
        "at_equal_memory": [_pair(pair) for pair in assessment.pairs],
        "remarks": list(map(str, remarks_on(result, assessment.names))),
        "histogram_edges": list(EDGES),
        "elapsed_ns": result.elapsed_ns,
        "resumed_steps": result.resumed_steps,
    }


def candidate_rows(
    result: LadderResult, assessment: Assessment, items: Sequence[TaskItem] = ()
) -> list[dict[str, Any]]:
    """The document's rows; without the questions they show none that went wrong."""
    by_key = {item.key: item for item in items}
    return [_candidate(result, path, assessment, by_key) for path in _rows(result)]


def _rows(result: LadderResult) -> list[str]:
    """In the order of the arguments; a reference that is none of them comes first."""
    candidates = list(dict.fromkeys(result.plan.candidates))
    reference = result.plan.reference
    return candidates if reference in candidates else [reference, *candidates]


def _verdict(path: str, judgement: Judgement | None, sentence: str) -> dict[str, Any]:
    return {
        "file": path,
        "state": "as good as" if judgement is None else judgement.state.value,
        "hint": judgement is not None and judgement.hint,
        "against": [kind.kind for kind in judgement.against] if judgement else [],
        "sentence": str(sentence),
    }


def _candidate(
    result: LadderResult, path: str, assessment: Assessment, items: dict[str, TaskItem]
) -> dict[str, Any]:
    row = result.rows[path]
    facts, memory, judgement = row.facts, row.memory, assessment.judgements.get(path)
    generation, prompt = row.test("tg"), row.test("pp")
    document: dict[str, Any] = {
        "file": path,
        "name": assessment.names[path],
        "level": facts.level if facts else None,
        "is_reference": path == result.plan.reference,
        "sha256": list(facts.sha256) if facts else None,
        "file_bytes": facts.file_bytes if facts else None,
        "bits_per_weight": facts.bits_per_weight if facts else None,
        "parameters": facts.parameters if facts else None,
        "active_parameters": facts.active_parameters if facts else None,
        "architecture": facts.architecture if facts else None,
        "memory_needed_bytes": memory.needed_bytes if memory else None,
        "memory_predicted_bytes": memory.predicted_bytes if memory else None,
        "peak_private_bytes": memory.peak_private_bytes if memory else None,
        "peak_mapped_bytes": memory.peak_mapped_bytes if memory else None,
        "load_ns": memory.load_ns if memory and memory.load_ns else None,
        "memory": msgspec.to_builtins(memory) if memory else None,
        "prompt_tokens_per_second": prompt.mean if prompt else None,
        "tokens_per_second": generation.mean if generation else None,
        "bandwidth_share": generation.bandwidth_share if generation else None,
        "speed": [msgspec.to_builtins(one) for one in row.speed],
        "speed_again": [msgspec.to_builtins(one) for one in row.again],
    }
    document["settings"] = settings_of(result, row)
    document |= _quality(result, row)
    kinds = assessment.kinds.get(path, ())
    document["kinds"] = [kind_document(kind) for kind in kinds]
    together = judgement.together if judgement else None
    document["all_questions"] = kind_document(together) if together else None
    document["votes"] = _votes(assessment.votes.get(path), judgement)
    document["outcomes"] = row.tasks.outcomes if row.tasks else None
    document["wrong_answers"] = row.tasks.wrong if row.tasks else None
    document["failures"] = _failures(row, result.reference, items)
    document["error"] = row.error
    return document


def _votes(rate: WinRate | None, judgement: Judgement | None) -> dict[str, Any] | None:
    """Blind votes against the reference, ties left out."""
    if rate is None:
        return None
    return {
        "better": rate.wins,
        "worse": rate.losses,
        "low": rate.interval.low,
        "high": rate.interval.high,
        "p_value": rate.p_value,
        "corrected_p_value": judgement.votes_p_value if judgement else None,
    }


def kind_document(kind: KindResult) -> dict[str, Any]:
    """One kind of questions by the command line's contract."""
    counts = kind.counts
    return {
        "kind": kind.kind,
        "items": counts.total,
        "correct": counts.both + counts.gained,
        "out_of_tokens": kind.out_of_tokens,
        "empty": kind.empty,
        "failed": kind.failed,
        "accuracy": (counts.both + counts.gained) / counts.total if counts.total else None,
        "accuracy_low": kind.accuracy.low if kind.accuracy else None,
        "accuracy_high": kind.accuracy.high if kind.accuracy else None,
        "gained": counts.gained,
        "lost": counts.lost,
        "difference": counts.difference if kind.difference else None,
        "difference_low": kind.difference.low if kind.difference else None,
        "difference_high": kind.difference.high if kind.difference else None,
        "p_value": kind.p_value,
        "corrected_p_value": kind.corrected_p_value,
        "verdict": kind.verdict.value,
        "hint": kind.hint,
        "items_to_settle": kind.items_to_settle,
    }


def _quality(result: LadderResult, row: LadderRow) -> dict[str, Any]:
    quality = row.quality
    nothing: dict[str, Any] = dict.fromkeys((*FIGURE_NAMES, *BITS_NAMES))
    if quality is None or row.file == result.plan.reference:
        rest = (
            "longest", "worst", "continuations", "histogram", "stopped_by", "scored_ns", "refused"
        )  # fmt: skip
        nothing |= dict.fromkeys(rest)
        nothing["at_noise_floor"] = None
        if row.file == result.plan.reference:
            nothing["bits_per_byte"] = _reference_bits(result)
        return nothing
    return {
        **nothing,
        **quality.figures,
        "at_noise_floor": result.is_at_floor(row.file),
        "longest": longest_of(quality),
        "worst": [dict(worst) for worst in quality.worst],
        "continuations": [dict(one) for one in quality.continuations],
        "histogram": list(quality.histogram) or None,
        "stopped_by": quality.stopped_by,
        "scored_ns": quality.scored_ns or None,
        "refused": quality.refused,
    }


def _reference_bits(result: LadderResult) -> float | None:
    """What the reference needs for a byte of the text that all are shown on."""
    steps = [row.quality for row in result.rows.values() if row.quality is not None]
    steps.sort(key=lambda step: step.refused is not None)  # those with its vocabulary first
    known = (step.figures.get("reference_bits_per_byte") for step in steps)
    return next((bits for bits in known if bits is not None), None)


def _pair(pair: Pair) -> dict[str, Any]:
    together = pair.judgement.summary
    return {
        "first": pair.first,
        "second": pair.second,
        "state": pair.judgement.state.value,
        "hint": pair.judgement.hint,
        "all_questions": kind_document(together) if together else None,
        "more_bits_share": pair.bits.share if pair.bits else None,
        "more_bits_share_se": pair.bits.standard_error if pair.bits else None,
        "sentence": str(pair.sentence),
    }


def _failures(
    row: LadderRow, reference: LadderRow, items: dict[str, TaskItem]
) -> list[dict[str, str]]:
    """The first questions of each kind that only the reference got right: kinds in turn."""
    if row.tasks is None or reference.tasks is None or row.file == reference.file:
        return []
    by_kind: dict[str, list[dict[str, str]]] = {}
    for key, outcome in row.tasks.outcomes.items():
        item = items.get(key)
        if item is None or outcome == "correct" or reference.tasks.outcomes.get(key) != "correct":
            continue
        by_kind.setdefault(item.kind, []).append(
            {
                "kind": item.kind,
                "prompt": item.prompt,
                "expected": item.answer,
                "answer": row.tasks.wrong.get(key, ""),
                "outcome": outcome,
            }
        )
    found: list[dict[str, str]] = []
    while by_kind and len(found) < _SHOWN_FAILURES:
        for kind in list(by_kind):
            found.append(by_kind[kind].pop(0))
            if not by_kind[kind]:
                del by_kind[kind]
    return found[:_SHOWN_FAILURES]


def items_hash(items: Sequence[TaskItem]) -> str:
    """Two results are about the same questions where this is the same."""
    return hashlib.sha256(repr(tuple(items)).encode("utf-8", "backslashreplace")).hexdigest()


def speed_test(row: Row, start: str, depth: int = 0) -> Row | None:
    """A test of speed: ``pp`` or ``tg``."""
    for one in row["speed"]:
        if one["test"].startswith(start) and one["depth"] == depth:
            return dict(one)
    return None


def summary_of(row: Row) -> Row | None:
    """All questions in one result; of the reference, its own sum."""
    if row["all_questions"]:
        return dict(row["all_questions"])
    asked = [kind for kind in row["kinds"] if kind["items"]]
    if len(asked) == 1:
        return dict(asked[0])
    if not asked:
        return None
    able = [kind for kind in asked if kind["verdict"] != "the reference cannot do this"]
    items, correct = sum(k["items"] for k in able), sum(k["correct"] for k in able)
    nothing = dict.fromkeys(asked[0])
    share = correct / items if items else None
    return {**nothing, "kind": "all questions", "items": items, "correct": correct,
            "accuracy": share}  # fmt: skip
