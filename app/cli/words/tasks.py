"""Results of ``tasks`` as one JSON document and as tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from app.core.chats.templates import plain_completion
from app.core.ladder.results import Spent, cost_of
from app.core.tasks.results import UNASKED, KindResult, KindVerdict
from app.core.tasks.scoring import Outcome
from app.core.verdict_words import points
from app.core.words import figures
from app.lab.ladder.costs import money

if TYPE_CHECKING:
    from app.cli.terminal.console import Console
    from app.core.candidates.candidate import Candidate
    from app.core.servers.server import Server
    from app.core.statistics.describe import Interval
    from app.lab.tasks.plan import TaskResult, TaskRow

Called = Callable[["Candidate"], str]
"""What a candidate was called on the command line."""
Used = dict[str, tuple[Spent, float | None]]
"""By the key of a server's model: tokens of what was answered now, and what they cost."""
_MOST_EXAMPLES = 3
_SHOWN_EXAMPLES = 3
_SHOWN_CHARACTERS = 60
_OPENINGS = ("kind", "right", "95 %", "original", "lost", "gained", "in 100", "95 %", "p")


def used_of(result: TaskResult, about: Callable[[Candidate], Server | None]) -> Used:
    """What models of servers read and wrote now; ``about`` tells what is kept of a server."""
    found: Used = {}
    for row in (result.reference, *result.rows):
        if row.candidate.server is not None:
            spent, kept = Spent.of(row.answers.figures), about(row.candidate)
            price = (kept.price_in, kept.price_out) if kept is not None else (None, None)
            found[row.candidate.key()] = spent, cost_of(spent, *price)
    return found


def document(result: TaskResult, called: Called, used: Used) -> dict[str, object]:
    """The part of the JSON document that tells what was measured."""
    plan = result.plan
    return {
        "engine": result.engine or None,
        "engines": plan.engines,
        "threads": plan.threads,
        "thinking": plan.thinking,
        "reference": _row(result, result.reference, called, used),
        "candidates": [_row(result, row, called, used) for row in result.rows],
    }


def _row(result: TaskResult, row: TaskRow, called: Called, used: Used) -> dict[str, object]:
    answers = row.answers
    spent, cost = used.get(row.candidate.key(), (None, None))
    return {
        "file": row.file,
        "candidate": called(row.candidate),
        "level": row.level,
        "kinds": [_kind(kind) | {"examples": _examples(result, row, kind)} for kind in row.kinds],
        "total": _kind(row.total) if row.total else None,
        "against": [kind.kind for kind in row.against],
        "decided_after": answers.decided.questions if answers.decided else None,
        "has_template": row.has_template if row.level else None,
        "thinks": row.thinks if row.level else None,
        "generated_tokens": sum(answer.tokens for answer in answers.answers.values()) or None,
        "asked_items": answers.asked,
        "at_once": answers.places if answers.asked else None,
        "asked_ns": answers.asked_ns or None,
        "spent": msgspec.to_builtins(spent),
        "cost": cost,
        "error": row.error,
    }


def _kind(row: KindResult) -> dict[str, object]:
    asked = row.counts.total
    return {
        "kind": row.kind,
        "items": asked,
        "correct": row.counts.both + row.counts.gained if asked else None,
        "out_of_tokens": row.out_of_tokens if asked else None,
        "empty": row.empty if asked else None,
        "accuracy": (row.counts.both + row.counts.gained) / asked if asked else None,
        "accuracy_low": _low(row.accuracy),
        "accuracy_high": _high(row.accuracy),
        "reference_correct": row.counts.both + row.counts.lost if asked else None,
        "reference_out_of_tokens": row.reference_out_of_tokens if asked else None,
        "reference_empty": row.reference_empty if asked else None,
        "gained": row.counts.gained if asked else None,
        "lost": row.counts.lost if asked else None,
        "failed": row.failed,
        "difference": row.counts.difference if asked else None,
        "difference_low": _low(row.difference),
        "difference_high": _high(row.difference),
        "p_value": row.p_value,
        "corrected_p_value": row.corrected_p_value,
        "share_of_look": row.share,
        "verdict": row.verdict.value,
        "hint": row.hint,
        "items_to_settle": _items_to_settle(row),
    }


def _items_to_settle(row: KindResult) -> int | None:
    """None where the interval is settled and the correction alone keeps it open."""
    count = row.items_to_settle
    return count if count is not None and count > row.counts.total else None


def _low(interval: Interval | None) -> float | None:
    return interval.low if interval else None


def _high(interval: Interval | None) -> float | None:
    return interval.high if interval else None


def _examples(result: TaskResult, row: TaskRow, kind: KindResult) -> list[dict[str, object]]:
    """Some questions of a kind that only the reference got right."""
    base, own = result.reference.answers.answers, row.answers.answers
    found: list[dict[str, object]] = []
    for item in result.plan.items:
        if item.kind != kind.kind or item.key not in base or item.key not in own:
            continue
        outcome = own[item.key].outcome(item)
        if outcome is Outcome.CORRECT or base[item.key].outcome(item) is not Outcome.CORRECT:
            continue
        found.append(
            {
                "id": item.key,
                "prompt": item.prompt,
                "expected": item.answer,
                "reference_text": base[item.key].text,
                "text": own[item.key].text,
                "outcome": outcome.value,
            }
        )
        if len(found) == _MOST_EXAMPLES:
            break
    return found


