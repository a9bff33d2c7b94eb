"""A ladder's report as Markdown for forums and as CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from app.core.ladder.columns.column import Column, Kind, Place, figure_of, is_wanted
from app.core.ladder.columns.listed import columns_at
from app.core.quality.floor import NO_FURTHER
from app.core.text.clean import clean_line, clean_text
from app.core.text.csv_cells import csv_cell
from app.core.words.sentence import worded
from app.lab.quality.texts import shared_text_name
from app.lab.reports import words
from app.lab.reports.cells import shown

if TYPE_CHECKING:
    from app.core.ladder.row import Row
    from app.lab.verdict.view import LadderView

# What Markdown would take for markup: signs anywhere, underscores at an end of a word, and what
# makes a heading, a list or a rule at the start.
_SIGNS = re.compile(r"[\\|\[\]<>*`~$&]|(?<![^\W_])_|_(?![^\W_])|^[#+=-]|(?<=^\d)[.)]")
# Forums make links of addresses, and call people and issues, wherever the text has these; signs
# with a backslash before them are taken all the same, unlike those with a space of no width behind.
_CALLS = re.compile(r"[@#](?=\w)|:(?=//)|/(?=/)|\bwww(?=\.)", re.IGNORECASE)
_APART = "&#8203;"
_NAMED = (Kind.NAME, Kind.STATE)


def csv_text(view: LadderView) -> str:
    """One line a candidate; empty where there is no measurement."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    columns = [one for one in columns_at(Place.CSV) if is_wanted(one, view.rows)]
    writer.writerow([head for column in columns for head in _csv_heads(column)])
    for row in view.rows:
        cells = [cell for column in columns for cell in _csv_cells(column, row)]
        writer.writerow([csv_cell(clean_line(c) if isinstance(c, str) else c) for c in cells])
    return out.getvalue()


def _csv_heads(column: Column) -> tuple[str, ...]:
    if not column.ends:
        return (column.key,)
    return column.key, f"{column.key}_low", f"{column.key}_high"


def _csv_cells(column: Column, row: Row) -> tuple[object, ...]:
    if column.kind is Kind.STATE:
        return ("reference" if row.is_reference else shown(column, row).text,)
    value = column.value(row)
    if isinstance(value, str | int | float):
        return (value,)
    found = figure_of(column, row)
    if found is None:
        return (None, None, None) if column.ends else (None,)
    return (found.number, found.low, found.high) if column.ends else (found.number,)


def markdown_text(view: LadderView) -> str:
    """The table and the sentences, short enough for a post."""
    plan, taken, columns = view.plan, view.taken, columns_at(Place.MARKDOWN, view.rows)
    heads = ["" if column.kind is Kind.NAME else column.head for column in columns]
    lines = [
        f"## {escaped(title_of(view))}",
        "",
        f"**{escaped(view.answer.headline)}**",
        "",
        *_facts(view),
        f"- {escaped(view.recommendation.sentence)}",
        *(f"- {escaped(remark)}" for remark in view.recommendation.remarks),
        *([f"- {escaped(view.ways.sentence)}"] if view.ways is not None else []),
        *(f"- {escaped(pair.sentence)}" for pair in view.pairs),
        "",
        f"| {' | '.join(heads)} |",
        "|" + "|".join("---" if column.kind in _NAMED else "---:" for column in columns) + "|",
    ]
    lines += [f"| {' | '.join(_cell(one, row) for one in columns)} |" for row in view.rows]
    lines += _at_floor(view)
    lines += _partings(view)
    lines += ["", *(f"> {escaped(remark)}" for remark in view.remarks), ""]
    machine = taken.machine
    threads = worded("counted.threads", n=plan.threads)
    place = f"on {machine.cpu}, {threads}, {machine.os}" if machine else f"with {threads}"
    text = shared_text_name(plan.text_name) or "no text"
    rounds = f"{plan.repetitions}"
    if plan.further_rounds:
        most = plan.repetitions + sum(plan.further_rounds)
        rounds += f" (up to {most} of what was too close to call)"
    program = f"{taken.program or 'Shrinkscope'} ({view.engine or 'None'})"
    lines.append(
        f"Measured with {escaped(f'{program} {place}')}. Speed: pp"
        f"{plan.prompt_tokens} and tg{plan.generated_tokens} as llama-bench, "
        f"{rounds} repetitions, ± 95 % interval of their mean. "
        "Memory: peak of resident memory less "
        f"repacked copies, context {plan.context_tokens:,} or what the model allows. "
        f"Drift (KL divergence in nats) and same next word: beside {escaped(view.reference.name)} "
        f"on {escaped(text)}, interval over chunks. {words.same_text(view.rows)} In 100: paired "
        "difference of right answers in 100 questions, Newcombe's interval; all intervals are of "
        "95 %; verdicts after Holm's correction."
    )
    return "\n".join(lines) + "\n"


def _facts(view: LadderView) -> list[str]:
    return [
        f"- {name}: {escaped(f'{fact.said} {fact.beside}')}"
        for name, fact in view.answer.named_facts
    ]


def _cell(column: Column, row: Row) -> str:
    if column.kind is Kind.STATE and row.error:
        return escaped(row.error)
    line = shown(column, row).line
    return escaped(line) if column.kind in _NAMED else line


def _at_floor(view: LadderView) -> list[str]:
    """How far the reference is from itself, and who is no further from it."""
    if not (said := view.floor_said):
        return []
    found = [f"- {escaped(row.name)}: {NO_FURTHER}" for row in view.rows if row.at_floor]
    return ["", said, *(["", *found] if found else [])]


def _partings(view: LadderView) -> list[str]:
    """How soon greedy answers leave the reference's, a line a candidate."""
    found = [
        f"- {escaped(row.name)}: {words.partings(row.quality.continuations)}"
        for row in view.rows
        if row.quality is not None and row.quality.continuations
    ]
    return ["", *found] if found else []


def title_of(view: LadderView) -> str:
    """What was compared."""
    names = [row.name for row in view.rows if not row.is_reference]
    return f"{', '.join(names)} beside {view.reference.name}"


def escaped(text: str) -> str:
    """Foreign text that must not become markup: no edge of a table, link, picture or mention."""
    text = _SIGNS.sub(r"\\\g<0>", " ".join(clean_text(text).split()))
    return _CALLS.sub(f"\\g<0>{_APART}", text)
