"""A ladder as one JSON document: what the command prints, what reports hold, what is repeated."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from app.core.candidates.notation import words_of
from app.core.quality.histogram import EDGES
from app.core.text.clean import plain_text
from app.core.text.shared_names import file_name
from app.lab.ladder.quality import longest_of
from app.lab.quality.document import FIGURE_NAMES
from app.lab.quality.texts import shared_text_name
from app.lab.verdict.failures import failures_of
from app.lab.verdict.hygiene import settings_of

if TYPE_CHECKING:
    from app.core.ladder.pairs import Pair
    from app.core.ladder.row import Row
    from app.core.tasks.items import TaskItem
    from app.core.tasks.results import KindResult
    from app.lab.verdict.view import LadderView

FORMAT = "shrinkscope ladder"
_PLAIN_VERSION, FORMAT_VERSION = 1, 2  # 2: of candidates that are more than a file
VERDICT_RULE = 4
"""Which rule gave the states. By the first, of reports that do not say it, a kind's own loss could
vanish behind all questions together; by the second, nobody was as good who might be better by more
than the tolerance, and alike questions counted as if they had nothing in common; by the third,
those about one text did."""
_OF_FILES = ("file_bytes", "bits_per_weight", "parameters", "active_parameters", "architecture")
_OF_MEMORY = ("peak_private_bytes", "peak_mapped_bytes")


def ladder_document(view: LadderView) -> dict[str, Any]:
    """Everything about a ladder, in plain values."""
    plan, about, limits, taken = view.plan, view.about, view.limits, view.taken
    text_name, items_name = shared_text_name(plan.text_name), file_name(plan.items_name)
    items, chosen = tuple(about.items), view.recommendation.file
    tasks = view.reference.tasks
    at_once = tasks.at_once if tasks is not None else None
    document = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION if plan.chosen else _PLAIN_VERSION,
        "program": taken.program,
        "made": None if taken.when_ns is None else moment_of(taken.when_ns).isoformat(),
        "machine": taken.machine,
        "engine": view.engine or None,
        "arguments": _arguments(view)
        | {"text_name": text_name, "items_name": items_name, "at_once": plan.at_once or at_once},
        "limits": {
            "memory_bytes": limits.memory_bytes,
            "least_tokens_per_second": limits.least_tokens_per_second,
            "tolerance": limits.tolerance,
        },
        "text": {
            "name": text_name or None,
            "bytes": about.text_bytes,
            "sha256": about.text_sha256,
        },
        "items": {
            "name": items_name or None,
            "count": len(items),
            "sha256": items_hash(items) if items else None,
        },
        "questions": [
            {"key": item.key, "kind": item.kind, "prompt": item.prompt, "answer": item.answer}
            | ({"text": item.text} if item.text else {})
            for item in items
        ],
        "bandwidth_bytes_per_second": view.bandwidth,
        "reference": {
            **_named(view.reference),
            "level": view.reference.facts.level if view.reference.facts else None,
            "name": view.reference.name,
        },
        "noise_floor": view.floor,
        "at_once_mean_kld": tasks.rounding if tasks is not None else None,
        "candidates": [_candidate(view, row) for row in view.rows],
        "verdict_rule": VERDICT_RULE,
        "verdicts": [_verdict(row) for row in view.rows],
        "recommendation": {
            **_named(view.row(chosen) if chosen else None),
            "sentence": view.recommendation.sentence,
            "remarks": list(view.recommendation.remarks),
        },
        "settings": _settings(view),
        "ways": msgspec.to_builtins(view.ways, enc_hook=plain_text),
        "at_equal_memory": [_pair(view, pair) for pair in view.pairs],
        "remarks": list(view.remarks),
        "histogram_edges": list(EDGES),
        "elapsed_ns": view.elapsed_ns,
        "resumed_steps": view.resumed_steps,
        **_night(view),
    }
    return msgspec.to_builtins(document, enc_hook=plain_text)


def _arguments(view: LadderView) -> dict[str, Any]:
    """The plan; where a night's files lie here is nothing for others."""
    arguments: dict[str, Any] = msgspec.to_builtins(view.plan)
    del arguments["night"]
    return arguments


