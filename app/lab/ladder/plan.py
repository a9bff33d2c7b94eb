"""What a ladder measures, and in which steps."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from app.base.files import known_by
from app.core.candidates.candidate import Candidate, candidate_of
from app.core.candidates.settings import DEFAULT_CONTEXT_TOKENS, MOST_SEED, MOST_THREADS
from app.core.ladder.night import Night, known_by_content
from app.core.ladder.results import StepKind
from app.engine.api import Ability
from app.lab.quality.plan import COMPARABLE_CHUNK_TOKENS, QualityMode

if TYPE_CHECKING:
    from app.core.models.model_file import ModelFile

PROMPT_TOKENS, GENERATED_TOKENS = 512, 128
DEPTHS_TOKENS = (0, 2048)
REPETITIONS = 5
DEEP_REPETITIONS_QUICK = 3
MOST_AT_ONCE = 64
# 1: any engine went on with what another one had measured. 3: of candidates that are more than a
# file; a ladder of plain files has the number and the key that it had before.
_PLAIN_FORMAT, _FORMAT = 2, 3

NEEDS: dict[StepKind, frozenset[Ability]] = {
    StepKind.FACTS: frozenset(),
    StepKind.SPEED: frozenset({Ability.BENCH}),
    StepKind.MEMORY: frozenset({Ability.MEMORY, Ability.ANSWER}),
    StepKind.QUALITY: frozenset({Ability.TOKENIZE, Ability.DISTRIBUTIONS}),
    StepKind.TASKS: frozenset({Ability.ANSWER}),
    StepKind.SERVER: frozenset({Ability.ANSWER}),
    StepKind.ALONG: frozenset({Ability.ANSWER, Ability.OWN_PROBABILITIES}),
    StepKind.TOLD: frozenset({Ability.TEXT_PROBABILITIES}),
}
"""What an engine must be able to do for a step."""

# A plan may come out of somebody else's report.
FileWords = Annotated[str, Meta(min_length=1, max_length=32_768)]
_Threads = Annotated[int, Meta(ge=1, le=MOST_THREADS)]
_ContextTokens = Annotated[int, Meta(ge=1, le=1 << 24)]
_TestTokens = Annotated[int, Meta(ge=0, le=1 << 20)]
_Repetitions = Annotated[int, Meta(ge=1, le=1000)]
_Count = Annotated[int, Meta(ge=1, le=1 << 31)]
_Name = Annotated[str, Meta(max_length=32_768)]


class Profile(StrEnum):
    """How much is asked at tasks, and how often speed is repeated in a filled context."""

    QUICK = "quick"
    FULL = "full"


class LadderPlan(msgspec.Struct, frozen=True):
    """What is measured; everything that a repetition needs.

    Attributes:
        reference: Key of the candidate that the others are measured against.
        candidates: Keys in the order of the rows; the reference may be among them.
        threads: Of every engine.
        context_tokens: Of the engine whose memory is measured; what a model allows bounds it.
        prompt_tokens: Of the prompt test of speed; 0 leaves it out.
        generated_tokens: Of the generation test; 0 leaves it out.
        depths_tokens: Tokens in the context before a test of speed begins.
        repetitions: Of each test of speed with an empty context.
        deep_repetitions: In a filled one.
        further_rounds: So many more of both, time after time, of rows of one file's settings that
            are too close to call by then; empty for none.
        quality_mode: How quality is measured.
        quality_chunk_tokens: Length of a chunk in the comparable mode.
        quality_chunks: No more chunks of text than these; None for what the mode takes.
        text_name: Which text quality is measured on; empty for none.
        items_name: Which questions are asked; empty for none.
        items_each: No more of a kind than these; None for all.
        more: Of these kinds so many questions are asked, where the profile asks fewer.
        seed: Of everything that is random.
        text_sha256: Of the text, so that it can be told whether it is still the same; empty where
            that is not known.
        chosen: By key, the candidates that are more than a file; the key of any other is its path.
        kinds: Of the bundled questions, those of these kinds alone; empty for all.
        thinking: Models that have a switch for it think before they answer.
        stop_tolerance: Asking a candidate stops where it is decided whether it loses so much, as a
            share of right answers; None asks all.
        contexts_alike: What a file says does not depend on the size of its context, once that is
            as large as everybody's.
        at_once: How many questions an engine answers at once, on which answers depend by rounding;
            None for as many as pay on this PC.
        night: Where the files come from, and until when; None where they are here.
    """

    reference: FileWords
    candidates: Annotated[tuple[FileWords, ...], Meta(max_length=1000)]
    threads: _Threads
    profile: Profile = Profile.QUICK
    context_tokens: _ContextTokens = DEFAULT_CONTEXT_TOKENS
    prompt_tokens: _TestTokens = PROMPT_TOKENS
    generated_tokens: _TestTokens = GENERATED_TOKENS
    depths_tokens: Annotated[tuple[_TestTokens, ...], Meta(max_length=20)] = DEPTHS_TOKENS
    repetitions: _Repetitions = REPETITIONS
    deep_repetitions: _Repetitions = DEEP_REPETITIONS_QUICK
    quality_mode: QualityMode = QualityMode.QUICK
    quality_chunk_tokens: _ContextTokens = COMPARABLE_CHUNK_TOKENS
    quality_chunks: _Count | None = None
    text_name: _Name = ""
    items_name: _Name = ""
    items_each: _Count | None = None
    more: Annotated[dict[_Name, _Count], Meta(max_length=1000)] = {}
    seed: Annotated[int, Meta(ge=0, le=MOST_SEED)] = 1
    text_sha256: Annotated[str, Meta(pattern=r"\A([0-9a-f]{64})?\Z")] = ""
    chosen: Annotated[dict[FileWords, Candidate], Meta(max_length=1001)] = {}
    kinds: Annotated[tuple[_Name, ...], Meta(max_length=20)] = ()
    thinking: bool = False
    stop_tolerance: Annotated[float, Meta(gt=0, le=1)] | None = None
    contexts_alike: bool = False
    at_once: Annotated[int, Meta(ge=1, le=MOST_AT_ONCE)] | None = None
    night: Night | None = None
    further_rounds: Annotated[tuple[_Repetitions, ...], Meta(max_length=20)] = ()

    @property
    def looks(self) -> int:
        """How often speeds are looked at."""
        return 1 + len(self.further_rounds)

    @property
    def stops(self) -> bool:
        """Whether asking may stop before all questions were asked."""
        return self.stop_tolerance is not None

    @property
    def keys(self) -> tuple[str, ...]:
        """Every candidate's key once, the reference first."""
        others = [key for key in self.candidates if key != self.reference]
        return (self.reference, *dict.fromkeys(others))

    def candidate(self, key: str) -> Candidate:
        """The candidate of a key."""
        return self.chosen.get(key) or candidate_of(key)

    @property
    def eyes_to_come(self) -> Collection[str]:
        """Paths of projectors that a night brings before anything runs."""
        return self.night.eyes if self.night is not None else ()

    @property
    def far(self) -> frozenset[str]:
        """Keys of those that run on servers."""
        return frozenset(key for key in self.chosen if self.chosen[key].server is not None)

    def told_by(self, key: str) -> str:
        """The key of the row whose quality and answers are this one's.

        Of rows that differ in what changes speed and memory alone the first is measured: a plain
        one before those with a draft, and the reference before all others.
        """
        said = self._said(key)
        alike = [other for other in self.keys if self._said(other) == said]
        plain = (other for other in alike if self.candidate(other).draft is None)
        return alike[0] if self.reference in alike else next(plain, alike[0])

    def _said(self, key: str) -> Candidate:
        """A candidate as far as it decides what is said."""
        spoken = self.candidate(key).spoken
        if (spoken.engine.context_tokens or 0) < self.context_tokens or not self.contexts_alike:
            return spoken
        engine = msgspec.structs.replace(spoken.engine, context_tokens=None)
        return msgspec.structs.replace(spoken, engine=engine)

    def of(self, reference: Candidate, candidates: Sequence[Candidate]) -> LadderPlan:
        """The same plan over these."""
        every = [reference, *candidates]
        return msgspec.structs.replace(
            self,
            reference=reference.key(),
            candidates=tuple(each.key() for each in candidates),
            chosen={
                each.key(): each for each in every if not each.is_plain or each.server is not None
            },
        )

    def repetitions_at(self, depth_tokens: int) -> int:
        """How often a test of speed is taken."""
        return self.repetitions if depth_tokens == 0 else self.deep_repetitions

    def speeds_in(self, step: Step) -> dict[int, int]:
        """How often a step takes its tests of speed, by the depth at which it does."""
        if not step.more:
            return {step.depth_tokens: self.repetitions_at(step.depth_tokens)}
        rounds = self.further_rounds[step.more - 1]
        return {depth: rounds for depth in self.depths_tokens if depth <= step.depth_tokens}

    def key(self, models: Sequence[ModelFile], *contents: bytes) -> str:
        """Names this plan over these very files, texts and questions, on this engine.

        Model files are known by path, size and time of change, not by reading all of them; those
        of a night, which come and go, by their content. Until when it goes is no part of it.

        Raises:
            OSError: A file is gone.
        """
        plain: dict[str, object] = msgspec.to_builtins(self)
        del plain["night"]
        later = ("kinds", "more", "thinking", "stop_tolerance", "contexts_alike", "at_once")
        for name in (*later, "further_rounds"):
            if not plain[name]:  # a ladder without has the key that it had before there was any
                del plain[name]
        known = (_FORMAT, plain) if plain.pop("chosen") else (_PLAIN_FORMAT, plain)
        digest = hashlib.sha256(msgspec.json.encode(known))
        for content in contents:
            digest.update(hashlib.sha256(content).digest())
        coming = self.night.coming if self.night is not None else {}
        if coming:
            digest.update(known_by_content(coming.values()))
        places = {self.candidate(key).place for key in coming}
        here = [model for model in models if str(model.path) not in places]
        digest.update(known_by(path for model in here for path in model.shard_paths))
        every = [self.candidate(key) for key in self.keys]
        more = [each.path for candidate in every for each in candidate.adapters]
        more += [each.projector for each in every if each.projector]
        more += [each.draft.path for each in every if each.draft is not None and each.draft.path]
        digest.update(known_by(Path(path) for path in more if path not in coming))
        return digest.hexdigest()


