"""A ladder's report as one HTML file that needs nothing beside it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from app.core.quality.floor import NO_FURTHER, floor_sentence
from app.lab.reports import words
from app.lab.reports.plots import mark
from app.lab.reports.sections import details, failures, how_taken, plots, task_table
from app.lab.reports.style import STYLE
from app.lab.reports.text import title_of
from app.lab.reports.texts import continuations, histograms
from app.lab.verdict.document import speed_test, summary_of

if TYPE_CHECKING:
    from app.lab.verdict.document import Row

_KINDS = {
    state + hint: css
    for state, css in (("loses", "loses"), ("as good as", "good"))
    for hint in ("", words.HINT)
}


def html_text(document: Row) -> str:
    """The whole page; no script, nothing fetched."""
    document = words.shown(document)
    title = escape(title_of(document))
    machine, arguments = document["machine"], document["arguments"]
    body = [
        f"<h1>{title}</h1>",
        f'<p class="dim">{escape(document["made"][:10])} · {escape(machine["cpu"])}, '
        f"{arguments['threads']} threads, {words.size(machine['memory_total_bytes'])} · "
        f"{escape(document['program'])}</p>",
        _answer(document),
        *(f'<p class="box remark">{escape(remark)}</p>' for remark in document["remarks"]),
        "<h2>Each version</h2>",
        _sentences(document),
        plots(document),
        "<h2>The ladder</h2>",
        _table(document),
        _table_notes(document),
        task_table(document),
        failures(document),
        histograms(document),
        continuations(document),
        how_taken(document),
        details(document),
    ]
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">"
        f"<title>{title}</title><style>{STYLE}</style></head><body><main>"
        + "\n".join(part for part in body if part)
        + "</main></body></html>\n"
    )


def _answer(document: Row) -> str:
    recommendation = document["recommendation"]
    parts = [f"<p><strong>{escape(recommendation['sentence'])}</strong></p>"]
    parts += [f"<p>{escape(remark)}</p>" for remark in recommendation["remarks"]]
    return f'<div class="box answer">{"".join(parts)}</div>'


def _sentences(document: Row) -> str:
    said = (*document["verdicts"], *document.get("at_equal_memory", ()))
    items = "".join(f"<li>{escape(one['sentence'])}</li>" for one in said)
    return f'<div class="box"><ul>{items}</ul></div>'


def _table(document: Row) -> str:
    depth = words.depth_of(document)
    heads = ["", "state", "needs", "tok/s"]
    if depth is not None:
        heads.append(f"tok/s after {depth:,}")
    heads += ["right answers", "difference"]
    heads += ["blind votes"] if words.has_votes(document) else []
    heads += ["mean KL divergence", "same top token"]
    heads += ["ln PPL ratio", "bits per byte", "prompt tok/s", "size"]
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    lines: list[str] = []
    for number, row in enumerate(document["candidates"]):
        cells = zip(heads[1:], _cells(document, row, depth), strict=True)
        lines.append(
            f"<tr><th>{mark(number)}{escape(row['name'])}</th>"
            + "".join(_cell(label, *cell, kind=_KINDS.get(cell[0], "")) for label, cell in cells)
            + "</tr>"
        )
    return (
        f'<div class="box scroll"><table class="rows"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def _cell(label: str, text: str, *notes: str, kind: str = "") -> str:
    small = "".join(f"<small>{escape(note)}</small>" for note in notes if note)
    shown = f'<span class="{kind}">{escape(text)}</span>' if kind else escape(text)
    css = ' class="words"' if label == "state" else ""
    return f'<td{css} data-label="{escape(label)}"><span>{shown}{small}</span></td>'


def _cells(document: Row, row: Row, depth: int | None) -> list[tuple[str, ...]]:
    prompt, generation = speed_test(row, "pp"), speed_test(row, "tg")
    share = row["bandwidth_share"]
    of_memory = "" if share is None else f"{words.percent(share, 0)} of memory"
    cells: list[tuple[str, ...]] = [
        (words.state_of(document, row), row["error"] or ""),
        (words.size(row["memory_needed_bytes"]), *words.memory_error(row)),
        (words.speed(generation), words.deviation(generation), of_memory),
    ]
    if depth is not None:
        deep = speed_test(row, "tg", depth)
        cells.append((words.speed(deep), words.deviation(deep)))
    top = ""
    if row["same_top_low"] is not None:
        top = f"{words.percent(row['same_top_low'])} to {words.percent(row['same_top_high'])}"
    ratio = ""
    if row["ln_ppl_ratio_low"] is not None:
        low, high = row["ln_ppl_ratio_low"], row["ln_ppl_ratio_high"]
        ratio = f"{words.plain(low, 4)} to {words.plain(high, 4)}"
    bits = row["bits_per_weight"]
    return [
        *cells,
        *_answers(row),
        *([words.votes_of(row)] if words.has_votes(document) else []),
        (
            words.small(row["mean_kld"]),
            words.interval(row["mean_kld_low"], row["mean_kld_high"]),
            NO_FURTHER if row.get("at_noise_floor") else "",
        ),
        (words.percent(row["same_top"]), top),
        (words.plain(row["ln_ppl_ratio"], 4), ratio),
        (words.plain(row["bits_per_byte"], 3), words.more_bits(row)),
        (words.speed(prompt), words.deviation(prompt)),
        (words.size(row["file_bytes"]), f"{words.plain(bits, 2)} bits/weight" if bits else ""),
    ]


def _answers(row: Row) -> list[tuple[str, ...]]:
    summary = summary_of(row)
    if summary is None:
        return [(words.UNKNOWN,), (words.UNKNOWN,)]
    share = (f"{summary['correct']} of {summary['items']}", words.percent(summary["accuracy"]))
    if summary["difference"] is None:
        return [share, (words.UNKNOWN,)]
    low, high = summary["difference_low"], summary["difference_high"]
    between = f"{words.signed_points(low)} to {words.signed_points(high)}"
    flips = f"lost {summary['lost']}, gained {summary['gained']}"
    return [share, (f"{words.signed_points(summary['difference'])} points", between, flips)]


def _table_notes(document: Row) -> str:
    said = f" {floor_sentence(document['noise_floor'])}".rstrip()
    voted = ""
    if words.has_votes(document):
        voted = (
            " Blind votes: better against worse than the reference, ties left out; below them the "
            "win rate's interval, which holds whenever one looks."
        )
    return (
        '<p class="how">Speeds: mean ± sample deviation of the repetitions. Other small figures '
        "are 95 % intervals. KL divergence describes a version and never decides: it is above zero "
        f"by construction. {words.same_text(document)}{said}{voted}</p>"
    )
