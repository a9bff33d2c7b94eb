"""Telling how far a ladder is."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from app.core.ladder.results import StepKind
from app.lab.ladder.effort import (
    Asked,
    Known,
    Rates,
    Sizes,
    asked_share,
    chunks_to_read,
    guess_seconds,
    most_chunks,
    quality_parts,
    speed_parts,
)
from app.lab.quality.plan import QualityMode

if TYPE_CHECKING:
    from app.core.ladder.row import Row
    from app.core.words.sentence import Sentence
    from app.lab.ladder.plan import LadderPlan, Step

# What was expected of a kind of step weighs as much as so many such steps that were taken, and less
# the further off it is.
_TRUSTED_STEPS, _LEAST_TRUSTED_S, _FAR_OFF = 1.2, 0.3, 0.8
# What is told follows what is reckoned within about such a share of all the time.
_SLOW_SHARE, _LEAST_SLOW_S, _MOST_SLOW_S = 0.04, 0.3, 20.0
# … and of what is left, towards the end.
_SLOW_END = 0.12
# A step that takes longer than expected is taken to be nearly done.
_OVERDUE = 1.05


Usual: TypeAlias = "Callable[[StepKind, int], float]"
"""How many times its guess a kind of step takes, of a model with so many parameters."""


def as_guessed(_kind: StepKind, _parameters: int) -> float:
    """Where nothing was measured before."""
    return 1.0


def _no_rows() -> Mapping[str, Row]:
    """Where nothing is measured."""
    return {}


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
        doing: What is done in place of measuring, as bringing a file is; None for the step.
        then: What comes next, where that is more than the next step.
        warning: What may go wrong meanwhile.
    """

    step: Step | None
    done_steps: int
    total_steps: int
    fraction: float
    seconds_left: float | None
    share: float = 0.0
    first_verdict_seconds: float | None = None
    busy: bool = False
    doing: Sentence | None = None
    then: Sentence | None = None
    warning: Sentence | None = None


@dataclass(frozen=True, slots=True)
class _Reckoned:
    """A step that is under way.

    Attributes:
        seconds: It is expected to take in all.
        share: Of that has passed, 0 to 1.
        done: Of its work is done, as far as it tells, 0 to 1.
        times: How many seconds of such a step a guessed one takes, this one included.
    """

    seconds: float
    share: float
    done: float
    times: float


