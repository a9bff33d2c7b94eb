"""Columns of ladders with servers: what those tell and are told, and what a clock says."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.core.ladder.columns.column import (
    DETAILS,
    QT_TRANSLATE_NOOP,
    SHORT,
    Basis,
    Cell,
    Column,
    Kind,
    Place,
    plain,
)
from app.core.ladder.value import Missing, Note, Value

if TYPE_CHECKING:
    from app.core.ladder.row import Row


def _told(name: str) -> Callable[[Row], Cell]:
    """A figure by the likeliest tokens; of the reference, how it swings when it reads again."""

    def value(row: Row) -> Cell:
        step = row.told
        number = step.figures.get(name) if step is not None else None
        if step is None or number is None:
            return Missing.NOT_MEASURED
        if row.is_reference:
            note = Note.FLOOR if name == "mean_kld" else Note.WITH_ITSELF
            return Value(number, note=note, is_own=True)
        ends = (step.figures.get(f"{name}_low"), step.figures.get(f"{name}_high"))
        counts = (step.likeliest or 0, int(step.figures.get("positions") or 0))
        return Value(number, *ends, counts=counts)

    return value


def _same_along(row: Row) -> Cell:
    if row.is_reference:
        return Missing.IS_REFERENCE
    found = row.along
    if found is None or found.share is None:
        return Missing.NOT_MEASURED
    ends = (found.interval.low, found.interval.high) if found.interval else (None, None)
    return Value(found.share, *ends, counts=(found.same_tokens, found.looked_tokens))


def _clocked(name: str) -> Callable[[Row], Cell]:
    def value(row: Row) -> Cell:
        number: float | None = getattr(row.clocked, name, None)
        return Missing.NOT_MEASURED if number is None else Value(number)

    return value


def _clocked_prompt(row: Row) -> Cell:
    return row.clocked and row.clocked.prompt_tokens_per_second


def _not_measured(row: Row) -> str | None:
    """Why whole steps have no figures."""
    said = [row.why_unable(kind) for kind in sorted(row.unable)]
    return " ".join(said) or None


def _of_server(key: str, value: Callable[[Row], Cell]) -> Column:
    return plain(key, value, basis=Basis.SERVER)


OF_SERVERS = (
    Column(
        "same_along", QT_TRANSLATE_NOOP("Columns", "Same word in answers"),
        "same word in answers",
        QT_TRANSLATE_NOOP(
            "Columns",
            "Of the words of answers that were not drawn, up to the first that differs, how many "
            "are the original’s: for engines that tell what they write and no more.",
        ),
        Kind.SHARE, _same_along, DETAILS, ends=True, decimals=1, basis=Basis.ANSWERS,
    ),
    Column(
        "told_mean_kld", QT_TRANSLATE_NOOP("Columns", "KL, top k"), "KL, top k",
        QT_TRANSLATE_NOOP(
            "Columns",
            "Mean KL divergence in nats by the k likeliest tokens and all others as one, which is "
            "all that servers tell. It is never more than the drift over the whole vocabulary: "
            "the two are not to be held against each other.",
        ),
        Kind.TOP_NATS, _told("mean_kld"), DETAILS, ends=True, basis=Basis.TOLD,
    ),
    _of_server("told_likeliest", lambda row: row.told and row.told.likeliest),
    Column(
        "told_same_top", QT_TRANSLATE_NOOP("Columns", "Same next word, sent text"),
        "same next word, sent text",
        QT_TRANSLATE_NOOP(
            "Columns",
            "How often it would go on with the same word as the original, in the pieces of text "
            "that servers were sent.",
        ),
        Kind.SHARE, _told("same_top"), frozenset({Place.TABLE, Place.CSV, Place.HTML}),
        ends=True, decimals=1, basis=Basis.TOLD,
    ),
    *(
        _of_server(f"told_{name}", lambda row, name=name: row.told and row.told.figures.get(name))
        for name in ("positions", "ppl", "reference_ppl", "bits_per_byte")
    ),
    Column(
        "clocked_tokens_per_second", QT_TRANSLATE_NOOP("Columns", "Clocked speed"),
        "clocked tok/s",
        QT_TRANSLATE_NOOP(
            "Columns",
            "Tokens of a server’s answers in a second, from the first to the last, by this PC’s "
            "clock: the network and whatever else the server does included.",
        ),
        Kind.SPEED, _clocked("tokens_per_second"), DETAILS, basis=Basis.CLOCK,
    ),
    Column(
        "clocked_first_token_ns", QT_TRANSLATE_NOOP("Columns", "Clocked first token"),
        "clocked first token",
        QT_TRANSLATE_NOOP(
            "Columns",
            "Time from the request to the first token of a server’s answer to a short prompt, by "
            "this PC’s clock.",
        ),
        Kind.DURATION, _clocked("first_token_ns"), frozenset(Place) - SHORT, basis=Basis.CLOCK,
    ),
    _of_server("clocked_prompt_tokens_per_second", _clocked_prompt),
    _of_server(
        "server_tokens_per_second", lambda row: row.clocked and row.clocked.told_tokens_per_second
    ),
    _of_server("server", lambda row: row.served and row.served.kind and row.served.kind.value),
    _of_server("server_quantization", lambda row: row.served and row.served.told.quantization),
    _of_server("server_memory_bytes", lambda row: row.served and row.served.told.needed_bytes),
    _of_server("read_tokens", lambda row: row.spent and row.spent.read_tokens),
    _of_server("written_tokens", lambda row: row.spent and row.spent.written_tokens),
    _of_server("cost", lambda row: row.cost),
)  # fmt: skip
"""In their order."""
UNABLE = _of_server("not_measured", _not_measured)
"""Why whole steps have no figures."""
