"""A ladder: speed, memory, quality and tasks of a reference and its candidates, step by step.

Each finished step is kept, so that an interrupted ladder goes on from the last one. A candidate
that fails has its error and the others go on.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from app.base.gate import Gate
from app.core.errors import DiskTrouble, PersonError
from app.core.ladder.results import StepKind, TasksStep
from app.core.ladder.turns import undecided
from app.core.words.sentence import say, worded
from app.lab.engines.calls import interruptible
from app.lab.engines.identity import engine_identity
from app.lab.engines.opened import OpenedCandidate, opened
from app.lab.ladder.effort import Asked, Sizes
from app.lab.ladder.kept import (
    NIGHT,
    TAKEN,
    KeptPlan,
    StepKeeper,
    StepResult,
    empty_result,
    failed_step,
    note_unable,
    noted,
    place,
    plan_of,
    step_result,
    taken_of,
)
from app.lab.ladder.others import Others
from app.lab.ladder.plan import Further, LadderPlan, Step, by_visits, further_steps, steps_of
from app.lab.ladder.progress import Clock, LadderProgress, Usual, as_guessed
from app.lab.ladder.rows import LadderResult, taken_now
from app.lab.ladder.steps import Steps, Tools
from app.lab.ladder.visits import HourCome, NightNotKept, Visits
from app.store.ladders import LadderStore, StoredLadder

if TYPE_CHECKING:
    from app.core.ladder.night import NightNotes

log = logging.getLogger(__name__)


class Ladder:
    """One ladder; the calling thread waits for it.

    Args:
        plan: What is measured.
        tools: With what.
        keeper: Where finished steps are kept; None keeps nothing.
        on_progress: Told often how far it is.
        on_result: Told after each step, with what is there so far.
        gate: To pause and to stop it from another thread.
        usual: How long steps take on this PC, where that is known.
        visits: Brings files for their steps and takes them away; None where all are here.
    """

    def __init__(
        self,
        plan: LadderPlan,
        tools: Tools,
        keeper: LadderStore | None = None,
        on_progress: Callable[[LadderProgress], None] = lambda _: None,
        on_result: Callable[[LadderResult], None] = lambda _: None,
        gate: Gate | None = None,
        usual: Usual | None = None,
        visits: Visits | None = None,
    ) -> None:
        self._usual = usual
        self._visits = visits
        self._plan = plan
        self._tools = tools
        self._keeper = keeper
        self._on_progress = on_progress
        self._on_result = on_result
        self._gate = gate or Gate()
        self._steps = Steps(plan, tools)
        self._result = empty_result(plan)
        self._kept = StepKeeper(keeper, self._result)
        self._others = Others()
        self._visited: tuple[str, ...] = ()

    def run(self) -> LadderResult:
        """Measure what is not measured yet.

        Raises:
            Stopped: The person ended it; what is finished is kept.
            PersonError: The reference cannot be read.
        """
        with interruptible(self._gate.check_end), contextlib.closing(self._steps):
            return self._run()

    def begin(self) -> StoredLadder | None:
        """Keep what is to be measured, and measure nothing; None where nothing is kept.

        Raises:
            PersonError: The reference cannot be read.
        """
        self._planned(self._opened())
        return self._kept.ladder

    def extend(self, number: int, further: Further) -> None:
        """Let a ladder of the store go on with more; what it has stays.

        Raises:
            PersonError: A file, or what is stored, cannot be read.
        """
        if self._keeper is None:
            return
        try:
            key = self._key(self._opened())
        except OSError as error:
            raise PersonError(say("lab.ladder_changed_since"), str(error)) from error
        kept = plan_of(self._keeper.load(number))
        known = kept.steps if kept is not None else []
        ask = tuple(dict.fromkeys(map(self._plan.told_by, further.ask)))
        further = msgspec.structs.replace(further, ask=ask)
        steps = [*known, *further_steps(known, further)]
        plan = msgspec.json.encode(KeptPlan(self._plan, steps)).decode()
        self._keeper.reopen(number, key, plan)

    def _run(self) -> LadderResult:
        steps = self._planned(self._opened())
        note_unable(self._result, steps)
        visits, missing = self._visits, [step for step in steps if self._known(step) is None]
        facts: dict[str, Sizes] = dict(visits.sizes) if visits is not None else {}
        items = len(self._tools.items)
        clock = self._clock(facts)
        if visits is not None:
            keep = partial(self._kept.keep, NIGHT)
            visits.begin(self._result, missing, self._noted(), keep)
        for number, step in enumerate(steps):
            self._gate.check()
            known, tell = self._known(step), self._teller(clock, steps, number)
            if known is not None:
                result, elapsed_ns = known
                self._result.resumed_steps += 1
            else:
                if self._is_left_out(step, clock, tell):
                    continue
                try:
                    result, elapsed_ns, lasts = self._measured(step, clock, tell)
                except HourCome:
                    assert visits is not None
                    self._steps.close()  # its engine still works on what nobody waits for
                    visits.late(step)
                    continue
                self._keep(step, result, elapsed_ns, lasts=lasts)
            self._result.elapsed_ns += elapsed_ns
            place(self._result, step, result)
            facts.update({path: row.facts for path, row in self._result.rows.items() if row.facts})
            if known is None:
                clock.end(step, _share_asked(result, items))
                if visits is not None:
                    self._wait_until_kept(visits, tell)
                    visits.leave(step)
            self._on_result(self._result)
        self._let_go(None)
        ended = visits is None or visits.end(self._teller(clock, steps, len(steps)))
        if ended and not self._result.left_steps:
            self._kept.finish()
        self._on_progress(clock.progress(steps, len(steps), 0.0))
        if any(step.kind is StepKind.SPEED for step in steps):
            self._result.bandwidth = self._steps.memory_rates.bandwidth
        return self._result

    def _is_left_out(self, step: Step, clock: Clock, tell: Callable[[float], None]) -> bool:
        """Whether a step is not measured: it would tell nothing, or its file does not come."""
        visits = self._visits
        if self._tells_nothing(step):
            if visits is not None:
                visits.leave(step)
            return True
        self._let_go(step)
        return visits is not None and not visits.enter(step, clock, tell)

    def _let_go(self, step: Step | None) -> None:
        """Let no engine hold a file that goes before a step, or at the end."""
        visited = step.files if step is not None else ()
        if self._visits is not None and visited != self._visited:
            self._visited = visited
            self._steps.close()

    # --- what is to be done -----------------------------------------------------------------

    def _opened(self) -> dict[str, OpenedCandidate]:
        """Those that can be read, and those whose servers say what they run."""
        plan, every = self._plan, dict[str, "OpenedCandidate"]()
        for key in plan.keys:
            try:
                candidate = plan.candidate(key)
                every[key] = opened(candidate, self._tools.open_model, plan.eyes_to_come)
                if key in plan.far:
                    self._steps.servers.server(candidate)
            except PersonError as error:
                every.pop(key, None)
                if key == plan.reference:
                    raise
                self._result.note(key, error.sentence)
        return every

    def _noted(self) -> NightNotes | None:
        kept = self._kept.ladder
        return noted(kept) if kept is not None else None

    def _clock(self, facts: Mapping[str, Sizes]) -> Clock:
        usual = self._usual or as_guessed
        asked = Asked.of(self._tools.items)
        return Clock(self._plan, facts, asked, rows=lambda: self._result.rows, usual=usual)

    def _planned(self, every: dict[str, OpenedCandidate]) -> list[Step]:
        headers = {key: each.header for key, each in every.items()}
        contexts = {key: head.context_length if head else None for key, head in headers.items()}
        here = self._tools.room.engines.abilities
        abilities = {
            key: self._steps.servers.abilities(key) if key in self._plan.far else here
            for key in every
        }
        night = self._plan.night is not None  # then they are never here at the same time
        together = not night and self._fit_together(each for each in every.values() if each.header)
        steps = steps_of(self._plan, contexts, in_turns=together, abilities=abilities)
        steps = by_visits(steps) if night else steps
        if self._keeper is None:
            return steps
        try:
            key = self._key(every)
            kept = msgspec.json.encode(KeptPlan(self._plan, steps)).decode()
            self._kept.ladder = begun = self._keeper.begin(key, kept)
            if not begun.steps:
                return steps
            self._result.taken = taken_of(begun)
            known = plan_of(begun)
            if known is not None and known.plan.night != self._plan.night:
                # Another hour, or more room: what goes on after a crash must know of it.
                later = msgspec.json.encode(KeptPlan(self._plan, known.steps)).decode()
                self._keeper.reopen(begun.id, key, later)
        except (PersonError, OSError) as error:
            if night:
                raise NightNotKept(error) from error
            self._kept.lose(error)
            return steps
        return known.steps if known is not None else steps

    def _key(self, every: Mapping[str, OpenedCandidate]) -> str:
        models = [each.header for each in every.values() if each.header is not None]
        items = repr(self._tools.items).encode("utf-8", "backslashreplace")
        engine = engine_identity(self._tools.room.folder).encode()
        # Another model behind the same address begins a ladder of its own.
        far = [
            self._steps.servers.server(each.candidate) for each in every.values() if not each.header
        ]
        known = [served.identity.encode() for served in far]
        return self._plan.key(models, self._tools.text.data, items, engine, *known)

    def _fit_together(self, every: Iterable[OpenedCandidate]) -> bool:
        context = self._plan.prompt_tokens + max(self._plan.depths_tokens, default=0)
        return self._tools.room.holds(every, context)

    # --- one step -----------------------------------------------------------------------------

    def _teller(self, clock: Clock, steps: list[Step], number: int) -> Callable[[float], None]:
        def tell(share: float) -> None:
            self._gate.check()
            busy = self._others.are_busy()
            now = clock.progress(steps, number, share, busy=busy)
            self._on_progress(now if self._visits is None else self._visits.told(now))

        return tell

    def _measured(
        self, step: Step, clock: Clock, tell: Callable[[float], None]
    ) -> tuple[StepResult, int, bool]:
        """What a step gives, how long it took in ns, and whether that stands for another time."""
        for tries in itertools.count():
            clock.begin()
            begin_ns, lasts = time.monotonic_ns(), True
            tell(0.0)
            try:
                known_first = step.kind is StepKind.TASKS
                result = self._measure(step, _skipping(clock, tell) if known_first else tell)
                self._steps.servers.check_unchanged(step, result)
            except PersonError as error:
                self._gate.check_end()
                log.warning("%s failed: %s %s", step.name, error.sentence, error.detail)
                lasts = not isinstance(error, DiskTrouble)
                if not lasts and self._visits is not None:
                    self._visits.wait(error.said, tries, tell)
                    continue
                result = failed_step(step.kind, error.sentence)
            return result, time.monotonic_ns() - begin_ns, lasts
        raise AssertionError

    def _measure(self, step: Step, tell: Callable[[float], None]) -> StepResult:
        candidate = self._plan.candidate(step.files[0])
        match step.kind:
            case StepKind.FACTS:
                return self._steps.facts(candidate, tell)
            case StepKind.SPEED if step.more:
                rows, looks = self._result.rows, self._plan.looks
                open_ = undecided([rows[key] for key in step.files], self._result.reference, looks)
                return self._steps.further_speed(step, open_, tell)
            case StepKind.SPEED:
                return self._steps.speed(step, tell)
            case StepKind.MEMORY:
                return self._steps.memory(candidate, tell)
            case StepKind.QUALITY:
                return self._steps.quality(candidate, tell)
            case StepKind.TASKS:
                return self._steps.tasks(candidate, tell, self._result.reference.tasks)
            case StepKind.SERVER:
                return self._steps.servers.server(candidate)
            case StepKind.ALONG:
                self._steps.close()
                return self._steps.servers.along(candidate, tell)
            case StepKind.TOLD:
                self._steps.close()
                return self._steps.servers.told(candidate, tell)

    def _tells_nothing(self, step: Step) -> bool:
        """Whether it asks a candidate though the reference, which was asked, has no answers.

        Nothing can be told of a candidate by its own answers alone, however many they are.
        """
        if step.kind is not StepKind.TASKS or step.files[0] == self._plan.reference:
            return False
        base = self._result.reference.tasks
        return base is not None and _is_mute(base)

    # --- what is kept -------------------------------------------------------------------------

    def _known(self, step: Step) -> tuple[StepResult, int] | None:
        kept = self._kept.ladder
        known = step_result(kept, step) if kept is not None else None
        if known is not None and step.files[0] == self._plan.reference and _is_mute(known[0]):
            return None  # nobody was asked for it: who goes on asks both
        return known

    def _keep(self, step: Step, found: StepResult, elapsed_ns: int, *, lasts: bool) -> None:
        self._result.taken = taken_now()
        if lasts or self._kept.ladder is None:
            self._kept.keep(step.name, found, elapsed_ns)
            self._kept.keep(TAKEN, self._result.taken)
            return
        self._result.left_steps += 1
        if (said := worded("lab.steps_left")) not in self._result.remarks:
            self._result.remarks.append(said)

    def _wait_until_kept(self, visits: Visits, tell: Callable[[float], None]) -> None:
        """A night goes on once the store has what was measured, or its hour has come."""
        with contextlib.suppress(HourCome):
            for tries in itertools.count():
                if self._kept.trouble is None:
                    return
                visits.wait(self._kept.trouble.said, tries, tell)
                self._kept.try_again()


def _is_mute(result: StepResult) -> bool:
    """Whether a step is of questions and has no answer to any."""
    return isinstance(result, TasksStep) and not result.outcomes


def _skipping(clock: Clock, tell: Callable[[float], None]) -> Callable[[float], None]:
    """Tells shares of questions; the first of them is that of answers that were known before."""
    is_first = True

    def told(share: float) -> None:
        nonlocal is_first
        if is_first:
            is_first = False
            clock.skip(share)
        tell(share)

    return told


def _share_asked(result: StepResult, items: int) -> float:
    """How much of a step was done where it ended, because it was decided, before all of it."""
    decided = result.decided_after if isinstance(result, TasksStep) else None
    return 1.0 if decided is None else decided / max(1, items)
