"""Telling how far a ladder is."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from app.core.ladder.results import StepKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.ladder.results import FileFacts
    from app.lab.ladder.plan import LadderPlan, Step

# What a usual PC reaches: a first guess, put right by each step that is done.
_BYTES_A_SECOND = 10e9
_OPERATIONS_A_SECOND = 40e9
_TOKEN_SECONDS = 0.001
_LOAD_SECONDS = 0.5
_TASK_PROMPT_TOKENS, _TASK_ANSWER_TOKENS = 100, 60
_QUALITY_TOKENS = 32 * 256
_HASHED_BYTES_A_SECOND = 500e6


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
    """

    step: Step | None
    done_steps: int
    total_steps: int
    fraction: float
    seconds_left: float | None


class Clock:
    """Estimates how long the rest takes from how long the steps so far took. One thread.

    Args:
        plan: What is measured.
        facts: Of the files that are known so far; may grow.
        items: How many questions each file is asked.
        now: Seconds of a monotonic clock.
    """

    def __init__(
        self,
        plan: LadderPlan,
        facts: dict[str, FileFacts],
        items: int,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._plan = plan
        self._facts = facts
        self._items = items
        self._now = now
        self._guessed_s = 0.0
        self._spent_s = 0.0
        self._begin_s = now()

    def begin(self) -> None:
        """A step begins."""
        self._begin_s = self._now()

    def end(self, step: Step) -> None:
        """The step has ended."""
        self._guessed_s += self.guess_seconds(step)
        self._spent_s += self._now() - self._begin_s

    def progress(self, steps: list[Step], number: int, share: float) -> LadderProgress:
        """How far it is within a step.

        Args:
            steps: All.
            number: Which of them, from 0; as many as there are at the end.
            share: Of this step that is done, 0 to 1.
        """
        guesses = [self.guess_seconds(step) for step in steps]
        total = sum(guesses) or 1.0
        here = guesses[number] * share if number < len(steps) else 0.0
        done = sum(guesses[:number]) + here
        spent_s = self._spent_s + (self._now() - self._begin_s if share > 0 else 0.0)
        guessed_s = self._guessed_s + here
        left = None
        if guessed_s > 0:
            left = max(0.0, (total - done) * spent_s / guessed_s)
        step = steps[number] if number < len(steps) else None
        return LadderProgress(step, number, len(steps), min(1.0, done / total), left)

    def guess_seconds(self, step: Step) -> float:
        """How long a step might take on a usual PC."""
        return sum(
            guess_seconds(self._plan, step, self._facts.get(path), self._items)
            for path in step.files
        )


def guess_seconds(plan: LadderPlan, step: Step, sizes: Sizes | None, items: int) -> float:
    """How long a usual PC might take for a file's part of a step.

    Args:
        plan: What is measured.
        step: The step.
        sizes: Of the file; None while nothing is known of it.
        items: How many questions each file is asked.
    """
    if sizes is None:
        return 1.0
    token_s = sizes.token_bytes / _BYTES_A_SECOND + _TOKEN_SECONDS
    read_s = 2 * sizes.active_parameters / (_OPERATIONS_A_SECOND * plan.threads) + 1e-4
    load_s = sizes.file_bytes / _BYTES_A_SECOND + _LOAD_SECONDS
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
        case StepKind.TASKS:
            each = _TASK_PROMPT_TOKENS * read_s + _TASK_ANSWER_TOKENS * token_s
            return load_s + items * each