class Clock:
    """Estimates how long the rest takes, from what was measured so far.

    Once a file's speed is measured, that is what reading and writing with it is reckoned by; until
    then the tests of speed that are done tell how fast this PC reads and writes. Beside that each
    kind of step puts its own guess right. How much is to be done is reckoned, too: by the chunks
    that earlier candidates needed, the answers' length, and whether asking will stop early. What is
    told moves slowly towards what is reckoned, so that it does not jump. One thread.

    Args:
        plan: What is measured.
        facts: Of the files that are known so far; may grow.
        asked: The questions.
        now: Seconds of a monotonic clock.
        rows: What is measured so far, by key.
        usual: How many times its guess a kind of step takes on this PC.
    """

    def __init__(
        self,
        plan: LadderPlan,
        facts: Mapping[str, Sizes],
        asked: Asked,
        now: Callable[[], float] = time.monotonic,
        rows: Callable[[], Mapping[str, Row]] = _no_rows,
        usual: Usual = as_guessed,
    ) -> None:
        self._plan = plan
        self._facts = facts
        self._asked = asked
        self._now = now
        self._rows = rows
        self._usual = usual
        self._known: Known | None = None
        self._guesses: dict[str, float] = {}
        self._guessed_s: dict[StepKind, float] = defaultdict(float)
        self._spent_s: dict[StepKind, float] = defaultdict(float)
        self._ended: dict[StepKind, int] = defaultdict(int)
        self._begin_s = now()
        self._half_s: float | None = None
        self._set_up_s = self._known_share = 0.0
        self._first: tuple[float, float, float] | None = None
        self._told: dict[str, tuple[float, float]] = {}
        self._fraction = 0.0

    def begin(self) -> None:
        """A step begins."""
        self._begin_s = self._now()
        self._half_s = self._first = None
        self._set_up_s = self._known_share = 0.0
        self._known = None
        self._guesses.clear()

    def skip(self, share: float) -> None:
        """So much of the step that began was known before: that is done, and sets no pace."""
        self._known_share = share

    def end(self, step: Step, share: float = 1.0) -> None:
        """The step has ended at this share of all that it might have been."""
        # As it turned out: how much was read and written is known now.
        self._known = replace(self._know(), rows=self._rows())
        self._guesses.pop(step.name, None)
        guess, spent_s = self.guess_seconds(step), self._now() - self._begin_s
        asked = 1.0
        if step.kind is StepKind.TASKS and (facts := self._facts.get(step.files[0])):
            asked = max(0.0, share - self._known_share)
            guess *= asked / asked_share(self._plan, step.files[0], facts, self._know())
            spent_s -= self._set_up_s
        if asked and not self._stands_alone(step):
            self._guessed_s[step.kind] += guess
            self._spent_s[step.kind] += spent_s
            self._ended[step.kind] += 1
        self.begin()

    def progress(
        self, steps: list[Step], number: int, share: float, *, busy: bool = False
    ) -> LadderProgress:
        """How far it is within a step.

        Args:
            steps: All.
            number: Which of them, from 0; as many as there are at the end.
            share: Of this step that is done, as it counts it, 0 to 1.
            busy: Other programs keep the PC busy.
        """
        if number >= len(steps):
            return LadderProgress(None, number, len(steps), 1.0, 0.0, share, None, busy)
        now = self._reckoned(steps[number], share)
        times = {kind: self._times(kind) for kind in StepKind}
        times[steps[number].kind] = now.times
        seconds = [times[one.kind] * self.guess_seconds(one) for one in steps]
        rest = [(steps[number], now.seconds * (1 - now.share))]
        rest += [(steps[at], seconds[at]) for at in range(number + 1, len(steps))]
        wanted = sum(needed for _, needed in rest)
        done = sum(seconds[:number]) + now.seconds * now.share
        self._fraction = max(self._fraction, min(1.0, done / ((done + wanted) or 1.0)))
        left = first = None
        if number or share:
            left = self._smoothed("left", wanted, done + wanted)
            until = self._until_verdict(steps, number, rest)
            first = None if until is None else self._smoothed("first", until, done + wanted)
        return LadderProgress(
            steps[number], number, len(steps), self._fraction, left, now.done, first, busy
        )

    # --- the step that is under way ---------------------------------------------------------

    def _reckoned(self, step: Step, share: float) -> _Reckoned:
        spent_s = self._now() - self._begin_s
        if step.kind is StepKind.SPEED and not self._is_timed(step):
            self._learn_rates(step, share, spent_s)
        load_s, is_fresh = self._load_s(step), share > self._known_share
        if step.kind is StepKind.TASKS and not is_fresh:
            # What is done once before anything is asked says nothing of how fast it is answered.
            self._set_up_s = max(0.0, spent_s - load_s)
        guess, done = self._done(step, share)
        known_s = (done * guess - load_s) * self._known_share / share if is_fresh else 0.0
        working_s = spent_s - self._set_up_s
        times = self._times(step.kind, done * guess - known_s, working_s if is_fresh else 0.0)
        seconds = guess * times if done <= 0 else spent_s + (1 - done) * guess * times
        seconds = max(seconds, _OVERDUE * spent_s, 1e-6)
        if self._stands_alone(step):
            times = self._times(step.kind)
        passed = min(1.0, spent_s / seconds)
        return _Reckoned(seconds, passed, done or passed, times)

    def _load_s(self, step: Step) -> float:
        """Of the load before questions are asked."""
        facts = self._facts.get(step.files[0]) if step.kind is StepKind.TASKS else None
        if facts is None:
            return 0.0
        return Rates.of(self._plan, step.kind, facts, self._know(), step.files[0]).load_s

    def _stands_alone(self, step: Step) -> bool:
        """Whether it says nothing of its kind: the reference's floor is no candidate's loss."""
        return step.kind is StepKind.QUALITY and step.files[0] == self._plan.reference

    def _done(self, step: Step, share: float) -> tuple[float, float]:
        """A step's guess as it looks now, and how much of it is done."""
        guess, key = self.guess_seconds(step), step.files[0]
        facts = self._facts.get(key)
        if facts is None or guess <= 0:
            return guess, share
        known = self._know()
        if step.kind is StepKind.TASKS:
            wanted = asked_share(self._plan, key, facts, known)
            while wanted <= share < 1:
                wanted *= 2  # not decided at that look: the next one is at twice as many
            wanted = min(1.0, wanted)
            guess *= wanted / asked_share(self._plan, key, facts, known)
            load = self._load_s(step) / guess
            return guess, load + (1 - load) * min(1.0, share / wanted) if share else 0.0
        if step.kind is StepKind.SPEED and not step.more:
            load_s, reads_s, writes_s = self._speed_parts(step)
            reads, writes = self._tests_done(step, share)
            begun_s = load_s if share else 0.0
            return guess, (begun_s + reads * reads_s + writes * writes_s) / guess
        if step.kind is StepKind.QUALITY:
            if self._plan.quality_mode is QualityMode.COMPARABLE:
                return guess, share
            first = key == self._plan.reference
            read = share * most_chunks(self._plan) * (1 if first else 2)
            reads_s, writes_s = quality_parts(self._plan, key, facts, known)
            wanted = 4 if first else sum(chunks_to_read(key, facts, known))
            begun_s = guess - reads_s - writes_s
            return guess, (begun_s + min(1.0, read / wanted) * reads_s) / guess if share else 0.0
        return guess, share

    def _speed_parts(self, step: Step) -> tuple[float, float, float]:
        """Those of all files of a step together."""
        known = self._know()
        parts = [
            speed_parts(self._plan, step, Rates.of(self._plan, step.kind, facts, known, key))
            for key in step.files
            if (facts := self._facts.get(key)) is not None
        ]
        return tuple(map(sum, zip(*parts, strict=True))) if parts else (0.0, 0.0, 0.0)  # type: ignore[return-value]

    def _tests_done(self, step: Step, share: float) -> tuple[float, float]:
        """How much is done of the tests of reading, which come first, and of those of writing."""
        plan, times = self._plan, self._plan.speeds_in(step)[step.depth_tokens]
        both = bool(plan.prompt_tokens and plan.generated_tokens)
        reads = min(1.0, 2 * share) if both else share if plan.prompt_tokens else 0.0
        writes = max(0.0, 2 * share - 1) if both else share if plan.generated_tokens else 0.0
        # With the first repetition goes what is done once: warming up and filling.
        fill = step.depth_tokens / max(1, plan.prompt_tokens)
        taken = reads * times
        once = 1 + fill
        reads = (taken + min(1.0, taken) * once) / (times + once)
        return reads, writes

    def _is_timed(self, step: Step) -> bool:
        """Whether the speed of these files is known from an earlier step."""
        rows = self._know().rows
        return all((row := rows.get(key)) is not None and row.speed for key in step.files)

    def _learn_rates(self, step: Step, share: float, spent_s: float) -> None:
        """How fast this PC reads and writes, by the tests of a step so far."""
        known = self._know()
        if not share:
            return
        plain = replace(known, read_times=1.0, write_times=1.0)
        self._known = plain
        _, reads_s, writes_s = self._speed_parts(step)
        reads, writes = self._tests_done(step, share)
        if self._first is None:
            self._first = spent_s, reads, writes  # before lie starts and loads
        first_s, first_reads, first_writes = self._first
        if self._half_s is None and (reads >= 1 or not reads_s):
            self._half_s = spent_s if reads_s else first_s
        read_for_s = (spent_s if self._half_s is None else self._half_s) - first_s
        reads, writes = reads - first_reads, writes - first_writes
        read_times = write_times = usual = self._usual_times(StepKind.SPEED)
        little_s = _LEAST_TRUSTED_S
        if reads * reads_s > 0:
            read_times = read_for_s + little_s * usual
            read_times /= reads * reads_s + little_s
        if writes * writes_s > 0 and self._half_s is not None:
            write_times = spent_s - self._half_s + little_s * usual
            write_times /= writes * writes_s + little_s
        self._known = replace(known, read_times=read_times, write_times=write_times)
        self._guesses.clear()

    # --- all steps --------------------------------------------------------------------------

    def _know(self) -> Known:
        if self._known is None:
            usual = self._usual_times(StepKind.SPEED)
            known = Known.of(self._plan, self._rows())
            self._known = replace(known, read_times=usual, write_times=usual)
        return self._known

    def _times(self, kind: StepKind, guessed_s: float = 0.0, spent_s: float = 0.0) -> float:
        """How many seconds a guessed one takes, by ended steps and so much of another one."""
        if kind is StepKind.SPEED:
            return 1.0  # its guess rests on what tests of speed tell
        usual = self._usual_times(kind)
        steps = self._ended[kind] + bool(spent_s)
        spent_s, guessed_s = spent_s + self._spent_s[kind], guessed_s + self._guessed_s[kind]
        if spent_s <= 0 or guessed_s <= 0:
            return usual
        off = math.log(spent_s / guessed_s / usual)
        trusted = _TRUSTED_STEPS * math.exp(-((off / _FAR_OFF) ** 2))
        trusted_s = _LEAST_TRUSTED_S * trusted + trusted * guessed_s / max(1, steps)
        return (spent_s + trusted_s * usual) / (guessed_s + trusted_s)

    def _usual_times(self, kind: StepKind) -> float:
        size = max((one.active_parameters for one in self._facts.values()), default=0)
        return self._usual(kind, size)

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

    def _smoothed(self, name: str, seconds: float, total_s: float) -> float:
        """An estimate that moves slowly: what was told, less the time since, drawn to the new."""
        now = self._now()
        if name not in self._told:
            self._told[name] = (seconds, now)
            return seconds
        before, at = self._told[name]
        expected = max(0.0, before - (now - at))
        slow_s = min(_MOST_SLOW_S, _SLOW_SHARE * total_s, _SLOW_END * seconds)
        slow_s = max(_LEAST_SLOW_S, slow_s)
        weight = 1 - math.exp(-(now - at) / slow_s)
        told = expected + weight * (seconds - expected)
        self._told[name] = (told, now)
        return max(0.0, told)

    def seconds(self, step: Step) -> float:
        """How long a step will take, by what such steps took so far."""
        return self.guess_seconds(step) * self._times(step.kind)

    def guess_seconds(self, step: Step) -> float:
        """How long a step might take, by what is known before it begins."""
        if step.name not in self._guesses:
            known = self._know()
            self._guesses[step.name] = sum(
                guess_seconds(self._plan, step, key, self._facts.get(key), self._asked, known)
                for key in step.files
            )
        return self._guesses[step.name]
