"""The columns of a ladder, each declared once; every table and report iterates over them.

A new column is an entry here, and its measurement. Its kind decides how it is written, sorted and
aligned; where it is shown, its places.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from app.core.candidates.notation import words_of
from app.core.ladder.results import StepKind
from app.core.ladder.row import Missing, Note, Row, Value
from app.core.quality.floor import NO_FURTHER
from app.core.words.sentence import English

HINT = " (a hint)"


class Kind(Enum):
    """What a column's figures are."""

    NAME = "name"
    STATE = "state"
    BYTES = "bytes"
    BITS = "bits"
    SPEED = "tokens a second"
    DURATION = "ns"
    ENERGY = "joules"
    SHARE = "share"
    NATS = "nats"
    TOP_NATS = "nats of the likeliest tokens"
    RATIO = "logarithm of a ratio"
    RIGHT = "right answers"
    POINTS = "points"
    VOTES = "votes"
    PLAIN = "anything, as it is"


class Basis(Enum):
    """How a figure was taken, for whoever asks."""

    FILE = "file"
    MEASURED_MEMORY = "measured memory"
    PLANNED_MEMORY = "planned memory"
    PROMPT_TEST = "pp"
    GENERATION_TEST = "tg"
    ENERGY = "energy of tg"
    DEEP_PROMPT_TEST = "pp in a filled context"
    DEEP_GENERATION_TEST = "tg in a filled context"
    DIVERGENCE = "divergence"
    TEXT = "text"
    QUESTIONS = "questions"
    VOTES = "votes"
    ANSWERS = "answers"
    TOLD = "told of a text"
    CLOCK = "clock"
    SERVER = "server"
    NOTHING = "nothing"


class Place(Enum):
    """Where a column is shown: ``USUAL``, in the window's table without its details."""

    TABLE = "table"
    USUAL = "usual"
    TERMINAL = "terminal"
    HTML = "html"
    MARKDOWN = "markdown"
    CSV = "csv"


Cell = Value | Missing | str | int | float | bool | None
"""A figure or why there is none; of plain columns whatever it is."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        key: Its name in settings and CSV; never changes.
        title: What stands above it in the window.
        head: The same in tables for people elsewhere.
        explanation: What it shows.
        kind: What its figures are.
        value: Takes the figure out of a row.
        places: Where it is shown.
        ends: Whether CSV has the ends of its intervals in columns of their own.
        below: Key of the column below whose figures it stands in an HTML report.
        decimals: How many, for kinds that have a fixed number.
        basis: How it was taken.
        spare: How soon a narrow terminal does without it, 1 first; 0 for never.
    """

    key: str
    title: str
    head: str
    explanation: str
    kind: Kind
    value: Callable[[Row], Cell]
    places: frozenset[Place]
    ends: bool = False
    below: str = ""
    decimals: int = 0
    basis: Basis = Basis.NOTHING
    spare: int = 0


def is_wanted(column: Column, rows: Sequence[Row]) -> bool:
    """Whether these rows have a use for a column: some are for ladders with servers alone."""
    return column.basis not in _OF_SERVERS or any(row.is_far for row in rows)


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


_OF_SERVERS = frozenset({Basis.ANSWERS, Basis.TOLD, Basis.CLOCK, Basis.SERVER})
_STEPS = {
    Basis.MEASURED_MEMORY: StepKind.MEMORY,
    Basis.PROMPT_TEST: StepKind.SPEED,
    Basis.GENERATION_TEST: StepKind.SPEED,
    Basis.ENERGY: StepKind.SPEED,
    Basis.DEEP_PROMPT_TEST: StepKind.SPEED,
    Basis.DEEP_GENERATION_TEST: StepKind.SPEED,
    Basis.DIVERGENCE: StepKind.QUALITY,
    Basis.TEXT: StepKind.QUALITY,
    Basis.PLANNED_MEMORY: StepKind.MEMORY,
    Basis.QUESTIONS: StepKind.TASKS,
    Basis.ANSWERS: StepKind.ALONG,
    Basis.TOLD: StepKind.TOLD,
}

_SAID = frozenset(
    {Basis.DIVERGENCE, Basis.TEXT, Basis.QUESTIONS, Basis.VOTES, Basis.ANSWERS, Basis.TOLD}
)


def cell_of(column: Column, row: Row) -> Cell:
    """A figure, or why there is none."""
    found = column.value(row)
    if row.is_told_by_another and column.basis in _SAID and isinstance(found, Value):
        shared = Note.SAME if row.candidate.draft is None else Note.AS_UNDRAFTED
        return replace(found, note=found.note or shared)
    if not isinstance(found, Missing) or found is Missing.IS_REFERENCE:
        return found
    if row.is_far and column.basis in _OF_THERE:
        return Missing.NOT_TOLD
    return found if _STEPS.get(column.basis) not in row.unable else Missing.NOT_MEASURABLE


