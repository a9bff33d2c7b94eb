"""The parts of an HTML report about the text: how far, where, and where answers part."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from app.lab.reports import words
from app.lab.reports.plots import histogram_bars, mark

if TYPE_CHECKING:
    from app.lab.verdict.document import Row

_SHOWN_WORST = 6
_SHOWN_PARTINGS = 8
_SHOWN_PROMPT = 160


def histograms(document: Row) -> str:
    """How the divergences are spread, and the words at which they are largest."""
    figures: list[str] = []
    worst: list[str] = []
    for number, row in enumerate(document["candidates"]):
        if not row["histogram"]:
            continue
        title = f"KL divergences of {row['name']}"
        bars = histogram_bars(title, row["histogram"], document["histogram_edges"], number)
        tail = _tail(row)
        figures.append(
            f"<figure class=box><h3>{mark(number)}{escape(row['name'])}</h3>{bars}"
            f"<figcaption>{escape(tail)}</figcaption></figure>"
        )
        worst.append(_worst(row))
    if not figures:
        return ""
    return (
        "<h2>How far from the reference, position by position</h2>"
        f'<div class="grid small">{"".join(figures)}</div>'
        '<p class="how">Positions by their KL divergence in nats, four bars a decade.</p>'
        + "".join(worst)
    )


def _tail(row: Row) -> str:
    said = [
        ("median", row["median_kld"]),
        ("90 %", row["kld_p90"]),
        ("99 %", row["kld_p99"]),
        ("99.9 %", row["kld_p999"]),
        ("largest", row["max_kld"]),
    ]
    ends = ", ".join(f"{name} {words.small(value)}" for name, value in said if value is not None)
    return f"{row['positions']:,} positions in {row['chunks']} chunks: {ends}"


def _worst(row: Row) -> str:
    if not row["worst"]:
        return ""
    items = "".join(
        f"<li><code>…{escape(one['before'])}</code> then <code>{escape(one['token'])}</code>: "
        f"{words.percent(one['reference_p'])} in the reference, "
        f"{words.percent(one['candidate_p'])} here</li>"
        for one in row["worst"][:_SHOWN_WORST]
    )
    return (
        f"<details><summary>{escape(row['name'])}: where it is furthest away</summary>"
        f'<div class="box"><ul>{items}</ul></div></details>'
    )


def continuations(document: Row) -> str:
    """Where greedy answers to the same prompts leave the reference's."""
    parts: list[str] = []
    for row in document["candidates"]:
        found = row.get("continuations")
        if not found:
            continue
        items = "".join(map(_continuation, found[:_SHOWN_PARTINGS]))
        parts.append(
            f"<details><summary>{escape(row['name'])}: {escape(words.partings(found))}</summary>"
            f'<div class="box"><ul>{items}</ul></div></details>'
        )
    if not parts:
        return ""
    return (
        "<h2>Where answers part</h2>"
        '<p class="how">The same prompts, always the likeliest token: up to where both say the '
        "same, and how each goes on. A small difference at one word can change all that follow; "
        "it need not be worse.</p>" + "".join(parts)
    )


def _continuation(one: Row) -> str:
    prompt = one["prompt"]
    if len(prompt) > _SHOWN_PROMPT:
        prompt = f"…{prompt[-_SHOWN_PROMPT:]}"
    asked = f"<span class=dim>{escape(prompt)}</span><br>"
    if not one["parted"]:
        return f"<li>{asked}the same for all {one['same_tokens']} tokens</li>"
    return (
        f"<li>{asked}the same for {one['same_tokens']} tokens: "
        f"<code>{escape(one['before'])}</code><br>"
        f"the reference: <code>{escape(one['reference'])}</code><br>"
        f"here: <code>{escape(one['candidate'])}</code></li>"
    )