def _night(view: LadderView) -> dict[str, Any]:
    """What only nights have."""
    notes = view.night
    if notes is None:
        return {}
    return {
        "steps": [
            {
                "level": visited.level,
                "downloaded_bytes": visited.came_bytes,
                "measured": visited.left is None,
                "deleted": visited.is_deleted,
                "error": visited.left,
            }
            for visited in notes.files.values()
        ],
        "night": {
            "until": moment_of(notes.until_ns).isoformat(),
            "asleep_ns": notes.asleep_ns,
            "offline_ns": notes.offline_ns,
            "disk_full_ns": notes.full_ns,
            "bytes_per_second": notes.bytes_per_second,
            "projectors": [
                {
                    "name": visited.level,
                    "downloaded_bytes": visited.came_bytes,
                    "deleted": visited.is_deleted,
                }
                for visited in notes.eyes.values()
            ],
        },
    }


def moment_of(time_ns: int) -> datetime.datetime:
    """A time since 1970 to the second, in UTC."""
    return datetime.datetime.fromtimestamp(time_ns // 10**9, datetime.UTC)


def _named(row: Row | None) -> dict[str, str | None]:
    """What a document calls a candidate: its file, its words, and the key it is filed under."""
    if row is None:
        return dict.fromkeys(("file", "candidate", "key"))
    return {"file": row.file, "candidate": words_of(row.candidate), "key": row.key}


def _settings(view: LadderView) -> dict[str, Any] | None:
    """What settings of one file bring; None in any other ladder."""
    tuned = view.tuned
    if tuned is None:
        return None
    return {
        "best": words_of(tuned.best),
        "measured_together": tuned.measured is not None,
        "is_as_it_was": tuned.is_base,
        "headline": tuned.headline,
        "sentence": tuned.sentence,
        "tried": [
            {
                **_named(view.row(one.key)),
                "settings": sorted(one.names),
                "times_as_fast": one.turn.times if one.turn else None,
                "times_as_fast_low": one.turn.low if one.turn else None,
                "times_as_fast_high": one.turn.high if one.turn else None,
                "reading_times_as_fast": one.reading,
                "writing_times_as_fast": one.writing,
                "busy": one.is_busy,
                "memory_saved_bytes": one.saved_bytes,
                "loss": one.loss.value,
                "is_taken": one.is_taken,
                "sentence": one.sentence,
            }
            for one in tuned.tried
        ],
    }


def _verdict(row: Row) -> dict[str, Any]:
    judgement = row.judgement
    return {
        **_named(row),
        "state": "as good as" if judgement is None else judgement.state.value,
        "hint": judgement is not None and judgement.hint,
        "decided_after": judgement.decided.after if judgement and judgement.decided else None,
        "against": [kind.kind for kind in judgement.against] if judgement else [],
        "sentence": row.sentence,
    }


def _candidate(view: LadderView, row: Row) -> dict[str, Any]:
    facts, memory, judgement = row.facts, row.memory, row.judgement
    generation, prompt = row.test("tg"), row.test("pp")
    together = judgement.together if judgement else None
    return {
        **_named(row),
        "name": row.name,
        "level": facts.level if facts else None,
        "is_reference": row.is_reference,
        "sha256": list(facts.sha256) if facts else None,
        **{name: getattr(facts, name, None) for name in _OF_FILES},
        "memory_needed_bytes": memory.needed_bytes if memory else None,
        "memory_predicted_bytes": memory.predicted_bytes if memory else None,
        **{name: getattr(memory, name, None) for name in _OF_MEMORY},
        "load_ns": memory.load_ns if memory and memory.load_ns else None,
        "memory": memory,
        "prompt_tokens_per_second": prompt.mean if prompt else None,
        "tokens_per_second": generation.mean if generation else None,
        "first_token_after_2048_ns": row.first_token_ns.number if row.first_token_ns else None,
        "bandwidth_share": generation.bandwidth_share if generation else None,
        "speed": row.speed,
        "speed_again": row.again,
        "settings": None if row.is_far else settings_of(view.plan, row),
        **(_server(row) if view.plan.far else {}),
        **_quality(row),
        "kinds": [kind_document(kind) for kind in row.kinds],
        "all_questions": kind_document(together) if together else None,
        "votes": _votes(row),
        "decided_after": row.tasks.decided_after if row.tasks else None,
        "outcomes": row.tasks.outcomes if row.tasks else None,
        "wrong_answers": row.tasks.wrong if row.tasks else None,
        "failures": msgspec.to_builtins(failures_of(row, view.about.items), enc_hook=plain_text),
        "error": row.error,
    }


def _server(row: Row) -> dict[str, Any]:
    """What only ladders with servers have; figures that cannot be had are null, with the reason."""
    spent, along = row.spent, row.along
    told = None if row.told is None else row.told.figures | {"likeliest": row.told.likeliest}
    return {
        "server": row.served,
        "clocked": row.clocked,
        "along": None
        if along is None
        else {
            "same_top": along.share,
            "same_top_low": along.interval.low if along.interval else None,
            "same_top_high": along.interval.high if along.interval else None,
            "same_tokens": along.same_tokens,
            "tokens": along.looked_tokens,
            "parted": along.parted,
            "continuations": along.partings,
        },
        "told": told,
        "spent": None
        if spent is None
        else {
            "read_tokens": spent.read_tokens,
            "written_tokens": spent.written_tokens,
            "cost": row.cost,
        },
        "not_measured": {kind.value: row.why_unable(kind) for kind in sorted(row.unable)},
    }


def _votes(row: Row) -> dict[str, Any] | None:
    """Blind votes against the reference, ties left out."""
    rate = row.votes
    if rate is None:
        return None
    return {
        "better": rate.wins,
        "worse": rate.losses,
        "low": rate.interval.low,
        "high": rate.interval.high,
        "p_value": rate.p_value,
        "corrected_p_value": row.judgement.votes_p_value if row.judgement else None,
    }


def kind_document(kind: KindResult) -> dict[str, Any]:
    """One kind of questions by the command line's contract."""
    counts = kind.counts
    return {
        "kind": kind.kind,
        "items": counts.total,
        "correct": counts.right,
        "out_of_tokens": kind.out_of_tokens,
        "empty": kind.empty,
        "failed": kind.failed,
        "accuracy": counts.right / counts.total if counts.total else None,
        "accuracy_low": kind.accuracy.low if kind.accuracy else None,
        "accuracy_high": kind.accuracy.high if kind.accuracy else None,
        "gained": counts.gained,
        "lost": counts.lost,
        "difference": counts.difference if kind.difference else None,
        "difference_low": kind.difference.low if kind.difference else None,
        "difference_high": kind.difference.high if kind.difference else None,
        "p_value": kind.p_value,
        "corrected_p_value": kind.corrected_p_value,
        "share_of_look": kind.share,
        "verdict": kind.verdict.value,
        "hint": kind.hint,
        "items_to_settle": kind.items_to_settle,
    }


def _quality(row: Row) -> dict[str, Any]:
    quality = None if row.is_reference else row.quality
    figures = dict.fromkeys(FIGURE_NAMES) | dict(row.figures)
    if row.is_reference:
        figures["bits_per_byte"] = row.own_bits
    return {
        **figures,
        "at_noise_floor": row.at_floor,
        "longest": longest_of(quality) if quality else None,
        "worst": quality.worst if quality else None,
        "continuations": quality.continuations if quality else None,
        "histogram": list(quality.histogram) or None if quality else None,
        "stopped_by": quality.stopped_by if quality else None,
        "scored_ns": quality.scored_ns or None if quality else None,
        "refused": quality.refused if quality else None,
    }


def _pair(view: LadderView, pair: Pair) -> dict[str, Any]:
    together = pair.judgement.summary
    return {
        "first": words_of(view.plan.candidate(pair.first)),
        "second": words_of(view.plan.candidate(pair.second)),
        "state": pair.judgement.state.value,
        "hint": pair.judgement.hint,
        "all_questions": kind_document(together) if together else None,
        "more_bits_share": pair.bits.share if pair.bits else None,
        "more_bits_share_se": pair.bits.standard_error if pair.bits else None,
        "sentence": pair.sentence,
    }


def items_hash(items: Sequence[TaskItem]) -> str:
    """Two results are about the same questions where this is the same."""
    told = repr(tuple(items))
    for parts in ([item.picture for item in items], [item.text for item in items]):
        if any(parts):  # questions without are known as before there were any
            told += repr(parts)
    return hashlib.sha256(told.encode("utf-8", "backslashreplace")).hexdigest()
