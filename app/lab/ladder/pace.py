"""How long a ladder would take on this PC, by those that were measured here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from app.core.candidates.candidate import candidate_of
from app.core.ladder.results import FileFacts, StepKind, TasksStep
from app.core.tasks.items import SURE_ITEMS, USUAL_BYTES_A_TOKEN, quick_items
from app.lab.ladder.effort import NOTHING_KNOWN, Asked, Known, asked_share, guess_seconds
from app.lab.ladder.kept import about_of, empty_result, place, plan_of, step_result
from app.lab.ladder.plan import (
    DEEP_REPETITIONS_QUICK,
    REPETITIONS,
    LadderPlan,
    Profile,
    Step,
    steps_of,
)

if TYPE_CHECKING:
    from app.core.models.model_file import ModelFile
    from app.store.ladders import StoredLadder

# Steps of models of about this size count before all others.
_COMPARABLE_TIMES = 16
# What was answered before takes no time, and a busy PC takes any: neither is usual.
_USUAL_PLACE = 0.7


@dataclass(frozen=True, slots=True)
class FileSizes:
    """What the time of a file follows from, before it is measured."""

    file_bytes: int
    active_parameters: int
    token_bytes: int
    vocabulary_size: int = 128_000
    bytes_a_token: float = USUAL_BYTES_A_TOKEN

    @classmethod
    def of(cls, model: ModelFile) -> FileSizes:
        """By a header alone."""
        active = model.active_parameters
        token_bytes = int(model.tensor_bytes * active / max(1, model.parameters))
        return cls(model.file_bytes, active, token_bytes, model.vocabulary_size)


@dataclass(frozen=True, slots=True)
class Pace:
    """Guesses, put right by what this PC took.

    Attributes:
        questions: How many bundled ones there are, by kind.
        demo_questions: How many the demo model has of its own; few of a kind, always asked.
        demo_kinds: Of so many kinds.
        taken: By kind of step, of each that was measured here: active parameters of its largest
            file, and how many times the guess it took.
    """

    questions: Mapping[str, int] = field(default_factory=dict[str, int])
    demo_questions: int = 0
    taken: Mapping[StepKind, Sequence[tuple[int, float]]] = field(
        default_factory=dict[StepKind, "Sequence[tuple[int, float]]"]
    )
    demo_kinds: int = 0

    @property
    def is_measured(self) -> bool:
        """Whether anything was measured on this PC."""
        return bool(self.taken)

    def items(self, profile: Profile, kinds: Sequence[str], *, demo: bool) -> int:
        """How many questions a file is asked.

        Args:
            profile: How thoroughly.
            kinds: Of the bundled ones; empty for all.
            demo: All files are the demo model's, which has its own.
        """
        if demo:
            return self.demo_questions
        counts = [n for kind, n in self.questions.items() if not kinds or kind in kinds]
        most = quick_items(len(counts)) if profile is Profile.QUICK else SURE_ITEMS
        return sum(min(most, count) for count in counts)

    def kinds(self, kinds: Sequence[str], *, demo: bool) -> int:
        """Of how many kinds these are."""
        if demo:
            return self.demo_kinds
        return sum(1 for kind in self.questions if not kinds or kind in kinds)

    def seconds(
        self,
        files: Sequence[FileSizes],
        profile: Profile,
        threads: int,
        items: int,
        *,
        thinking: bool = False,
    ) -> float:
        """How long a ladder of these files would take, the first as the reference."""
        names = [str(place) for place in range(len(files))]
        every = [candidate_of(name) for name in names]
        deep = REPETITIONS if profile is Profile.FULL else DEEP_REPETITIONS_QUICK
        plan = LadderPlan(
            names[0],
            (),
            threads,
            profile,
            text_name="?",
            items_name="?",
            deep_repetitions=deep,
            thinking=thinking,
        ).of(every[0], every)
        sizes = dict(zip(names, files, strict=True))
        seconds = 0.0
        for step in steps_of(plan, dict.fromkeys(names), in_turns=True):
            for name in step.files:
                size = sizes[name].active_parameters
                rate = self.times(StepKind.SPEED, size)
                known = replace(NOTHING_KNOWN, read_times=rate, write_times=rate)
                guess = guess_seconds(plan, step, name, sizes[name], Asked(items), known)
                times = 1.0 if step.kind is StepKind.SPEED else self.times(step.kind, size)
                seconds += guess * times
        return seconds

    def times(self, kind: StepKind, active_parameters: int) -> float:
        """How many times its guess a step takes here, of a model with so many parameters."""
        known = self.taken.get(kind, ())
        alike = [times for size, times in known if _comparable(size, active_parameters)]
        found = sorted(alike or (times for _, times in known))
        return found[int(len(found) * _USUAL_PLACE)] if found else 1.0


def pace_of(
    ladders: Iterable[StoredLadder],
    questions: Mapping[str, int],
    demo_questions: int,
    demo_kinds: int = 0,
) -> Pace:
    """What the steps of stored ladders took, beside what was to be expected.

    Args:
        ladders: The latest first: as it asked, several questions at once or one, others count.
        questions: As :class:`Pace` has them.
        demo_questions: Likewise.
        demo_kinds: Likewise.
    """
    taken: dict[StepKind, list[tuple[int, float]]] = {}
    at_once: bool | None = None
    for stored in ladders:
        for kind, size, times, several in _steps_of(stored):
            if kind is StepKind.TASKS:
                at_once = several if at_once is None else at_once
                if several is not at_once:
                    continue
            taken.setdefault(kind, []).append((size, times))
    return Pace(questions, demo_questions, taken, demo_kinds)


def _steps_of(stored: StoredLadder) -> Iterator[tuple[StepKind, int, float, bool]]:
    """Of each step its kind, parameters, times its guess, and whether it asked several at once."""
    kept, about = plan_of(stored), about_of(stored)
    if kept is None or about is None:
        return
    asked = Asked.of(about.items)
    measured = empty_result(kept.plan)
    facts: dict[str, FileFacts] = {}
    for step in kept.steps:
        found = step_result(stored, step)
        if found is None:
            continue
        result, elapsed_ns = found
        known = Known.of(kept.plan, measured.rows)
        place(measured, step, result)
        if isinstance(result, FileFacts):
            facts[step.files[0]] = result
        # A later take asks a part of the questions alone, and further rounds skip most files.
        if step.take or step.more or any(name not in facts for name in step.files):
            continue
        if not _tells(kept.plan, step, known):
            continue
        if step.kind is not StepKind.SPEED:
            known = replace(known, rows=measured.rows)  # how much it was is known
        guessed_s = _guess(kept.plan, step, facts, asked, known)
        if isinstance(result, TasksStep) and result.decided_after is not None:
            expected = asked_share(kept.plan, step.files[0], facts[step.files[0]], known)
            guessed_s *= result.decided_after / max(1, asked.count) / expected
        size = max(facts[name].active_parameters for name in step.files)
        several = isinstance(result, TasksStep) and result.at_once > 1
        yield step.kind, size, elapsed_ns / 1e9 / guessed_s, several


def _tells(plan: LadderPlan, step: Step, known: Known) -> bool:
    """Whether a step says how long others of its kind take.

    Speeds at a further depth are reckoned by those at the first; the reference's noise floor is no
    candidate's loss.
    """
    if step.kind is StepKind.SPEED:
        return not any(known.rows[name].speed for name in step.files)
    return step.kind is not StepKind.QUALITY or step.files[0] != plan.reference


def _guess(
    plan: LadderPlan, step: Step, facts: Mapping[str, FileFacts], asked: Asked, known: Known
) -> float:
    guesses = (guess_seconds(plan, step, name, facts[name], asked, known) for name in step.files)
    return max(1e-3, sum(guesses))


def _comparable(one: int, other: int) -> bool:
    small, large = sorted((max(1, one), max(1, other)))
    return large <= small * _COMPARABLE_TIMES