def show(result: TaskResult, called: Called, console: Console, used: Used) -> None:
    """Print a table for each candidate, and what some of them fail at."""
    for row in result.rows:
        console.text(f"── {row.level or '–'} · {called(row.candidate)}")
        if row.kinds:
            kinds = [*row.kinds, row.total] if row.total else row.kinds
            empty = ("empty",) if any(kind.empty for kind in kinds) else ()
            console.table(
                (*_OPENINGS, "out of tokens", *empty, "verdict"),
                [_cells(kind, with_empty=bool(empty)) for kind in kinds],
                left=("kind", "verdict"),
            )
        if row.against:
            named = "; ".join(f"{kind.kind} {points(kind)}" for kind in row.against)
            console.remark(f"As good over all questions together, were it not for {named}.")
        if row.answers.decided is not None:
            after, of = row.answers.decided.questions, len(result.plan.items)
            said = "Decided" if any(kind.is_tested for kind in row.kinds) else "Ended"
            console.remark(f"{said} after {after:,} of {of:,} questions.")
        console.text("")
    reference = result.reference
    console.text(
        f"Compared with {reference.level} · {called(reference.candidate)}: differences in 100 "
        "questions, paired; p after Holm's correction over kinds and candidates, that of all "
        "questions together over candidates alone."
    )
    if (places := reference.answers.places) > 1:
        console.remark(f"Each engine answered up to {places} questions at once.")
    if any(kind.hint for row in result.rows for kind in row.kinds):
        console.remark("A hint rests on fewer than 200 questions of its kind.")
    _show_empty(result, console)
    _show_examples(result, console)
    _show_differences(result, called, console)
    for row in {row.candidate.key(): row for row in (result.reference, *result.rows)}.values():
        if (known := used.get(row.candidate.key())) is not None:
            spent, cost = known
            read, written = map(figures.number, (spent.read_tokens, spent.written_tokens))
            price = f", {money(cost)} by the prices entered" if cost is not None else ""
            console.remark(
                f"{called(row.candidate)}: {read} tokens read, {written} written now{price}."
            )


def _cells(row: KindResult, *, with_empty: bool) -> Sequence[str]:
    counts = row.counts
    if row.accuracy is None or row.reference_accuracy is None or row.difference is None:
        return (row.kind, *["–"] * (len(_OPENINGS) + with_empty), _verdict(row))
    p_value = row.corrected_p_value
    return (
        row.kind,
        f"{counts.both + counts.gained}/{counts.total}",
        _ends(row.accuracy, partial(figures.share, decimals=1)),
        f"{counts.both + counts.lost}/{counts.total}",
        str(counts.lost),
        str(counts.gained),
        figures.points(counts.difference).value,
        _ends(row.difference, figures.points),
        "–" if p_value is None else f"{p_value:.2g}",
        str(row.out_of_tokens),
        *((str(row.empty),) if with_empty else ()),
        _verdict(row),
    )


def _ends(interval: Interval, figure: Callable[[float], figures.Quantity]) -> str:
    return f"{figure(interval.low).value} to {figure(interval.high).value}"


def _verdict(row: KindResult) -> str:
    if row.verdict is KindVerdict.REFERENCE_CANNOT:
        return "the original cannot do this"
    words = row.verdict.value
    if row.verdict in UNASKED:
        return words
    if row.verdict is KindVerdict.CANNOT_TELL:
        count = _items_to_settle(row)
        # A plan by the shares so far, no promise: more questions move the shares.
        return f"{words}: about {count:,} questions in all might" if count else words
    return f"hint: {words}" if row.hint else words


def _show_examples(result: TaskResult, console: Console) -> None:
    for row in result.rows:
        losing = [kind for kind in row.kinds if kind.verdict is KindVerdict.LOSES]
        for kind in losing[:_SHOWN_EXAMPLES]:
            for example in _examples(result, row, kind)[:1]:
                console.remark(
                    f"{row.level} at {kind.kind}: asked “{_short(example['prompt'])}” it says "
                    f"“{_short(example['text'])}”, the original "
                    f"“{_short(example['reference_text'])}”."
                )


def _show_empty(result: TaskResult, console: Console) -> None:
    for row in (result.reference, *result.rows):
        empty = sum(kind.empty for kind in row.kinds)
        if empty:
            asked = sum(kind.counts.total for kind in row.kinds)
            console.text(
                f"{row.level}: {empty:,} of {asked:,} answers are empty, which is no right answer."
            )


def _show_differences(result: TaskResult, called: Called, console: Console) -> None:
    rows = [row for row in (result.reference, *result.rows) if row.level]
    if plain := [called(row.candidate) for row in rows if not row.has_template]:
        console.remark(plain_completion(dict.fromkeys(plain)))
    thinking = [called(row.candidate) for row in rows if row.thinks]
    if thinking and len(thinking) < len(rows):
        console.remark(f"Only these think before they answer: {_names(thinking)}.")


def _names(files: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(files))


def _short(text: object) -> str:
    line = " ".join(str(text).split())
    return line if len(line) <= _SHOWN_CHARACTERS else f"{line[:_SHOWN_CHARACTERS]}…"
