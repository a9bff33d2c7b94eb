"""How long a usual PC takes for a step of a ladder, by what is known of its files so far.

Guesses only: what this PC makes of them is learned from each step that was measured
(:mod:`app.lab.ladder.progress`, :mod:`app.lab.ladder.pace`). So they need to be right beside each
other, a step beside the next and a file beside another, not by the clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from app.core.ladder.results import StepKind
from app.core.ladder.turns import undecided
from app.core.statistics.looks import LOOKS_CHUNKS
from app.core.tasks.items import USUAL_BYTES_A_TOKEN
from app.core.tasks.scoring import Outcome
from app.lab.engines.loading import threads_for
from app.lab.ladder.plan import LadderPlan, Profile, Step
from app.lab.tasks.work import read_tokens, said_tokens

if TYPE_CHECKING:
    from app.core.ladder.row import Row
    from app.core.tasks.items import TaskItem

# What a usual PC reaches: a first guess, put right by each step that is done.
_BYTES_A_SECOND = 10e9
# Weights that lie in the processor's cache, and how many do.
_CACHED_BYTES_A_SECOND, _CACHED_BYTES = 40e9, 32_000_000
_OPERATIONS_A_SECOND = 40e9
_TOKEN_SECONDS = 0.0004
# An engine is there, and what a load takes beside the reading of the file.
_START_SECONDS = 0.4
# What a second thread adds to reading where a model is so small that one reads alone.
_SECOND_THREAD = 0.12
_HASHED_BYTES_A_SECOND = 500e6
# Of a question and its answer, where nobody has seen them; of thinking.
_PROMPT_TOKENS, _ANSWER_TOKENS, _THINKING_TOKENS = 80.0, 50.0, 600
# Several questions at once against one after the other.
_AT_ONCE, _AT_ONCE_CACHED = 2.0, 4.5
# What a token of an answer takes beside its computing.
_SAID_SECONDS = 0.0002
# What a token of a chunk takes beside its reading, for each of the vocabulary: they are all scored.
_SCORE_SECONDS = 28e-9
_MEMORY_PROMPT_TOKENS, _MEMORY_SECONDS = 1024, 0.2
# Of quality: chunks that are usual, what the noise floor and greedy answers write.
_CHUNK_TOKENS = 256
# What is all but the original, and what is far from it, is known soon.
_CLOSE_BITS, _FEW_CHUNKS, _MANY_CHUNKS = 7.0, 20, 32
# The text as tokens, and what chats become by the template.
_TEXT_SECONDS = 0.25
_FLOOR_CHUNKS, _FLOOR_TOKENS, _FLOOR_SECONDS = 4, 900, 60.0
_APART_TOKENS, _APART_SECONDS = 8 * 40, 30.0
# Tokens read and written for what is measured beside servers alone.
_BESIDE_SERVERS = {StepKind.ALONG: (12 * 100, 12 * 64), StepKind.TOLD: (16 * 256, 0)}
# Of a server, before anything was asked there; questions take a second each.
_FAR_SECONDS = {StepKind.SERVER: 1.0, StepKind.ALONG: 20.0, StepKind.TOLD: 10.0}
# From so few bits a weight on, or so far a divergence, asking is expected to stop early.
_LOSES_SOON_BITS, _LOSES_BITS = 2.3, 2.9
_LOSES_SOON_KLD, _LOSES_KLD = 0.6, 0.15
_SOON_SHARE, _EARLY_SHARE, _EQUAL_SHARE_FULL = 0.18, 0.5, 0.6
# Of settings, so many are expected to be too close to call.
_CLOSE_SHARE = 0.2
# Such a model finds no end of its answers.
_BROKEN_TIMES = 4.6
# Below it the reference can do so little that nothing is decided early; and so little that nothing
# ever is, which ends the asking at the first look.
_ABLE_SHARE, _UNABLE_SHARE = 0.2, 0.02


class Sizes(Protocol):
    """What the time of a file follows from; its facts have it."""

    @property
    def file_bytes(self) -> int:
        """On the disk."""
        ...

    @property
    def active_parameters(self) -> int:
        """That work on a token."""
        ...

    @property
    def token_bytes(self) -> int:
        """Weights that one token reads."""
        ...

    @property
    def vocabulary_size(self) -> int:
        """Tokens that there are."""
        ...

    @property
    def bytes_a_token(self) -> float:
        """Of a question's text, about."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions of a ladder.

    Attributes:
        count: How many each file is asked.
        prompt_tokens: Of a question, about, the mean, as usual vocabularies cut it; a text that
            several share counts once.
        answer_tokens: Of an answer, as is usual for such questions and vocabularies.
    """

    count: int
    prompt_tokens: float = _PROMPT_TOKENS
    answer_tokens: float = _ANSWER_TOKENS

    @classmethod
    def of(cls, items: Sequence[TaskItem]) -> Asked:
        """These questions."""
        if not items:
            return cls(0)
        read = sum(map(read_tokens, items))
        return cls(len(items), read / len(items), said_tokens(items))


@dataclass(frozen=True, slots=True)
class Known:
    """What a ladder has told so far of how much is to be done.

    Attributes:
        rows: By key, what is measured of a candidate.
        chunks: That candidates needed so far; empty before the first was read.
        answer_tokens: Of an answer of the reference, the mean; None before it was asked.
        able_share: Of the questions, what the reference can do; 1 before it was asked.
        read_times: How many times longer than guessed a token takes to read where no speed is
            known yet.
        write_times: The same of one that is written.
    """

    rows: Mapping[str, Row] = field(default_factory=dict[str, "Row"])
    chunks: tuple[int, ...] = ()
    answer_tokens: float | None = None
    able_share: float = 1.0
    read_times: float = 1.0
    write_times: float = 1.0

    @classmethod
    def of(cls, plan: LadderPlan, rows: Mapping[str, Row]) -> Known:
        """What these rows tell; they may change afterwards."""
        rows = dict(rows)
        read = [
            row.quality.parts[-1].chunks
            for key, row in rows.items()
            if key != plan.reference and row.quality is not None and row.quality.parts
        ]
        first = rows.get(plan.reference)
        asked = first.tasks if first is not None else None
        if asked is None or not asked.outcomes:
            return cls(rows, tuple(read))
        right = sum(value == Outcome.CORRECT.value for value in asked.outcomes.values())
        count = len(asked.outcomes)
        return cls(rows, tuple(read), asked.tokens / count, right / count)


NOTHING_KNOWN = Known()


@dataclass(frozen=True, slots=True)
class Rates:
    """Of one file, in seconds: a token that is read, one that is written, a load."""

    read_s: float
    write_s: float
    load_s: float

    @classmethod
    def of(
        cls, plan: LadderPlan, kind: StepKind, sizes: Sizes, known: Known, key: str = ""
    ) -> Rates:
        """As they are measured, else by the file's sizes and what is known of this PC."""
        read_s = 2 * sizes.active_parameters / (_OPERATIONS_A_SECOND * plan.threads) + 1e-4
        cached = sizes.token_bytes <= _CACHED_BYTES
        write_s = sizes.token_bytes / (_CACHED_BYTES_A_SECOND if cached else _BYTES_A_SECOND)
        write_s += _TOKEN_SECONDS
        read_s, write_s = read_s * known.read_times, write_s * known.write_times
        row = known.rows.get(key)
        if row is not None:
            writes, reads = row.rate("tg"), row.rate("pp")
            write_s = 1 / writes.number if writes is not None and writes.number else write_s
            read_s = 1 / reads.number if reads is not None and reads.number else read_s
        if kind in (StepKind.MEMORY, StepKind.QUALITY):
            more = plan.threads - threads_for(sizes.file_bytes, plan.threads)
            read_s *= 1 + _SECOND_THREAD * more
        return cls(read_s, write_s, sizes.file_bytes / _BYTES_A_SECOND + _START_SECONDS)