class Step(msgspec.Struct, frozen=True):
    """One piece of the work, kept as soon as it is done.

    Attributes:
        files: Keys of the candidates measured in it: several only for speeds taken in turns.
        depth_tokens: Of a test of speed; the deepest one where there are several.
        again: A test of the first file once more, at the end, to see whether the PC has changed.
        take: Which time this is: a later one takes the place of the one before.
        more: Which further rounds of speed these are, from 1 on, of those of the files that are too
            close to call; 0 for none.
    """

    kind: StepKind
    files: tuple[str, ...]
    depth_tokens: int = 0
    again: bool = False
    take: int = 0
    more: int = 0

    @property
    def name(self) -> str:
        """Names the step within its ladder."""
        if self.kind is StepKind.SPEED:
            repeated = " again" if self.again else f" more {self.more}" if self.more else ""
            name = f"speed {self.depth_tokens}{repeated} {'|'.join(self.files)}"
        else:
            name = f"{self.kind} {self.files[0]}"
        return f"{name} take {self.take}" if self.take else name


def steps_of(
    plan: LadderPlan,
    contexts_tokens: dict[str, int | None],
    *,
    in_turns: bool,
    abilities: Mapping[str, AbstractSet[Ability]] | None = None,
) -> list[Step]:
    """The steps in their order: file after file, the reference first.

    Args:
        plan: What is measured.
        contexts_tokens: What each candidate that can be read was trained for, by key; None is not
            known.
        in_turns: All files fit in memory together, so that their speeds are taken in turns,
            before everything else. Otherwise each file's speed is a step of its own, and the first
            is measured once more at the end.
        abilities: What each file's engine is able to do, where that is not everything.
    """

    def able(path: str, kind: StepKind) -> bool:
        theirs = (abilities or {}).get(path)
        return theirs is None or theirs >= NEEDS[kind]

    files = [path for path in plan.keys if path in contexts_tokens]
    far = plan.far
    steps = [Step(StepKind.SERVER if path in far else StepKind.FACTS, (path,)) for path in files]
    benched = {path: contexts_tokens[path] for path in files if able(path, StepKind.SPEED)}
    speeds = _speeds(plan, benched)
    if in_turns:
        steps += [Step(StepKind.SPEED, tuple(able), depth) for depth, able in speeds.items()]
        shared = [path for path in files if all(path in able for able in speeds.values())]
        if speeds and plan.reference in shared:
            looks = range(1, plan.looks)
            steps += [Step(StepKind.SPEED, tuple(shared), max(speeds), more=n) for n in looks]
    said = _held_by(plan, [path for path in files if path in far and able(path, StepKind.TOLD)])
    for path in files:
        if not in_turns:
            steps += [
                Step(StepKind.SPEED, (path,), depth)
                for depth, able in speeds.items()
                if path in able
            ]
        # What a server's model needs is needed there, and is told with what it says of itself.
        if path not in far and able(path, StepKind.MEMORY):
            steps.append(Step(StepKind.MEMORY, (path,)))
        if plan.told_by(path) != path:
            continue
        held = (path, plan.reference)  # what a file loses is found by both engines
        steps += [Step(kind, (path,)) for kind in said if all(able(each, kind) for each in held)]
        if plan.items_name and able(path, StepKind.TASKS):
            steps.append(Step(StepKind.TASKS, (path,)))
    first = next(iter(benched), "")
    if not in_turns and len(benched) > 1 and first in speeds.get(0, ()):
        steps.append(Step(StepKind.SPEED, (first,), 0, again=True))
    return steps


