"""A ladder's report as Markdown for forums and as CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from app.core.quality.floor import AT_FLOOR, NO_FURTHER, floor_sentence
from app.core.text.clean import clean_line
from app.core.text.csv_cells import csv_cell
from app.lab.reports import words
from app.lab.verdict.document import speed_test, summary_of

if TYPE_CHECKING:
    from app.lab.verdict.document import Row

_CSV_COLUMNS = (
    "file", "name", "level", "is_reference", "file_bytes", "bits_per_weight", "parameters",
    "active_parameters", "memory_needed_bytes", "memory_predicted_bytes", "peak_private_bytes",
    "peak_mapped_bytes", "prompt_tokens_per_second", "prompt_stddev", "tokens_per_second",
    "tokens_stddev", "bandwidth_share", "chunks", "positions", "mean_kld", "mean_kld_low",
    "mean_kld_high", "median_kld", "kld_p90", "kld_p99", "max_kld", "same_top",
    "same_top_low", "same_top_high", "at_noise_floor", "noise_floor_mean_kld",
    "noise_floor_same_top", "rms_delta_p", "ln_ppl_ratio", "ln_ppl_ratio_low",
    "ln_ppl_ratio_high", "ppl", "reference_ppl",
    "bits_per_byte", "bits_per_byte_se_chunks", "reference_bits_per_byte",
    "bits_per_byte_difference", "bits_per_byte_difference_low", "bits_per_byte_difference_high",
    "items", "correct", "lost", "gained", "difference", "difference_low",
    "difference_high", "p_value", "corrected_p_value", "votes_better", "votes_worse",
    "votes_low", "votes_high", "state", "error",
)  # fmt: skip
_BITS_COLUMN = 8
# What Markdown would take for markup: signs anywhere, underscores at an end of a word, and what
# makes a heading, a list or a rule at the start.
_SIGNS = re.compile(r"[\\|\[\]<>*`~$&]|(?<![^\W_])_|_(?![^\W_])|^[#+=-]|(?<=^\d)[.)]")
# Forums make links of addresses, and call people and issues, wherever the text has these; signs
# with a backslash before them are taken all the same, unlike those with a space of no width behind.
_CALLS = re.compile(r"[@#](?=\w)|:(?=//)|/(?=/)|\bwww(?=\.)", re.IGNORECASE)
_APART = "&#8203;"


def csv_text(document: Row) -> str:
    """One line a candidate; empty where there is no measurement."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_CSV_COLUMNS)
    floor: Row = document["noise_floor"] or {}
    for row in document["candidates"]:
        summary = summary_of(row) or {}
        prompt, generation = speed_test(row, "pp"), speed_test(row, "tg")
        line = {**summary, **row, "state": words.state_of(document, row)}
        votes: Row = row.get("votes") or {}
        line |= {f"votes_{name}": value for name, value in votes.items()}
        line |= {f"noise_floor_{name}": value for name, value in floor.items()}
        line["at_noise_floor"] = NO_FURTHER if row.get("at_noise_floor") else None
        line["prompt_stddev"] = prompt["stddev"] if prompt else None
        line["tokens_stddev"] = generation["stddev"] if generation else None
        writer.writerow([_cell(line.get(column)) for column in _CSV_COLUMNS])
    return out.getvalue()


def _cell(value: object) -> object:
    return csv_cell(clean_line(value) if isinstance(value, str) else value)


