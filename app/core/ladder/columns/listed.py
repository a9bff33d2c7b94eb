"""All columns of a ladder, in their order.

A new column is an entry in the module of its subject, and its measurement. Its kind decides how it
is written, sorted and aligned; where it is shown, its places.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.core.candidates.notation import words_of
from app.core.ladder.columns.column import (
    EVERYWHERE,
    QT_TRANSLATE_NOOP,
    Basis,
    Cell,
    Column,
    Kind,
    Place,
    figure_of,
    plain,
)
from app.core.ladder.columns.running import RUNNING
from app.core.ladder.columns.saying import OF_VOTES, SAYING
from app.core.ladder.columns.servers import OF_SERVERS, UNABLE
from app.core.ladder.value import Missing

if TYPE_CHECKING:
    from app.core.ladder.row import Row

HINT = " (a hint)"


def columns_at(place: Place, rows: Sequence[Row] | None = None) -> tuple[Column, ...]:
    """The columns of a place, in their order; of these rows only those that have a figure."""
    found = tuple(column for column in COLUMNS if place in column.places)
    if rows is None:
        return found
    named = (Kind.NAME, Kind.STATE)
    return tuple(
        column
        for column in found
        if column.kind in named or any(figure_of(column, row) is not None for row in rows)
    )


def _state(row: Row) -> Cell:
    if row.is_reference:
        return Missing.IS_REFERENCE
    judged = row.judgement
    return None if judged is None else judged.state.value + (HINT if judged.hint else "")


COLUMNS = (
    plain("file", lambda row: row.file),
    plain("candidate", lambda row: words_of(row.candidate)),
    Column(
        "name", QT_TRANSLATE_NOOP("Columns", "Version"), "name",
        QT_TRANSLATE_NOOP(
            "Columns",
            "What the file is called in short, or its whole name where two are called the same.",
        ),
        Kind.NAME, lambda row: row.name, EVERYWHERE, basis=Basis.FILE,
    ),
    plain("level", lambda row: row.facts and row.facts.level),
    plain("is_reference", lambda row: row.is_reference),
    Column(
        "state", QT_TRANSLATE_NOOP("Columns", "Verdict"), "verdict",
        QT_TRANSLATE_NOOP(
            "Columns",
            "What answers to questions and blind votes say beside the original, after "
            "correction for everything that is tested here.",
        ),
        Kind.STATE, _state, EVERYWHERE,
    ),
    *RUNNING,
    *SAYING,
    *OF_SERVERS,
    *OF_VOTES,
    UNABLE,
    plain("error", lambda row: row.error),
)  # fmt: skip
EARLIER_KEYS = {
    "size": "file_bytes",
    "bits": "bits_per_weight",
    "needed": "memory_needed_bytes",
    "predicted": "memory_predicted_bytes",
    "prompt": "prompt_tokens_per_second",
    "generation": "tokens_per_second",
    "prompt_deep": "prompt_tokens_per_second_deep",
    "generation_deep": "tokens_per_second_deep",
    "bandwidth": "bandwidth_share",
    "divergence": "mean_kld",
    "perplexity": "ln_ppl_ratio",
    "right": "accuracy",
}
"""What settings of earlier versions call columns."""