def guess_seconds(
    plan: LadderPlan,
    step: Step,
    key: str,
    sizes: Sizes | None,
    asked: Asked,
    known: Known = NOTHING_KNOWN,
) -> float:
    """How long a usual PC might take for a file's part of a step.

    Args:
        plan: What is measured.
        step: The step.
        key: Of the candidate.
        sizes: Of its file; None while nothing is known of it.
        asked: The questions.
        known: What the ladder has told so far.
    """
    if sizes is None:
        # A file's header is read in no time; how fast a server is shows with what it has done.
        return _FAR_SECONDS.get(step.kind, asked.count) if plan.candidate(key).server else 1.0
    rates = Rates.of(plan, step.kind, sizes, known, key)
    if step.kind in _BESIDE_SERVERS:
        prompt_tokens, said_tokens = _BESIDE_SERVERS[step.kind]
        return rates.load_s + prompt_tokens * rates.read_s + said_tokens * rates.write_s
    match step.kind:
        case StepKind.FACTS:
            return sizes.file_bytes / _HASHED_BYTES_A_SECOND
        case StepKind.SPEED:
            share = _goes_on(plan, step, key, known) if step.more else 1.0
            return share * sum(speed_parts(plan, step, rates))
        case StepKind.MEMORY:
            most = plan.context_tokens
            tokens = min(most, _MEMORY_PROMPT_TOKENS) if plan.profile is Profile.QUICK else most
            return rates.load_s + _MEMORY_SECONDS + tokens * rates.read_s + 32 * rates.write_s
        case StepKind.QUALITY:
            return _TEXT_SECONDS + sum(quality_parts(plan, key, sizes, known))
        case _:
            said = _answer_tokens(plan, key, sizes, asked, known)
            each = asked.prompt_tokens * _tokens_for_usual(sizes) * rates.read_s
            at_once = _AT_ONCE_CACHED if sizes.token_bytes <= _CACHED_BYTES else _AT_ONCE
            each += said * (rates.write_s / at_once + _SAID_SECONDS)
            return rates.load_s + asked.count * asked_share(plan, key, sizes, known) * each