def why_missing(column: Column, row: Row) -> English | None:
    """Why a figure cannot be had of this row's engine; None where it can, or is there."""
    if cell_of(column, row) is Missing.NOT_MEASURABLE:
        return row.why_unable(_STEPS[column.basis])
    return None


_OF_THERE = frozenset({Basis.FILE})


def figure_of(column: Column, row: Row) -> Value | None:
    """The figure that stands beside the others; None where there is none."""
    found = cell_of(column, row)
    return found if isinstance(found, Value) and not found.is_own else None


_EVERYWHERE = frozenset(Place)
_DETAILS = _EVERYWHERE - {Place.USUAL}
_SHORT = frozenset({Place.USUAL, Place.MARKDOWN})


def QT_TRANSLATE_NOOP(_context: str, text: str) -> str:
    """Marks a text for Qt's extractor, which knows this name; the window translates it."""
    return text


def _size(row: Row) -> Cell:
    if row.served is not None and row.served.told.size_bytes:
        return Value(row.served.told.size_bytes)
    return Value(row.facts.file_bytes) if row.facts else Missing.NOT_MEASURED


def _bits(row: Row) -> Cell:
    return Value(row.facts.bits_per_weight) if row.facts else Missing.NOT_MEASURED


def _needed(row: Row) -> Cell:
    if row.memory is None or row.memory.needed_bytes is None:
        return Missing.NOT_MEASURED
    note = Note.OVER_LIMIT if row.over_limit else None
    return Value(row.memory.needed_bytes, note=note)


def _predicted(row: Row) -> Cell:
    memory = row.memory
    if memory is None or memory.predicted_bytes is None:
        return Missing.NOT_MEASURED
    needed = memory.needed_bytes
    off = memory.predicted_bytes / needed - 1 if needed else None
    return Value(memory.predicted_bytes, off=off)


def _rate(start: str) -> Callable[[Row], Cell]:
    return lambda row: row.rate(start) or Missing.NOT_MEASURED


def _energy(row: Row) -> Cell:
    test = row.test("tg")
    joules = test.joules_per_token if test is not None else None
    return Value(joules) if joules is not None else Missing.NOT_MEASURED


def _deep_rate(start: str) -> Callable[[Row], Cell]:
    def value(row: Row) -> Cell:
        found = row.rate(start, row.depth_tokens) if row.depth_tokens else None
        return found or Missing.NOT_TAKEN_THERE

    return value


def _deviation(start: str) -> Callable[[Row], Cell]:
    return lambda row: test.stddev if (test := row.test(start)) else None


def _bandwidth(row: Row) -> Cell:
    test = row.test("tg")
    share = test.bandwidth_share if test is not None else None
    return Missing.NOT_MEASURED if share is None else Value(share)


def _divergence(row: Row) -> Cell:
    if row.is_reference:
        return _own(row, "mean_kld", Note.FLOOR)
    found = row.divergence
    if found is None:
        return Missing.NOT_MEASURED
    note = Note.AT_FLOOR if row.at_floor else None
    return Value(found.number, found.low, found.high, note=note)


def _same_top(row: Row) -> Cell:
    if row.is_reference:
        return _own(row, "same_top", Note.WITH_ITSELF)
    return row.figure("same_top") or Missing.NOT_MEASURED


def _own(row: Row, name: str, note: Note) -> Cell:
    """A figure of the reference against itself."""
    number = row.floor.get(name) if row.floor is not None else None
    return Missing.NOT_MEASURED if number is None else Value(number, note=note, is_own=True)


def _ratio(row: Row) -> Cell:
    if row.is_reference:
        return Missing.IS_REFERENCE
    return row.figure("ln_ppl_ratio") or Missing.NOT_MEASURED


def _bits_per_byte(row: Row) -> Cell:
    return row.bits_per_byte or Missing.NOT_MEASURED


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


def _right(row: Row) -> Cell:
    return row.right or Missing.NOT_MEASURED


def _difference(row: Row) -> Cell:
    return row.difference or Missing.NOT_MEASURED


def _votes(row: Row) -> Cell:
    votes = row.votes
    if votes is None:
        return Missing.NOT_VOTED
    total = votes.wins + votes.losses
    ends, counts = votes.interval, (votes.wins, votes.losses)
    return Value(votes.wins / total if total else 0.5, ends.low, ends.high, counts)


