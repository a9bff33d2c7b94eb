"""Results of ``quality`` by the likeliest tokens, where a server is among the candidates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from app.core.words.figures import number, share
from app.lab.quality.texts import shared_text_name
from app.monitor.machine import machine_facts

if TYPE_CHECKING:
    from app.cli.terminal.console import Console
    from app.core.candidates.candidate import Candidate
    from app.core.ladder.results import QualityStep
    from app.lab.quality.texts import MeasuredText

Told = tuple["Candidate", "QualityStep"]
"""A candidate, and what was found of it."""
Called = Callable[["Candidate"], str]
"""What a candidate was called on the command line."""


def document(reference: Told, rows: Sequence[Told], text: MeasuredText, called: Called) -> object:
    """The JSON document; the reference's figures are what it swings by."""
    base, floor = reference
    engines = (step.engine for _, step in rows if step.engine)
    return {
        "machine": msgspec.to_builtins(machine_facts()),
        "engine": next(engines, None),
        "mode": "likeliest",
        "reference": {"file": base.place, "candidate": called(base), "error": floor.error},
        "text": {
            "name": shared_text_name(text.name),
            "bytes": text.size_bytes,
            "sha256": text.sha256,
        },
        "noise_floor": floor.figures or None,
        "candidates": [
            {
                "file": candidate.place,
                "candidate": called(candidate),
                **step.figures,
                "likeliest": step.likeliest,
                "spent": msgspec.to_builtins(step.spent),
                "stopped_by": step.stopped_by,
                "error": step.error or step.refused,
            }
            for candidate, step in rows
        ],
    }


def show(reference: Told, rows: Sequence[Told], called: Called, console: Console) -> None:
    """Print a row for each, the reference's own swing last."""
    console.table(
        ("drift", "95 %", "same next word", "ln PPL ratio", "bits/byte", "positions", "file"),
        [(*_cells(step), called(candidate)) for candidate, step in rows],
        left=("file",),
        spare=("ln PPL ratio", "bits/byte", "positions"),
    )
    _, floor = reference
    if (most := floor.likeliest) is not None:
        console.text(
            f"By the {most} likeliest tokens at each place, all others as one: never more than the "
            f"full drift. The original read again: {_figure(floor, 'mean_kld')}."
        )
    for candidate, step in rows:
        if step.spent is not None:
            console.remark(f"{called(candidate)}: {number(step.spent.read_tokens)} tokens read.")


def _cells(step: QualityStep) -> tuple[str, ...]:
    low, high = (_figure(step, f"mean_kld_{end}") for end in ("low", "high"))
    top = step.figures.get("same_top")
    positions = step.figures.get("positions")
    return (
        _figure(step, "mean_kld"),
        f"{low} to {high}" if step.figures.get("mean_kld_low") is not None else "–",
        str(share(top, 2)) if top is not None else "–",
        _figure(step, "ln_ppl_ratio"),
        _figure(step, "bits_per_byte"),
        str(positions) if positions is not None else "–",
    )


def _figure(step: QualityStep, name: str) -> str:
    value = step.figures.get(name)
    return "–" if value is None else f"{value:.4g}"