def _answer_tokens(plan: LadderPlan, key: str, sizes: Sizes, asked: Asked, known: Known) -> float:
    """Of an answer: as it was, as the reference's were, or as is usual."""
    row = known.rows.get(key)
    if row is not None and row.tasks is not None and row.tasks.outcomes:
        return row.tasks.tokens / len(row.tasks.outcomes)
    usual = asked.answer_tokens + (_THINKING_TOKENS if plan.thinking else 0)
    said = known.answer_tokens or usual * _tokens_for_usual(sizes)
    return said * _BROKEN_TIMES if _loses_soon(key, sizes, known) else said


def _tokens_for_usual(sizes: Sizes) -> float:
    """How many tokens a file's vocabulary makes of what is one in usual ones."""
    return USUAL_BYTES_A_TOKEN / sizes.bytes_a_token


def speed_parts(plan: LadderPlan, step: Step, rates: Rates) -> tuple[float, float, float]:
    """Seconds of the load, of tests of reading and of tests of writing, filling included."""
    reads_s = writes_s = 0.0
    for depth, times in plan.speeds_in(step).items():
        fill_s = depth * rates.read_s
        # One more to warm up.
        reads_s += (times + 1) * plan.prompt_tokens * rates.read_s + fill_s
        writes_s += (times * plan.generated_tokens + 1) * rates.write_s + fill_s
    # Engines stay loaded from the first depth on.
    begins = not step.more and step.depth_tokens == min(plan.depths_tokens, default=0)
    return (
        rates.load_s if begins else 0.0,
        reads_s if plan.prompt_tokens else 0.0,
        writes_s if plan.generated_tokens else 0.0,
    )