def by_visits(steps: Sequence[Step]) -> list[Step]:
    """The steps of a night: all of a file's before the next one's, and nothing again at the end."""
    order = list(dict.fromkeys(step.files[0] for step in steps))
    return sorted(
        (step for step in steps if not step.again), key=lambda step: order.index(step.files[0])
    )


def _held_by(plan: LadderPlan, telling: Sequence[str]) -> list[StepKind]:
    """How losses are found: with servers, by what these tell too.

    Args:
        plan: What is measured.
        telling: Keys of those on servers that tell log probabilities of a text.
    """
    kinds = {
        StepKind.QUALITY: bool(plan.text_name),
        StepKind.ALONG: bool(plan.far),
        StepKind.TOLD: bool(plan.text_name and telling),
    }
    return [kind for kind, is_wanted in kinds.items() if is_wanted]


def _speeds(plan: LadderPlan, contexts_tokens: dict[str, int | None]) -> dict[int, list[str]]:
    """By depth, the files whose context holds the tests there."""
    speeds: dict[int, list[str]] = {}
    most = max(plan.prompt_tokens, plan.generated_tokens)
    for depth in plan.depths_tokens if most else ():
        able = [
            path
            for path, trained in contexts_tokens.items()
            if depth == 0 or (trained or depth + most) >= depth + most
        ]
        if able:
            speeds[depth] = able
    return speeds


class Further(msgspec.Struct, frozen=True):
    """What a measured ladder is to go on with.

    Attributes:
        ask: Keys of the candidates that are asked what was not asked of them yet.
        speed: Whether every speed is measured once more.
    """

    ask: tuple[str, ...] = ()
    speed: bool = False


def further_steps(known: Sequence[Step], wanted: Further) -> list[Step]:
    """The steps of that, beside those that a ladder has."""
    steps = {step.name: step for step in known if wanted.speed and step.kind is StepKind.SPEED}
    first = [step for step in steps.values() if not step.take]
    first += [Step(StepKind.TASKS, (key,)) for key in wanted.ask]
    take = 1 + max((step.take for step in known), default=0)
    return [msgspec.structs.replace(step, take=take) for step in first]


def rows_of(plan: LadderPlan) -> tuple[str, ...]:
    """Keys in the order of the candidates; a reference that is none of them comes first."""
    candidates = tuple(dict.fromkeys(plan.candidates))
    return candidates if plan.reference in candidates else (plan.reference, *candidates)
