"""One candidate of a ladder: what was measured of it, and what may be said of that.

A row begins with what runs alone. Steps put figures into it while the ladder is measured; once
all rows are looked at together they get what only follows from that: names, judgements, the
reference beside them. Tables, plots, sentences and reports read the same row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.core.ladder.questions import all_together, difference_of, share_of
from app.core.ladder.results import Spent, StepKind
from app.core.ladder.speeds import BLOCK_TOKENS, FIRST_AFTER, error_of, first_token_of, rate_of
from app.core.ladder.value import Value
from app.core.quality.along import Along, along
from app.core.quality.floor import Figures, floor_of
from app.core.shrink.ways import Way
from app.core.verdict_words import MoreBits, Rung
from app.core.words.sentence import English, worded

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.ladder.results import (
        AlongStep,
        Clocked,
        FileFacts,
        MemoryFigures,
        QualityStep,
        ServerFacts,
        SpeedFigures,
        TasksStep,
    )
    from app.core.statistics.anytime import WinRate
    from app.core.tasks.results import KindResult
    from app.core.verdict import Judgement, State

FULL_LEVELS = frozenset({"F32", "F16", "BF16"})
"""Levels of models that are not shrunken."""


@dataclass(frozen=True, slots=True)
class Row:
    """One candidate of the ladder; None where there is no measurement.

    Attributes:
        candidate: What runs.
        speed: Tests with an empty context first, then with a filled one.
        again: The first candidate's tests once more at the end.
        served: What its server says of it.
        answers: Its greedy answers, in a ladder with servers.
        told: Its loss by the likeliest tokens that engines tell of a text; likewise.
        error: Why it could not be measured, or not all of it.
        unable: What its engine is not able to have measured of it.
        name: What sentences and plots call it, e.g. ``Q4_K_M``.
        number: Its place in the ladder: colour and shape.
        letter: What stands for it on the page.
        reference: The row that it is held against; None for the reference itself.
        judgement: What may be said of it; None for the reference.
        kinds: Its results at tasks, corrected over the whole ladder; the reference's own
            accuracies.
        votes: Blind votes against the reference, ties left out; None where nobody decided.
        guesses: It foresees the text worse than guessing would, so that how far words are apart
            there says nothing.
        at_floor: It is no further from the reference than the reference from itself; None where
            that is not known.
        own_bits: Of the reference: what it needs for a byte of the text that all are shown on.
        over_limit: It needs more memory than the person has for it.
        sentence: What may be said of it.
        is_told_by_another: Its quality and its answers are those of the row without its draft, or
            with other settings of what changes speed and memory alone.
    """

    candidate: Candidate
    facts: FileFacts | None = None
    speed: tuple[SpeedFigures, ...] = ()
    again: tuple[SpeedFigures, ...] = ()
    memory: MemoryFigures | None = None
    quality: QualityStep | None = None
    tasks: TasksStep | None = None
    served: ServerFacts | None = None
    answers: AlongStep | None = None
    told: QualityStep | None = None
    error: English | None = None
    unable: frozenset[StepKind] = frozenset()
    name: str = ""
    number: int = 0
    letter: str = "?"
    reference: Row | None = field(default=None, repr=False)
    judgement: Judgement | None = None
    kinds: tuple[KindResult, ...] = ()
    votes: WinRate | None = None
    guesses: bool = False
    at_floor: bool | None = None
    own_bits: float | None = None
    over_limit: bool = False
    sentence: str = ""
    is_told_by_another: bool = False

    @property
    def key(self) -> str:
        """The name that it is filed under."""
        return self.candidate.key()

    @property
    def file(self) -> str:
        """The model file."""
        return self.candidate.place

    @property
    def is_reference(self) -> bool:
        """Whether the others are held against it."""
        return self.judgement is None

    @property
    def stands_as(self) -> English:
        """What a reference is: the original, or only what the others are compared with."""
        level = self.facts.level if self.facts is not None else "F16"
        if self.is_far:
            level = self.served.told.quantization if self.served is not None else None
        if level is not None and level.upper() in FULL_LEVELS:
            return worded("verdict.original")
        return worded("verdict.compared_with")

    @property
    def way(self) -> Way | None:
        """How it came to need less than the reference; None for that, and what lost nothing."""
        base = self.reference.facts if self.reference is not None else None
        if base is None or self.facts is None or self.facts.error:
            return None
        if self.facts.sha256 == base.sha256 and self.candidate.adapters == (
            self.reference.candidate.adapters if self.reference is not None else ()
        ):
            return None  # the same file, loaded otherwise
        own = Way(self.facts.way) if self.facts.way in set(Way) else None
        if own in (Way.PRUNED, Way.PRUNED_QUANTIZED, Way.HEALED):
            return own
        mine, theirs = ((facts.architecture, facts.parameters) for facts in (self.facts, base))
        if mine != theirs:
            return Way.OTHER
        return own or (None if self.facts.level in FULL_LEVELS else Way.QUANTIZED)

    @property
    def has_failed(self) -> bool:
        """Whether it could not be measured at all, as far as answers tell."""
        return self.error is not None and (self.judgement is None or not self.judgement.kinds)

    @property
    def state(self) -> State | None:
        """What is known of it; None for the reference, and where nothing was asked."""
        judged = self.judgement
        if judged is None:
            return None
        if not (judged.kinds or judged.votes_p_value is not None or judged.is_same):
            return None
        return judged.state

    @property
    def rung(self) -> Rung:
        """What a verdict needs of it."""
        return Rung(
            key=self.key,
            name=self.name,
            judgement=self.judgement,
            needed_bytes=self.needed_bytes,
            tokens_per_second=self.tokens_per_second,
            same_top=self.same_top,
            error=self.error,
            speed_error=self.speed_error,
            more_bits=self.more_bits,
            other_vocabulary=self.other_vocabulary,
            guesses=self.guesses,
            at_floor=self.at_floor,
            own_top=self.own_top,
            speed_unsure=any(figures.beside_others for figures in self.speed),
            host=self.candidate.server.host if self.candidate.server is not None else "",
        )

    # --- servers ----------------------------------------------------------------------------

    @property
    def is_far(self) -> bool:
        """Whether a server runs it."""
        return self.candidate.server is not None

    def why_unable(self, kind: StepKind) -> English:
        """Why its engine, or the reference's, cannot have a step measured of it."""
        base = self.reference.candidate.server if self.reference is not None else None
        server = self.candidate.server or base
        host = server.host if server is not None else ""
        match kind:
            case StepKind.SPEED:
                return worded("lab.unable_speed", host=host)
            case StepKind.MEMORY:
                return worded("lab.unable_memory", host=host)
            case StepKind.QUALITY:
                return worded("lab.unable_quality", host=host)
            case StepKind.ALONG:
                return worded("lab.unable_along", host=host)
            case StepKind.TOLD:
                return worded("lab.unable_told", host=host)
            case _:
                return worded("lab.unable_tasks", host=host)

    @property
    def along(self) -> Along | None:
        """Its answers along the reference's; None for that, and where nobody asked."""
        base = self.reference.answers if self.reference is not None else None
        if base is None or self.answers is None or self.answers.error or base.error:
            return None
        return along(base.said, self.answers.said)

    @property
    def clocked(self) -> Clocked | None:
        """How fast a server's answers came: those of prompts, else those to questions."""
        steps = (self.answers, self.tasks)
        return next((step.clocked for step in steps if step is not None and step.clocked), None)

    @property
    def spent(self) -> Spent | None:
        """Tokens that its server read and wrote for all steps; None where it runs here."""
        steps = (self.answers, self.tasks, self.told)
        known = [step.spent for step in steps if step is not None and step.spent is not None]
        if not self.is_far or not known:
            return None
        return Spent(
            sum(one.read_tokens for one in known), sum(one.written_tokens for one in known)
        )

    @property
    def fingerprints(self) -> frozenset[str]:
        """All that its server's answers carried: several are several builds of it."""
        steps = [step for step in (self.answers, self.tasks) if step is not None]
        first = {self.served.fingerprint} if self.served is not None else set[str]()
        told = (each for step in steps for each in step.answerers.fingerprints)
        return frozenset({*first, *told} - {""})

    @property
    def cost(self) -> float | None:
        """What that costs, by the prices that the person has entered."""
        spent, served = self.spent, self.served
        return None if spent is None or served is None else served.cost_of(spent)

    # --- memory and speed -------------------------------------------------------------------

    @property
    def needed_bytes(self) -> int | None:
        """Needed memory as measured, else as predicted."""
        if self.memory is None:
            return None
        measured = self.memory.needed_bytes
        return self.memory.predicted_bytes if measured is None else measured

    @property
    def is_predicted(self) -> bool:
        """Whether the needed memory was not measured."""
        return self.needed_bytes is not None and not (self.memory and self.memory.needed_bytes)

    def test(self, start: str, depth_tokens: int = 0) -> SpeedFigures | None:
        """A test of speed: ``pp`` or ``tg``."""
        for figures in self.speed:
            if figures.test.startswith(start) and figures.depth == depth_tokens:
                return figures
        return None

    @property
    def depth_tokens(self) -> int:
        """How filled the context was in the deepest tests."""
        return max((one.depth for one in self.speed), default=0)

    def rate(self, start: str, depth_tokens: int = 0) -> Value | None:
        """Tokens a second in a test, with a t-interval of 95 % for the mean of its repetitions."""
        test = self.test(start, depth_tokens)
        return rate_of(test) if test is not None else None

    @property
    def first_token_ns(self) -> Value | None:
        """How long the first token of an answer to a prompt of 2,048 tokens takes."""
        begin, end = self.rate(f"pp{BLOCK_TOKENS}"), self.rate(f"pp{BLOCK_TOKENS}", FIRST_AFTER)
        token = self.rate("tg", FIRST_AFTER)
        if begin is None or end is None or token is None:
            return None
        return first_token_of(begin, end, token)

    @property
    def tokens_per_second(self) -> float | None:
        """While generating with an empty context."""
        test = self.test("tg")
        return test.mean if test is not None else None

    @property
    def speed_error(self) -> float | None:
        """The standard error of that speed; None where there is none."""
        test = self.test("tg")
        return (test and error_of(test)) or None

    # --- quality ----------------------------------------------------------------------------

    @property
    def figures(self) -> Figures:
        """Figures of quality against the reference, by their names; the reference has none."""
        return {} if self.is_reference or self.quality is None else self.quality.figures

    @property
    def floor(self) -> Figures | None:
        """The reference against itself; None where that was not measured."""
        quality = (self.reference or self).quality
        return floor_of(quality.figures) if quality is not None and quality.figures else None

    def figure(self, name: str) -> Value | None:
        """A figure of quality with its interval."""
        number = self.figures.get(name)
        if number is None:
            return None
        return Value(number, self.figures.get(f"{name}_low"), self.figures.get(f"{name}_high"))

    @property
    def same_top(self) -> float | None:
        """Share of positions with the reference's most likely token."""
        return self.figures.get("same_top")

    @property
    def own_top(self) -> float | None:
        """Of the reference: the same, read in slices and written token by token."""
        floor = self.floor if self.is_reference else None
        return floor.get("same_top") if floor is not None else None

    @property
    def divergence(self) -> Value | None:
        """Mean KL divergence in nats."""
        return self.figure("mean_kld")

    @property
    def other_vocabulary(self) -> bool:
        """Whether its next words cannot be held against the reference's."""
        return self.quality is not None and self.quality.refused is not None

    @property
    def more_bits(self) -> MoreBits | None:
        """How many more bits for a byte it needs, relative to the reference over the same bytes."""
        if self.is_reference:
            return MoreBits(0.0, 0.0)
        apart = self.figures.get("bits_per_byte_difference")
        base = self.figures.get("reference_bits_per_byte")
        if apart is None or not base:
            return None
        error = self.figures.get("bits_per_byte_difference_se_chunks")
        return MoreBits(apart / base, None if error is None else error / base)

    @property
    def bits_per_byte(self) -> Value | None:
        """The interval is that of the paired difference from the reference, around the value."""
        number = self.own_bits if self.is_reference else self.figures.get("bits_per_byte")
        apart = self.figure("bits_per_byte_difference")
        if number is None:
            return None
        if apart is None or apart.low is None or apart.high is None:
            return Value(number)
        return Value(
            number, number + apart.low - apart.number, number + apart.high - apart.number
        )  # fmt: skip

    @property
    def histogram(self) -> tuple[int, ...]:
        """Positions by their divergence, as ``core.quality.histogram`` counts them."""
        return () if self.is_reference or self.quality is None else self.quality.histogram

    # --- tasks ------------------------------------------------------------------------------

    @property
    def summary(self) -> KindResult | None:
        """All questions that the reference can do in one result."""
        if self.judgement is not None and self.judgement.together is not None:
            return self.judgement.together
        return all_together(self.kinds)

    @property
    def right(self) -> Value | None:
        """Share of right answers to these questions."""
        return share_of(self.summary) if self.summary is not None else None

    @property
    def difference(self) -> Value | None:
        """That share less the reference's."""
        return difference_of(self.summary) if self.summary is not None else None

    @property
    def points_lost(self) -> Value | None:
        """Of right answers, in points; below zero where it gains, zero for the reference."""
        if self.judgement is None or self.judgement.is_same:
            return Value(0.0) if self.kinds else None
        apart = self.difference
        if apart is None or apart.low is None or apart.high is None:
            return None
        return Value(-100 * apart.number + 0.0, -100 * apart.high, -100 * apart.low)
