"""Telling how far a ladder is."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from app.core.ladder.results import FileFacts, StepKind

if TYPE_CHECKING:
    from app.core.ladder.row import Row
    from app.lab.ladder.plan import LadderPlan, Step

# What a usual PC reaches: a first guess, put right by each step that is done.
_BYTES_A_SECOND = 10e9
_OPERATIONS_A_SECOND = 40e9
_TOKEN_SECONDS = 0.001
_LOAD_SECONDS = 0.5
_TASK_PROMPT_TOKENS, _TASK_ANSWER_TOKENS, _TASK_THINKING_TOKENS = 100, 60, 600
_QUALITY_TOKENS = 32 * 256
# Tokens read and written for what is measured beside servers alone.
_BESIDE_SERVERS = {StepKind.ALONG: (12 * 100, 12 * 64), StepKind.TOLD: (16 * 256, 0)}
# Of a server, before anything was asked there; questions take a second each.
_FAR_SECONDS = {StepKind.SERVER: 1.0, StepKind.ALONG: 20.0, StepKind.TOLD: 10.0}
_HASHED_BYTES_A_SECOND = 500e6
# So many seconds of a kind of step weigh as much as all that is known of the others.
_TRUSTED_S = 5.0
# What is told follows what is reckoned within about so many seconds.
_SLOW_S = 20.0


Usual: TypeAlias = "Callable[[StepKind, int], float]"
"""How many times its guess a kind of step takes, of a model with so many parameters."""


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


@dataclass(frozen=True, slots=True)
class LadderProgress:
    """How far a ladder is.

    Attributes:
        step: What is measured now; None at the end.
        done_steps: Finished ones, those of an earlier run among them.
        total_steps: All.
        fraction: Of all the work, 0 to 1.
        seconds_left: An estimate; None while nothing can be said.
        share: Of the step that is done, 0 to 1.
        first_verdict_seconds: Until something may be said of a first version; None where that is
            so already, or nothing can be said.
        busy: Other programs keep the PC busy, so that all takes longer.
    """

    step: Step | None
    done_steps: int
    total_steps: int
    fraction: float
    seconds_left: float | None
    share: float = 0.0
    first_verdict_seconds: float | None = None
    busy: bool = False


class Clock:
    """Estimates how long the rest takes, from how long such steps took on this PC.

    What a usual PC would need is a first guess. Each kind of step corrects it for its own kind, and
    less for the others; once a file's speed is measured, that is what reading and writing with it
    is reckoned by. What is told moves slowly towards what is reckoned, so that it does not jump.
    One thread.

    Args:
        plan: What is measured.
        facts: Of the files that are known so far; may grow.
        items: How many questions each file is asked.
        now: Seconds of a monotonic clock.
        row_of: What is measured so far of a candidate, by key.
        usual: How many times its guess a kind of step takes on this PC.
    """

    def __init__(
        self,
        plan: LadderPlan,
        facts: dict[str, FileFacts],
        items: int,
        now: Callable[[], float] = time.monotonic,
        row_of: Callable[[str], Row | None] = lambda _key: None,
        usual: Usual = lambda _kind, _parameters: 1.0,
    ) -> None:
        self._plan = plan
        self._facts = facts
        self._items = items
        self._now = now
        self._row_of = row_of
        self._usual = usual
        self._guessed_s: dict[StepKind, float] = defaultdict(float)
        self._spent_s: dict[StepKind, float] = defaultdict(float)
        self._begin_s = now()
        self._told: dict[str, tuple[float, float]] = {}

    def begin(self) -> None:
        """A step begins."""
        self._begin_s = self._now()

    def end(self, step: Step, share: float = 1.0) -> None:
        """The step has ended; so much of it was needed, as a share."""
        self._guessed_s[step.kind] += share * self.guess_seconds(step)
        self._spent_s[step.kind] += self._now() - self._begin_s

    def progress(
        self, steps: list[Step], number: int, share: float, *, busy: bool = False
    ) -> LadderProgress:
        """How far it is within a step.

        Args:
            steps: All.
            number: Which of them, from 0; as many as there are at the end.
            share: Of this step that is done, 0 to 1.
            busy: Other programs keep the PC busy.
        """
        guesses = [self.guess_seconds(step) for step in steps]
        total = sum(guesses) or 1.0
        step = steps[number] if number < len(steps) else None
        here = guesses[number] * share if step is not None else 0.0
        done = sum(guesses[:number]) + here
        rates = self._rates(step, here)
        rest = [
            (one, (guess - (here if at == number else 0.0)) * rates[one.kind])
            for at, (one, guess) in enumerate(zip(steps, guesses, strict=True))
            if at >= number
        ]
        left = 0.0 if step is None else None
        first = None
        if step is not None and sum(self._guessed_s.values()) + here > 0:
            left = self._smoothed("left", sum(seconds for _, seconds in rest))
            until = self._until_verdict(steps, number, rest)
            first = None if until is None else self._smoothed("first", until)
        fraction = min(1.0, done / total)
        return LadderProgress(step, number, len(steps), fraction, left, share, first, busy)

    def _rates(self, now: Step | None, here_s: float) -> Mapping[StepKind, float]:
        """How many seconds a guessed one takes, by kind of step."""
        guessed, spent = dict(self._guessed_s), dict(self._spent_s)
        if now is not None and here_s > 0:
            guessed[now.kind] = guessed.get(now.kind, 0.0) + here_s
            spent[now.kind] = spent.get(now.kind, 0.0) + self._now() - self._begin_s
        size = max((one.active_parameters for one in self._facts.values()), default=0)
        usual = {kind: self._usual(kind, size) for kind in StepKind}
        # How fast a disk is says nothing of how fast the processor is.
        computed = [kind for kind in guessed if kind is not StepKind.FACTS]
        expected = sum(guessed[kind] * usual[kind] for kind in computed)
        slower = (sum(spent[kind] for kind in computed) + _TRUSTED_S) / (expected + _TRUSTED_S)
        return {
            kind: (spent.get(kind, 0.0) + _TRUSTED_S * usual[kind] * slower)
            / (guessed.get(kind, 0.0) + _TRUSTED_S)
            for kind in StepKind
        }

    def _until_verdict(
        self, steps: list[Step], number: int, rest: list[tuple[Step, float]]
    ) -> float | None:
        """Until the first version but the reference was asked; None where one was."""

        def judges(step: Step) -> bool:
            return step.kind is StepKind.TASKS and step.files[0] != self._plan.reference

        if any(map(judges, steps[:number])):
            return None
        seconds = 0.0
        for step, needed in rest:
            seconds += needed
            if judges(step):
                return seconds
        return None

    def _smoothed(self, name: str, seconds: float) -> float:
        """An estimate that moves slowly: what was told, less the time since, drawn to the new."""
        now = self._now()
        if name not in self._told:
            self._told[name] = (seconds, now)
            return seconds
        before, at = self._told[name]
        expected = max(0.0, before - (now - at))
        weight = 1 - math.exp(-(now - at) / _SLOW_S)
        told = expected + weight * (seconds - expected)
        self._told[name] = (told, now)
        return max(0.0, told)

    def guess_seconds(self, step: Step) -> float:
        """How long a step might take, before any like it was taken."""
        return sum(
            guess_seconds(self._plan, step, self._facts.get(path), self._items, self._row_of(path))
            for path in step.files
        )


def guess_seconds(
    plan: LadderPlan, step: Step, sizes: Sizes | None, items: int, row: Row | None = None
) -> float:
    """How long a usual PC might take for a file's part of a step.

    Args:
        plan: What is measured.
        step: The step.
        sizes: Of the file; None while nothing is known of it.
        items: How many questions each file is asked.
        row: What is measured of the file: its speed is what the rest is reckoned by.
    """
    if sizes is None:
        # A file's header is read in no time; how fast a server is shows with what it has done.
        return _FAR_SECONDS.get(step.kind, items) if plan.candidate(step.files[0]).server else 1.0
    token_s = sizes.token_bytes / _BYTES_A_SECOND + _TOKEN_SECONDS
    read_s = 2 * sizes.active_parameters / (_OPERATIONS_A_SECOND * plan.threads) + 1e-4
    if row is not None and step.kind is not StepKind.SPEED:
        writes, reads = row.rate("tg"), row.rate("pp")
        token_s = 1 / writes.number if writes is not None and writes.number else token_s
        read_s = 1 / reads.number if reads is not None and reads.number else read_s
    load_s = sizes.file_bytes / _BYTES_A_SECOND + _LOAD_SECONDS
    if step.kind in _BESIDE_SERVERS:
        prompt_tokens, said_tokens = _BESIDE_SERVERS[step.kind]
        return load_s + prompt_tokens * read_s + said_tokens * token_s
    match step.kind:
        case StepKind.FACTS:
            return sizes.file_bytes / _HASHED_BYTES_A_SECOND
        case StepKind.SPEED:
            repetitions = plan.repetitions_at(step.depth_tokens) + 1
            tokens = plan.prompt_tokens + 2 * step.depth_tokens
            return load_s + repetitions * (tokens * read_s + plan.generated_tokens * token_s)
        case StepKind.MEMORY:
            return load_s + plan.context_tokens / 4 * read_s + 32 * token_s
        case StepKind.QUALITY:
            return load_s + _QUALITY_TOKENS * read_s
        case _:
            said = _TASK_ANSWER_TOKENS + (_TASK_THINKING_TOKENS if plan.thinking else 0)
            return load_s + items * (_TASK_PROMPT_TOKENS * read_s + said * token_s)