def markdown_text(document: Row) -> str:
    """The table and the sentences, short enough for a post."""
    document = words.shown(document)
    voted = words.has_votes(document)
    others = any(row.get("refused") for row in document["candidates"])
    lines = [
        f"## {_escaped(title_of(document))}",
        "",
        f"**{_escaped(document['recommendation']['sentence'])}**",
        "",
        *(f"- {_escaped(remark)}" for remark in document["recommendation"]["remarks"]),
        *(f"- {_escaped(pair['sentence'])}" for pair in document.get("at_equal_memory", ())),
        "",
        "| | size | bits/weight | needs | prompt t/s | t/s | mean KLD (95 %) | same top | "
        + ("bits/byte | " if others else "")
        + "right | points (95 %) | "
        + ("votes | " if voted else "")
        + "|",
        "|---|" + "---:|" * (9 + others + voted) + "---|",
    ]
    for row in document["candidates"]:
        cells = _cells(document, row)
        if others:
            cells.insert(_BITS_COLUMN, words.plain(row["bits_per_byte"], 3))
        if voted:
            votes, between = words.votes_of(row)
            cells.insert(-1, f"{votes} ({between})" if between else votes)
        lines.append("| " + " | ".join(cells) + " |")
    lines += _at_floor(document)
    lines += _partings(document)
    lines += ["", *(f"> {_escaped(remark)}" for remark in document["remarks"]), ""]
    machine, arguments = document["machine"], document["arguments"]
    lines.append(
        f"Measured with {document['program']} ({document['engine']}) on {machine['cpu']}, "
        f"{arguments['threads']} threads, {machine['os']}. Speed: pp"
        f"{arguments['prompt_tokens']} and tg{arguments['generated_tokens']} as llama-bench, "
        f"{arguments['repetitions']} repetitions ± deviation. Needs: peak of resident memory less "
        f"repacked copies, context {arguments['context_tokens']:,} or what the model allows. "
        f"KLD and same top token: against {_escaped(document['reference']['name'])} on "
        f"{_escaped(_text(document))}, "
        f"interval over chunks. {words.same_text(document)} Points: paired difference of right "
        "answers, Newcombe's interval; states after Holm's correction."
    )
    return "\n".join(lines) + "\n"


def _at_floor(document: Row) -> list[str]:
    """How far the reference is from itself, and who is no further from it."""
    if not (said := floor_sentence(document["noise_floor"])):
        return []
    rows = [row for row in document["candidates"] if row.get("at_noise_floor")]
    found = [f"- {_escaped(row['name'])}: {NO_FURTHER}" for row in rows]
    return ["", said, *(["", *found] if found else [])]


def _partings(document: Row) -> list[str]:
    """How soon greedy answers leave the reference's, a line a candidate."""
    found = [
        f"- {_escaped(row['name'])}: {words.partings(row['continuations'])}"
        for row in document["candidates"]
        if row.get("continuations")
    ]
    return ["", *found] if found else []


def title_of(document: Row) -> str:
    """What was compared."""
    names = [row["name"] for row in document["candidates"] if not row["is_reference"]]
    return f"{', '.join(names)} against {document['reference']['name']}"


def _cells(document: Row, row: Row) -> list[str]:
    prompt, generation = speed_test(row, "pp"), speed_test(row, "tg")
    kld = words.small(row["mean_kld"])
    if row["mean_kld_low"] is not None:
        kld += f" ({words.interval(row['mean_kld_low'], row['mean_kld_high'])})"
    if row.get("at_noise_floor"):
        kld += f", {AT_FLOOR}"
    summary = summary_of(row)
    right = f"{summary['correct']}/{summary['items']}" if summary else words.UNKNOWN
    points = words.UNKNOWN
    if summary and summary["difference"] is not None:
        points = (
            f"{words.signed_points(summary['difference'])} "
            f"({words.signed_points(summary['difference_low'])} to "
            f"{words.signed_points(summary['difference_high'])})"
        )
    return [
        _escaped(row["name"]),
        words.size(row["file_bytes"]),
        words.plain(row["bits_per_weight"], 2),
        words.size(row["memory_needed_bytes"]),
        f"{words.speed(prompt)} {words.deviation(prompt)}".strip(),
        f"{words.speed(generation)} {words.deviation(generation)}".strip(),
        kld,
        words.percent(row["same_top"]),
        right,
        points,
        _escaped(row["error"] or words.state_of(document, row)),
    ]


def _text(document: Row) -> str:
    return str(document["text"]["name"] or "no text")


def _escaped(text: str) -> str:
    """Foreign text that must not become markup: no edge of a table, link, picture or mention."""
    text = _SIGNS.sub(r"\\\g<0>", " ".join(text.split()))
    return _CALLS.sub(f"\\g<0>{_APART}", text)