def _state(row: Row) -> Cell:
    if row.is_reference:
        return Missing.IS_REFERENCE
    judged = row.judgement
    return None if judged is None else judged.state.value + (HINT if judged.hint else "")


def _flips(which: int) -> Callable[[Row], Cell]:
    """Questions that only one of the two got right."""

    def value(row: Row) -> Cell:
        found = row.difference
        return found.counts[which] if found is not None and found.counts is not None else None

    return value


def _plain(
    key: str,
    value: Callable[[Row], Cell],
    *,
    ends: bool = False,
    basis: Basis = Basis.NOTHING,
) -> Column:
    """What only programs read."""
    places = frozenset({Place.CSV})
    return Column(key, key, key, "", Kind.PLAIN, value, places, ends, basis=basis)


def _of_server(key: str, value: Callable[[Row], Cell]) -> Column:
    return _plain(key, value, basis=Basis.SERVER)


def _figure(name: str, *, ends: bool = False) -> Column:
    return _plain(name, lambda row: row.figure(name), ends=ends)


def _at_floor(row: Row) -> str | None:
    return NO_FURTHER if row.at_floor else None


def _of_floor(name: str) -> Callable[[Row], Cell]:
    return lambda row: row.floor.get(name) if row.floor is not None else None


COLUMNS = (
    _plain("file", lambda row: row.file),
    _plain("candidate", lambda row: words_of(row.candidate)),
    Column(
        "name", QT_TRANSLATE_NOOP("Columns", "Version"), "name",
        QT_TRANSLATE_NOOP(
            "Columns",
            "What the file is called in short, or its whole name where two are called the same.",
        ),
        Kind.NAME, lambda row: row.name, _EVERYWHERE, basis=Basis.FILE,
    ),
    _plain("level", lambda row: row.facts and row.facts.level),
    _plain("is_reference", lambda row: row.is_reference),
    Column(
        "state", QT_TRANSLATE_NOOP("Columns", "Verdict"), "verdict",
        QT_TRANSLATE_NOOP(
            "Columns",
            "What answers to questions and blind votes say beside the original, after "
            "correction for everything that is tested here.",
        ),
        Kind.STATE, _state, _EVERYWHERE,
    ),
    Column(
        "file_bytes", QT_TRANSLATE_NOOP("Columns", "File"), "size",
        QT_TRANSLATE_NOOP("Columns", "Size of the file on the disk."),
        Kind.BYTES, _size, _DETAILS, basis=Basis.FILE,
    ),
    Column(
        "bits_per_weight", QT_TRANSLATE_NOOP("Columns", "Bits a weight"), "bits a weight",
        QT_TRANSLATE_NOOP("Columns", "The size of all its numbers, over how many there are."),
        Kind.BITS, _bits, _DETAILS, decimals=2, below="file_bytes", basis=Basis.FILE, spare=6,
    ),
    _plain("parameters", lambda row: row.facts and row.facts.parameters),
    _plain("active_parameters", lambda row: row.facts and row.facts.active_parameters),
    Column(
        "memory_needed_bytes", QT_TRANSLATE_NOOP("Columns", "Memory"), "memory",
        QT_TRANSLATE_NOOP(
            "Columns",
            "What it needs to run well: the peak of resident memory, less copies of weights that "
            "llama.cpp repacks for speed.",
        ),
        Kind.BYTES, _needed, _EVERYWHERE, basis=Basis.MEASURED_MEMORY,
    ),
    Column(
        "memory_predicted_bytes", QT_TRANSLATE_NOOP("Columns", "Predicted"), "predicted",
        QT_TRANSLATE_NOOP("Columns", "The memory it needs as llama.cpp itself plans the load."),
        Kind.BYTES, _predicted, _EVERYWHERE - _SHORT, below="memory_needed_bytes",
        basis=Basis.PLANNED_MEMORY, spare=2,
    ),
    _plain("peak_private_bytes", lambda row: row.memory and row.memory.peak_private_bytes),
    _plain("peak_mapped_bytes", lambda row: row.memory and row.memory.peak_mapped_bytes),
    Column(
        "prompt_tokens_per_second", QT_TRANSLATE_NOOP("Columns", "Prompt speed"), "prompt tok/s",
        QT_TRANSLATE_NOOP(
            "Columns",
            "Tokens of a prompt read in a second, in an empty context.",
        ),
        Kind.SPEED, _rate("pp"), _DETAILS, basis=Basis.PROMPT_TEST, spare=5,
    ),
    _plain("prompt_stddev", _deviation("pp")),
    Column(
        "tokens_per_second", QT_TRANSLATE_NOOP("Columns", "Speed"), "tok/s",
        QT_TRANSLATE_NOOP("Columns", "Tokens generated in a second, in an empty context."),
        Kind.SPEED, _rate("tg"), _EVERYWHERE, basis=Basis.GENERATION_TEST,
    ),
    _plain("tokens_stddev", _deviation("tg")),
    Column(
        "prompt_tokens_per_second_deep", QT_TRANSLATE_NOOP("Columns", "Deep prompt speed"),
        "prompt tok/s deep",
        QT_TRANSLATE_NOOP(
            "Columns",
            "Tokens of a prompt read in a second, in a filled context.",
        ),
        Kind.SPEED, _deep_rate("pp"), frozenset({Place.TABLE, Place.CSV}),
        basis=Basis.DEEP_PROMPT_TEST,
    ),
    Column(
        "tokens_per_second_deep", QT_TRANSLATE_NOOP("Columns", "Deep speed"), "tok/s deep",
        QT_TRANSLATE_NOOP("Columns", "Tokens generated in a second, in a filled context."),
        Kind.SPEED, _deep_rate("tg"), frozenset({Place.TABLE, Place.HTML, Place.CSV}),
        basis=Basis.DEEP_GENERATION_TEST,
    ),
    Column(
        "first_token_after_2048_ns",
        QT_TRANSLATE_NOOP("Columns", "First token"),
        "first token after 2,048",
        QT_TRANSLATE_NOOP(
            "Columns",
            "Time until the first token of an answer to a prompt of 2,048 tokens, reckoned from "
            "the speeds measured in an empty context and behind as many tokens.",
        ),
        Kind.DURATION,
        lambda row: row.first_token_ns or Missing.NOT_TAKEN_THERE,
        frozenset({Place.TABLE, Place.HTML, Place.CSV}),
        basis=Basis.DEEP_PROMPT_TEST,
    ),
    Column(
        "bandwidth_share", QT_TRANSLATE_NOOP("Columns", "Of memory’s speed"), "of memory’s speed",
        QT_TRANSLATE_NOOP(
            "Columns",
            "Speed of generating, as a share of what this PC’s memory could give.",
        ),
        Kind.SHARE, _bandwidth, _EVERYWHERE - _SHORT, below="tokens_per_second",
        basis=Basis.GENERATION_TEST, spare=1,
    ),
    Column(
        "joules_per_token", QT_TRANSLATE_NOOP("Columns", "Energy"), "J a token",
        QT_TRANSLATE_NOOP(
            "Columns",
            "Joules for a generated token, of the whole processor package and of NVIDIA GPUs, "
            "other programs included, where the system tells it.",
        ),
        Kind.ENERGY, _energy, frozenset({Place.TABLE, Place.HTML, Place.MARKDOWN, Place.CSV}),
        decimals=2, basis=Basis.ENERGY,
    ),
    _figure("chunks"),
    _figure("positions"),
    Column(
        "mean_kld", QT_TRANSLATE_NOOP("Columns", "Drift"), "drift",
        QT_TRANSLATE_NOOP(
            "Columns",
            "How far its next words drift from the original’s: mean KL divergence in nats. "
            "Only answers decide.",
        ),
        Kind.NATS, _divergence, _DETAILS, ends=True, basis=Basis.DIVERGENCE,
    ),
    _figure("median_kld"),
    _figure("kld_p90"),
    _figure("kld_p99"),
    _figure("max_kld"),
    Column(
        "same_top", QT_TRANSLATE_NOOP("Columns", "Same next word"), "same next word",
        QT_TRANSLATE_NOOP(
            "Columns",
            "How often it would go on with the same word as the original.",
        ),
        Kind.SHARE, _same_top, _DETAILS, ends=True, decimals=1, basis=Basis.TEXT,
    ),
    _plain("at_noise_floor", _at_floor),
    _plain("noise_floor_mean_kld", _of_floor("mean_kld")),
    _plain("noise_floor_same_top", _of_floor("same_top")),
    Column(
        "rms_delta_p", QT_TRANSLATE_NOOP("Columns", "Δp"), "Δp",
        QT_TRANSLATE_NOOP(
            "Columns",
            "How far the probability of the text’s own next word is off: root of the mean square.",
        ),
        Kind.SHARE, lambda row: row.figure("rms_delta_p") or Missing.NOT_MEASURED,
        frozenset({Place.TABLE, Place.CSV}), decimals=2, basis=Basis.TEXT,
    ),
    Column(
        "ln_ppl_ratio", QT_TRANSLATE_NOOP("Columns", "ln PPL ratio"), "ln PPL ratio",
        QT_TRANSLATE_NOOP(
            "Columns",
            "Natural logarithm of the perplexity over the original’s, position by position.",
        ),
        Kind.RATIO, _ratio, frozenset({Place.TABLE, Place.HTML, Place.CSV}), ends=True, decimals=4,
        basis=Basis.TEXT,
    ),
    _figure("ppl"),
    _figure("reference_ppl"),
    Column(
        "bits_per_byte", QT_TRANSLATE_NOOP("Columns", "Bits per byte"), "bits/byte",
        QT_TRANSLATE_NOOP(
            "Columns",
            "What it needs to foretell a byte of the text; compares between vocabularies too.",
        ),
        Kind.BITS, _bits_per_byte, _DETAILS, decimals=3, basis=Basis.TEXT,
        spare=4,
    ),
    _figure("bits_per_byte_se_chunks"),
    _figure("reference_bits_per_byte"),
    _figure("bits_per_byte_difference", ends=True),
    Column(
        "accuracy", QT_TRANSLATE_NOOP("Columns", "Right answers"), "right",
        QT_TRANSLATE_NOOP(
            "Columns",
            "Questions answered rightly, of those that the original can do; Wilson’s interval.",
        ),
        Kind.RIGHT, _right, _EVERYWHERE - {Place.CSV}, basis=Basis.QUESTIONS,
    ),
    _plain("items", lambda row: row.summary and row.summary.counts.total),
    _plain("correct", lambda row: row.summary and row.summary.counts.right),
    _plain("lost", _flips(0)),
    _plain("gained", _flips(1)),
    Column(
        "difference", QT_TRANSLATE_NOOP("Columns", "In 100 questions"), "in 100",
        QT_TRANSLATE_NOOP(
            "Columns",
            "How many more or fewer of 100 are right than the original’s, with Newcombe’s paired "
            "interval.",
        ),
        Kind.POINTS, _difference, _DETAILS - {Place.TERMINAL}, ends=True,
        basis=Basis.QUESTIONS,
    ),
    _plain("decided_after", lambda row: row.tasks and row.tasks.decided_after),
    _plain("p_value", lambda row: row.summary and row.summary.p_value),
    _plain("corrected_p_value", lambda row: row.summary and row.summary.corrected_p_value),
    Column(
        "votes", QT_TRANSLATE_NOOP("Columns", "Votes"), "votes",
        QT_TRANSLATE_NOOP("Columns", "How many blind votes preferred it, ties left out."),
        Kind.VOTES, _votes, frozenset({Place.TABLE, Place.HTML, Place.MARKDOWN}),
        basis=Basis.VOTES,
    ),
    Column(
        "same_along", QT_TRANSLATE_NOOP("Columns", "Same word in answers"),
        "same word in answers",
        QT_TRANSLATE_NOOP(
            "Columns",
            "Of the words of answers that were not drawn, up to the first that differs, how many "
            "are the original’s: for engines that tell what they write and no more.",
        ),
        Kind.SHARE, _same_along, _DETAILS, ends=True, decimals=1, basis=Basis.ANSWERS,
    ),
    Column(
        "told_mean_kld", QT_TRANSLATE_NOOP("Columns", "KL, top k"), "KL, top k",
        QT_TRANSLATE_NOOP(
            "Columns",
            "Mean KL divergence in nats by the k likeliest tokens and all others as one, which is "
            "all that servers tell. It is never more than the drift over the whole vocabulary: "
            "the two are not to be held against each other.",
        ),
        Kind.TOP_NATS, _told("mean_kld"), _DETAILS, ends=True, basis=Basis.TOLD,
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
        Kind.SPEED, _clocked("tokens_per_second"), _DETAILS, basis=Basis.CLOCK,
    ),
    Column(
        "clocked_first_token_ns", QT_TRANSLATE_NOOP("Columns", "Clocked first token"),
        "clocked first token",
        QT_TRANSLATE_NOOP(
            "Columns",
            "Time from the request to the first token of a server’s answer to a short prompt, by "
            "this PC’s clock.",
        ),
        Kind.DURATION, _clocked("first_token_ns"), frozenset(Place) - _SHORT, basis=Basis.CLOCK,
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
    _plain("votes_better", lambda row: row.votes and row.votes.wins),
    _plain("votes_worse", lambda row: row.votes and row.votes.losses),
    _plain("votes_low", lambda row: row.votes and row.votes.interval.low),
    _plain("votes_high", lambda row: row.votes and row.votes.interval.high),
    _of_server("not_measured", _not_measured),
    _plain("error", lambda row: row.error),
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
