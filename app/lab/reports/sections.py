"""The parts of an HTML report below the answer: plots, tasks, texts, how it was taken."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from app.core.plots.axes import Axis, wants_widened
from app.core.quality.floor import NO_FURTHER
from app.core.text.clean import clean_line
from app.core.text.shared_names import file_name
from app.core.words import figures
from app.lab.quality.plan import QualityMode
from app.lab.reports import words
from app.lab.reports.plots import mark, scatter
from app.lab.verdict.figures import Cost, Loss, figures_of_document, points_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.lab.verdict.document import Row
    from app.lab.verdict.figures import LadderFigures


def plots(document: Row) -> str:
    """Memory and speed against loss: at tasks, and as KL divergence."""
    memory = Axis("needed memory", _size)
    speed = Axis("tokens a second", lambda v: words.plain(v, 0), more_is_better=True)
    kld = Axis("mean KL divergence, nats", words.small, is_log=True)
    known = figures_of_document(document)
    floor = known.floor.value if known.floor else None
    lost = _lost_axis(known)
    run = next((row.number for row in known.rows if row.file == known.recommended), None)
    figures: list[str] = []
    for x_axis, cost, noun in ((memory, Cost.MEMORY, "Memory"), (speed, Cost.SPEED, "Speed")):
        at_tasks = points_of(known.rows, cost, Loss.TASKS)
        if len(at_tasks) > 1:
            plot = scatter(f"{noun} against loss at tasks", at_tasks, x_axis, lost, chosen=run)
            figures.append(
                f"<figure class=box><h3>{noun} against loss at tasks</h3>{plot}<figcaption>All "
                "questions together; bars are 95 % intervals of the paired difference.</figcaption>"
                "</figure>"
            )
        at_text = points_of(known.rows, cost, Loss.DIVERGENCE)
        if at_text:
            title = f"{noun} against KL divergence"
            plot = scatter(title, at_text, x_axis, kld, floor, "noise floor", run)
            figures.append(
                f"<figure class=box><h3>{title}</h3>{plot}<figcaption>Bars are 95 % intervals over "
                f"chunks of text. The reference has none.{_at_floor(known)}</figcaption></figure>"
            )
    if not figures:
        return ""
    return (
        f'<h2>What it costs and what it loses</h2><div class="grid">{"".join(figures)}</div>'
        '<p class="how">The dashed edge joins the versions that no other beats in both; the ring '
        "marks the one to run. Bars along the speed are the deviation of its repetitions.</p>"
    )


def _at_floor(known: LadderFigures) -> str:
    names = [row.name for row in known.rows if row.at_floor]
    return f" {escape(', '.join(names))}: {NO_FURTHER}." if names else ""


def _lost_axis(known: LadderFigures) -> Axis:
    """Widened around zero where a version lost so much that the others would lie on one line."""
    tolerance = 100 * known.tolerance
    lost = [figure.value for row in known.rows if (figure := row.points_lost) is not None]
    is_wide = wants_widened(lost, tolerance)
    return Axis(
        "points lost, widened around 0" if is_wide else "points of right answers lost",
        _points,
        least=(0.0, tolerance),
        widened=tolerance if is_wide else None,
    )


def _size(value: float) -> str:
    """Bytes for an axis, without zeros at the end."""
    return str(figures.size(value, figures.brief()))


def _points(value: float) -> str:
    digits = 0 if abs(value) >= 10 or value == int(value) else 1
    return words.plain(value, digits)


def task_table(document: Row) -> str:
    """Kinds by candidates."""
    rows = [row for row in document["candidates"] if row["kinds"]]
    if not rows:
        return ""
    numbers = {row["file"]: place for place, row in enumerate(document["candidates"])}
    head = "".join(f"<th>{mark(numbers[row['file']])}{escape(row['name'])}</th>" for row in rows)
    lines: list[str] = []
    for place, kind in enumerate(rows[0]["kinds"]):
        cells = "".join(_kind_cell(row["kinds"][place]) for row in rows)
        lines.append(f"<tr><th>{escape(kind['kind'])}</th><td>{kind['items']}</td>{cells}</tr>")
    hint = any(kind["hint"] for row in rows for kind in row["kinds"])
    return (
        "<h2>Right answers, kind by kind</h2>"
        '<div class="box scroll"><table class="kinds"><thead><tr><th></th><th>questions</th>'
        f"{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
        '<p class="how">Below the number of right answers: the difference in points with its 95 % '
        "interval (Newcombe, paired). Loses and gains are McNemar's exact test after Holm's "
        "correction over everything that this ladder tests."
        + (" A kind with fewer than 200 questions is a hint." if hint else "")
        + "</p>"
    )


def _kind_cell(kind: Row) -> str:
    if not kind["items"]:
        return f"<td>{words.UNKNOWN}</td>"
    css, notes = "", list[str]()
    if kind["difference"] is not None:
        low, high = kind["difference_low"], kind["difference_high"]
        notes.append(words.signed_points(kind["difference"]))
        notes.append(f"{words.signed_points(low)} to {words.signed_points(high)}")
    if kind["out_of_tokens"]:
        notes.append(f"{kind['out_of_tokens']} out of tokens")
    if kind.get("empty"):
        notes.append(f"{kind['empty']} empty")
    word = ""
    if kind["verdict"] in ("loses", "gains"):
        css, word = ("loses", "good")[kind["verdict"] == "gains"], f" {kind['verdict']}"
    elif kind["verdict"] == "the reference cannot do this":
        word = " (the reference cannot)"
    small = "".join(f"<small>{escape(note)}</small>" for note in notes)
    return f'<td><span class="{css}">{kind["correct"]}{word}</span>{small}</td>'


def failures(document: Row) -> str:
    """Questions that only the reference got right."""
    parts: list[str] = []
    for row in document["candidates"]:
        if not row["failures"]:
            continue
        items = "".join(
            f"<li><span class=dim>{escape(one['kind'])}:</span> {escape(one['prompt'][:300])}<br>"
            f"right: <code>{escape(one['expected'])}</code>, here: "
            f"<code>{escape(one['answer'] or '(nothing)')}</code>"
            + (" (cut off)" if one["outcome"] == "out of tokens" else "")
            + "</li>"
            for one in row["failures"]
        )
        parts.append(
            f"<details><summary>{escape(row['name'])}: questions that only "
            f"{escape(document['reference']['name'])} got right</summary>"
            f'<div class="box"><ul>{items}</ul></div></details>'
        )
    return "".join(parts)


def how_taken(document: Row) -> str:
    """The method of every figure, in a paragraph each."""
    arguments, limits = document["arguments"], document["limits"]
    bandwidth = document["bandwidth_bytes_per_second"]
    memory_limit = words.size(limits["memory_bytes"]) if limits["memory_bytes"] else "none"
    parts = [
        f"<b>Speed</b> as llama-bench takes it: {arguments['prompt_tokens']} random tokens of "
        f"prompt and {arguments['generated_tokens']} generated ones as tests of their own, "
        f"{arguments['threads']} threads, one warm-up, {arguments['repetitions']} repetitions "
        f"({arguments['deep_repetitions']} in a filled context), {_order(document)}.",
        "<b>Of memory speed</b>: the bytes that a token reads (of experts only those that work on "
        "it, keys and values included) times tokens a second, divided by what this PC reads from "
        f"memory with as many threads ({words.size(bandwidth)}/s). Weights that fit "
        "the processor's cache can pass 100 %."
        if bandwidth
        else "",
        "<b>Needed memory</b>: the peak of an engine's resident memory over a long prompt and an "
        "answer, less the copies of weights that llama.cpp rearranges for the processor; context "
        f"{arguments['context_tokens']:,} tokens or what the model allows. Predicted: "
        "llama.cpp's own plan of the load and the engine's measured overhead.",
        f"<b>Quality</b> {_quality_mode(arguments)}; "
        f"text: {escape(str(document['text']['name'] or 'none'))}. Errors are taken between "
        "chunks.",
        f"<b>Tasks</b>: {document['items']['count']} questions "
        f"({escape(str(document['items']['name']))}), greedy decoding, the same for "
        "every version; accuracy with Wilson's interval.",
        "<b>Verdicts</b>: as good as: the whole interval of the paired difference lies within "
        f"± {100 * limits['tolerance']:g} points, and no kind's own interval lies below zero and "
        "beyond them. Loses: the interval lies below zero after "
        f"Holm's correction. Cannot tell yet: all else. Limits: memory {memory_limit}"
        + (
            f", {limits['least_tokens_per_second']:g} tokens a second."
            if limits["least_tokens_per_second"]
            else "."
        ),
    ]
    text = "".join(f'<p class="how">{part}</p>' for part in parts if part)
    return f"<h2>How it was taken</h2>{text}"


def _quality_mode(arguments: Row) -> str:
    if arguments.get("quality_mode") == QualityMode.COMPARABLE:
        return (
            "by llama-perplexity’s method: the second half of every chunk of "
            f"{arguments['quality_chunk_tokens']} tokens, its 16-bit rounding of the reference "
            "and its cut at ln p = −16"
        )
    return (
        "in the quick mode: chunks of 256 tokens, positions from the 32nd on, looks "
        "at 16, 24, 32 and 48 chunks, stopped when the mean is known within 20 % or 0.0005 nats"
    )


def _order(document: Row) -> str:
    in_turns = [one["in_turns"] for row in document["candidates"] for one in row["speed"]]
    if in_turns and all(in_turns):
        return "all versions in turns, in random order"
    return "one version after the other"


def details(document: Row) -> str:
    """The machine, the engine, the files' hashes and the arguments."""
    machine = document["machine"]
    rows: list[tuple[str, str]] = [
        ("processor", f"{machine['cpu']} ({machine['physical_cores']} cores)"),
        ("memory", words.size(machine["memory_total_bytes"])),
        ("graphics", ", ".join(gpu["name"] for gpu in machine["gpus"]) or "none used"),
        ("system", f"{machine['os']}, Python {machine['python']}"),
        ("engine", str(document["engine"])),
        ("seed", str(document["arguments"]["seed"])),
        ("taken in", str(figures.duration(document["elapsed_ns"]))),
    ]
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in rows)
    return (
        f'<h2>What it was taken with</h2><div class="box"><dl>{listed}</dl></div>'
        f"<details><summary>Files</summary>{_files(document['candidates'])}</details>"
    )


def _files(rows: Sequence[Row]) -> str:
    lines = "".join(
        f"<li><b>{escape(row['name'])}</b> {escape(clean_line(file_name(row['file'])))}"
        f"<br><code>sha256 {escape(', '.join(row['sha256'] or ['not read']))}</code></li>"
        for row in rows
    )
    return f'<div class="box"><ul>{lines}</ul></div>'
