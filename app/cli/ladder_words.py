"""A ladder's document as a table and sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.core.quality.floor import AT_FLOOR, floor_sentence
from app.core.words import figures
from app.lab.reports.words import partings, same_text

if TYPE_CHECKING:
    from app.cli.console import Console

_SHOWN_KINDS = 8


def show_ladder(document: dict[str, Any], console: Console) -> None:
    """Print it: remarks, the table, a sentence a candidate, the recommendation."""
    for remark in document["remarks"]:
        console.text(f"! {remark}")
    console.table(
        (
            "name", "size", "bits/weight", "needs", "predicted", "prompt", "tok/s", "±",
            "of memory", "mean KLD", "same top", "bits/byte", "right", "state",
        ),
        [_cells(row, document) for row in document["candidates"]],
        left=("name", "state"),
        spare=("of memory", "predicted", "±", "bits/byte", "prompt", "bits/weight"),
    )  # fmt: skip
    if said := floor_sentence(document["noise_floor"]):
        console.text(said)
    if same := same_text(document):
        console.text(same)
    kinds = [row for row in document["candidates"] if row["kinds"]]
    if kinds:
        _show_kinds(kinds, console)
    for row in document["candidates"]:
        if row["continuations"]:
            console.remark(f"{row['name']}: {partings(row['continuations'])}.")
    for verdict in document["verdicts"]:
        console.text(verdict["sentence"])
    for pair in document["at_equal_memory"]:
        console.text(pair["sentence"])
    recommendation = document["recommendation"]
    console.text("")
    console.text(recommendation["sentence"])
    for remark in recommendation["remarks"]:
        console.text(remark)


def _cells(row: dict[str, Any], document: dict[str, Any]) -> tuple[object, ...]:
    states = {verdict["file"]: verdict for verdict in document["verdicts"]}
    state = "reference" if row["is_reference"] else states[row["file"]]["state"]
    if states[row["file"]]["hint"]:
        state += " (hint)"
    asked = [kind for kind in row["kinds"] if kind["items"]]
    right = sum(kind["correct"] for kind in asked)
    total = sum(kind["items"] for kind in asked)
    deviation = next((one["stddev"] for one in row["speed"] if one["test"].startswith("tg")), None)
    share = row["bandwidth_share"]
    return (
        row["name"],
        figures.size(row["file_bytes"]),
        figures.number(row["bits_per_weight"], 2),
        figures.size(row["memory_needed_bytes"]),
        figures.size(row["memory_predicted_bytes"]),
        figures.speed(row["prompt_tokens_per_second"]).value,
        figures.speed(row["tokens_per_second"]).value,
        figures.deviation(deviation, row["tokens_per_second"]),
        figures.share(share, 0),
        _divergence(row),
        figures.share(row["same_top"], 1),
        figures.number(row["bits_per_byte"], 3),
        f"{right}/{total}" if total else "–",
        state,
    )


def _divergence(row: dict[str, Any]) -> str:
    if row["mean_kld"] is None:
        return "–"
    return f"{row['mean_kld']:.4g}{f' {AT_FLOOR}' if row['at_noise_floor'] else ''}"


def _show_kinds(rows: list[dict[str, Any]], console: Console) -> None:
    names = [kind["kind"] for kind in rows[0]["kinds"]]
    shown = rows[0]["kinds"]
    console.table(
        ("kind", "items", *(row["name"] for row in rows)),
        [
            (
                name,
                str(shown[place]["items"]),
                *(_kind_cell(row["kinds"][place]) for row in rows),
            )
            for place, name in enumerate(names)
        ],
        left=("kind",),
    )


def _kind_cell(kind: dict[str, Any]) -> str:
    if not kind["items"]:
        return "–"
    text = f"{kind['correct']}"
    if kind["verdict"] == "loses":
        return f"{text} loses"
    if kind["verdict"] == "gains":
        return f"{text} gains"
    if kind["verdict"] == "the reference cannot do this":
        return f"({text})"
    return text