def _goes_on(plan: LadderPlan, step: Step, key: str, known: Known) -> float:
    """Whether a file is too close to call for further rounds to be skipped, 0 to 1."""
    rows = [row for file in step.files if (row := known.rows.get(file)) is not None and row.speed]
    base = known.rows.get(plan.reference)
    if base is None or len(rows) < len(step.files):
        return _CLOSE_SHARE
    left = undecided(rows, base, plan.looks)
    return float(bool(left) if key == plan.reference else key in left)


def quality_parts(plan: LadderPlan, key: str, sizes: Sizes, known: Known) -> tuple[float, float]:
    """Seconds of the chunks that are read, and of what is written after them."""
    rates = Rates.of(plan, StepKind.QUALITY, sizes, known, key)
    chunk_s = _CHUNK_TOKENS * (rates.read_s + sizes.vocabulary_size * _SCORE_SECONDS)
    most = most_chunks(plan)
    if key == plan.reference:
        floor_s = min(_FLOOR_SECONDS, _FLOOR_TOKENS * rates.write_s)
        return min(most, _FLOOR_CHUNKS) * chunk_s, floor_s
    written_s = min(2 * _APART_SECONDS, _APART_TOKENS * rates.write_s)
    if not known.chunks:
        written_s += min(_APART_SECONDS, _APART_TOKENS * rates.write_s)
    return min(2 * most, sum(chunks_to_read(key, sizes, known))) * chunk_s, written_s


def most_chunks(plan: LadderPlan) -> int:
    """A quick measurement of quality reads no more of a text."""
    return min(plan.quality_chunks or LOOKS_CHUNKS[-1], LOOKS_CHUNKS[-1])


def chunks_to_read(key: str, sizes: Sizes, known: Known) -> tuple[float, float]:
    """How many chunks a candidate reads, and how many of them the reference has not read yet."""
    row = known.rows.get(key)
    if row is not None and row.quality is not None and row.quality.parts:
        chunks: float = row.quality.parts[-1].chunks
    else:
        bits = _bits(sizes)
        chunks = _FEW_CHUNKS if bits > _CLOSE_BITS or bits < _LOSES_SOON_BITS else _MANY_CHUNKS
    return chunks, max(0.0, chunks - max((_FLOOR_CHUNKS, *known.chunks)))


def _mean_kld(key: str, known: Known) -> float | None:
    row = known.rows.get(key)
    parts = row.quality.parts if row is not None and row.quality is not None else ()
    return parts[-1].figures.get("mean_kld") if parts else None


def _loses_soon(key: str, sizes: Sizes, known: Known) -> bool:
    """Whether a candidate is expected to be so far from the reference that it shows at once."""
    mean_kld = _mean_kld(key, known)
    return _bits(sizes) < _LOSES_SOON_BITS if mean_kld is None else mean_kld > _LOSES_SOON_KLD


def _bits(sizes: Sizes) -> float:
    """Bits of a weight that works on a token."""
    return 8 * sizes.token_bytes / max(1, sizes.active_parameters)


def asked_share(plan: LadderPlan, key: str, sizes: Sizes, known: Known) -> float:
    """How much of the questions a candidate is expected to be asked before it is decided."""
    if not plan.stops or key == plan.reference:
        return 1.0
    if known.able_share < _ABLE_SHARE:
        return _SOON_SHARE if known.able_share < _UNABLE_SHARE else 1.0
    mean_kld = _mean_kld(key, known)
    early = _bits(sizes) < _LOSES_BITS if mean_kld is None else mean_kld > _LOSES_KLD
    soon = _loses_soon(key, sizes, known)
    equal = 1.0 if plan.profile is Profile.QUICK else _EQUAL_SHARE_FULL
    return _SOON_SHARE if soon else min(equal, _EARLY_SHARE) if early else equal
