"""Speed by llama-bench's protocol, over one or several model files."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.core.errors import PersonError
from app.core.statistics.describe import mean, sample_standard_deviation
from app.engine.protocol import measuring
from app.engine.protocol.measuring import BenchSample
from app.lab.engines.opened import OpenedCandidate, opened
from app.lab.engines.shelf import EngineShelf
from app.lab.speed.calm import Calm
from app.lab.speed.drafted import QUESTION_TOKENS, DraftedPairs
from app.library.model_files import open_model_file
from app.monitor.disturbance import asleep_ns
from app.monitor.energy import EnergyMeter, energy_between

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.candidates.drafts import Drafted
    from app.core.models.model_file import ModelFile
    from app.core.words.sentence import English
    from app.lab.engines.calls import EngineCalls
    from app.lab.engines.room import EngineRoom
    from app.monitor.energy import Counted, Energy

# The two clocks are not read at once; a PC that slept did so for seconds.
_SLEPT_NS = 1_000_000_000
_MOST_RETAKEN = 5


@dataclass(frozen=True, slots=True)
class BenchPlan:
    """What to measure; 0 tokens leave a test out.

    Attributes:
        prompt_tokens: Length of the prompt test, 512 by custom.
        generated_tokens: Length of the generation test, 128 by custom.
        depth: Tokens in the context before a test begins.
        repetitions: Of each test, after one warm-up.
        threads: Of every engine.
    """

    prompt_tokens: int
    generated_tokens: int
    depth: int
    repetitions: int
    threads: int

    @property
    def tests(self) -> list[SpeedTest]:
        """The tests in the order they are taken."""
        wanted = (
            SpeedTest(f"pp{self.prompt_tokens}", self.prompt_tokens, 0),
            SpeedTest(f"tg{self.generated_tokens}", 0, self.generated_tokens),
        )
        return [test for test in wanted if test.prompt_tokens or test.generated_tokens]


@dataclass(frozen=True, slots=True)
class SpeedTest:
    """A prompt test or a generation test."""

    name: str
    prompt_tokens: int
    generated_tokens: int


@dataclass(slots=True)
class BenchRow:
    """One test of one candidate; speeds in tokens per second.

    Attributes:
        samples: Of all repetitions.
        calm_samples: Of those during which other programs left the engine its cores.
        retaken: Repetitions that were taken again because the PC had slept.
        fewest_threads: Of any repetition: below ``threads`` where other programs took cores.
        drafted: What its draft brought; None where it has none, and for the prompt test.
        joules: Energy of the repetitions during which it was counted: without a warm-up, in an
            empty context, of random tokens.
        joules_tokens: Tokens of these.
        energy_of: What was counted, other programs included; empty where nothing was.
    """

    candidate: Candidate
    level: str | None
    test: str
    threads: int
    depth: int
    samples: list[float] = field(default_factory=lambda: list[float]())
    calm_samples: list[float] = field(default_factory=lambda: list[float]())
    error: English | None = None
    retaken: int = 0
    fewest_threads: int = field(init=False)
    drafted: Drafted | None = None
    joules: float = 0.0
    joules_tokens: int = 0
    energy_of: tuple[Counted, ...] = ()

    def __post_init__(self) -> None:
        """All threads count until a repetition tells of fewer."""
        self.fewest_threads = self.threads

    @property
    def file(self) -> str:
        """The model file."""
        return self.candidate.place

    @property
    def mean(self) -> float | None:
        """Mean of the repetitions."""
        return mean(self.samples) if self.samples else None

    @property
    def stddev(self) -> float | None:
        """Sample standard deviation; None below two repetitions."""
        return sample_standard_deviation(self.samples) if len(self.samples) > 1 else None

    @property
    def joules_per_token(self) -> float | None:
        """Energy for a token; None where the system does not tell it."""
        return self.joules / self.joules_tokens if self.joules_tokens else None

    def use(self, energy: Energy | None, tokens: int) -> None:
        """Take the energy of a repetition."""
        if energy is not None:
            self.joules += energy.joules
            self.joules_tokens += tokens
            self.energy_of = energy.counted


@dataclass(frozen=True, slots=True)
class Drift:
    """The first model measured again at the end: how much the PC itself changed meanwhile."""

    candidate: Candidate
    test: str
    first: float
    repeated: float

    @property
    def ratio(self) -> float:
        """Repeated over first."""
        return self.repeated / self.first


@dataclass(slots=True)
class BenchResult:
    """Rows in the order of the candidates, then of the tests."""

    engine: str
    rows: list[BenchRow]
    interleaved: bool
    drift: list[Drift]


class Bench:
    """One measurement over several files.

    Repetitions of all files are interleaved in random order where all fit in memory; else each
    file is a block, and the first is measured again at the end.
    """

    def __init__(
        self,
        plan: BenchPlan,
        room: EngineRoom,
        on_step: Callable[[int, int, str], None],
        open_model: Callable[[Path], ModelFile] = open_model_file,
        asleep: Callable[[], int | None] = asleep_ns,
        calm: Calm | None = None,
        shelf: EngineShelf | None = None,
        meter: EnergyMeter | None = None,
    ) -> None:
        """Prepare.

        Args:
            plan: What to measure.
            room: Where the engines are.
            on_step: Told repetitions done, in all, and the file's name.
            open_model: Reads the header of one of the files.
            asleep: How long the PC has slept so far, in ns.
            calm: Judges whether other programs disturbed a repetition.
            shelf: Where engines stay loaded for what comes after this; None ends them.
            meter: Reads what energy the PC has used.
        """
        self._meter = EnergyMeter() if meter is None else meter
        self._calm = Calm() if calm is None else calm
        self._asleep_ns = asleep
        self._own_shelf = shelf
        self._plan = plan
        self._room = room
        self._on_step = on_step
        self._open_model = open_model
        self._done = 0
        self._total = 0
        self._engine = ""

    def run(self, candidates: Sequence[Candidate]) -> BenchResult:
        """Measure; one that fails has its error in its rows."""
        with self._meter:
            return self._run(candidates)

    def _run(self, candidates: Sequence[Candidate]) -> BenchResult:
        plan = self._plan
        ready: dict[int, OpenedCandidate] = {}
        rows: list[list[BenchRow]] = []
        for index, candidate in enumerate(candidates):
            level = error = None
            try:
                ready[index] = opened(candidate, self._open_model)
                level = ready[index].model.level_name
            except PersonError as problem:
                error = problem.sentence
            threads = candidate.engine.threads or plan.threads
            rows.append(
                [
                    BenchRow(candidate, level, test.name, threads, plan.depth, error=error)
                    for test in plan.tests
                ]
            )
        with self._shelves() as shelf:
            interleave = len(ready) > 1 and shelf.hold(ready.values())
        blocks = [list(ready)] if interleave or len(ready) < 2 else [[index] for index in ready]
        repeat_first = len(blocks) > 1
        if repeat_first:
            self._own_shelf = None  # each block is alone
        self._total = len(plan.tests) * plan.repetitions * (len(ready) + int(repeat_first))
        for block in blocks:
            self._block([(ready[index], rows[index]) for index in block])
        drift: list[Drift] = []
        if repeat_first:
            first = next(iter(ready))
            drift = self._drift(ready[first], rows[first])
        return BenchResult(self._engine, [row for each in rows for row in each], interleave, drift)

    def _shelves(self) -> contextlib.AbstractContextManager[EngineShelf]:
        """Engines for a block: those that stay, or some that end with it."""
        if self._own_shelf is not None:
            return contextlib.nullcontext(self._own_shelf)
        plan = self._plan
        tokens = plan.depth + max(plan.prompt_tokens, plan.generated_tokens, QUESTION_TOKENS)
        return EngineShelf(
            "bench", self._room, plan.threads, tokens, makes_contexts=True, is_steady=False
        )

    def _block(self, block: Sequence[tuple[OpenedCandidate, list[BenchRow]]]) -> None:
        """Measure files that are loaded at the same time."""
        together = [each for each, _ in block]
        with self._shelves() as shelf:
            shelf.start(together)
            able: list[tuple[Callable[[], EngineCalls], list[BenchRow], DraftedPairs | None]] = []
            for each, rows in block:
                take = partial(shelf.take, each, together)
                try:
                    take()
                except PersonError as error:
                    _fail(rows, error)
                else:
                    drafted = each.candidate.draft is not None
                    pairs = DraftedPairs(each.manner, self._plan.depth) if drafted else None
                    able.append((take, rows, pairs))
            for number, test in enumerate(self._plan.tests):
                for repetition in range(self._plan.repetitions):
                    random.shuffle(able)
                    for take, rows, pairs in able:
                        if pairs is not None and test.generated_tokens:
                            self._draft(take, test, rows[number], pairs)
                        else:
                            self._repeat(take, test, rows[number], warmup=repetition == 0)
            self._engine = shelf.engine or self._engine

    def _repeat(
        self, take: Callable[[], EngineCalls], test: SpeedTest, row: BenchRow, *, warmup: bool
    ) -> None:
        if row.error is None:
            try:
                engine = take()
                command = measuring.Bench(
                    id=engine.next_id(),
                    prompt_tokens=test.prompt_tokens,
                    generated_tokens=test.generated_tokens,
                    depth=self._plan.depth,
                    threads=row.threads,
                    warmup=warmup,
                )
                begin = self._calm.begin(engine.pid)
                sample, energy = self._awake(engine, command, row)
                if not warmup and not row.depth:  # else tokens were computed that nobody counted
                    row.use(energy, test.prompt_tokens + test.generated_tokens)
                speed = sample.tokens_per_second
                row.samples.append(speed)
                row.fewest_threads = min(row.fewest_threads, sample.threads)
                if self._calm.was_calm(begin, engine.pid, row.threads):
                    row.calm_samples.append(speed)
            except PersonError as error:
                row.error = error.sentence
        self._done += 1
        self._on_step(self._done, self._total, row.file)

    def _draft(
        self, take: Callable[[], EngineCalls], test: SpeedTest, row: BenchRow, pairs: DraftedPairs
    ) -> None:
        """A repetition over answers to questions: random tokens tell nothing of drafts."""
        if row.error is None:
            try:
                engine = take()
                begin = self._calm.begin(engine.pid)
                speed = pairs.repeat(engine, test.generated_tokens)
                row.samples.append(speed)
                row.drafted = pairs.drafted
                if self._calm.was_calm(begin, engine.pid, row.threads):
                    row.calm_samples.append(speed)
            except PersonError as error:
                row.error = error.sentence
        self._done += 1
        self._on_step(self._done, self._total, row.file)

    def _awake(
        self, engine: EngineCalls, command: measuring.Bench, row: BenchRow
    ) -> tuple[BenchSample, Energy | None]:
        """A repetition during which the PC did not sleep, as far as a few tries can bring it."""
        while True:
            before, counters = self._asleep_ns(), self._meter.read()
            sample = engine.call(command, BenchSample)
            energy = energy_between(counters, self._meter.read())
            after = self._asleep_ns()
            slept = before is not None and after is not None and after - before >= _SLEPT_NS
            if not slept or row.retaken >= _MOST_RETAKEN:
                return sample, energy
            row.retaken += 1
            command = msgspec.structs.replace(command, id=engine.next_id())

    def _drift(self, each: OpenedCandidate, first: list[BenchRow]) -> list[Drift]:
        again = [BenchRow(r.candidate, r.level, r.test, r.threads, r.depth) for r in first]
        self._block([(each, again)])
        return [
            Drift(before.candidate, before.test, before.mean, after.mean)
            for before, after in zip(first, again, strict=True)
            if before.mean is not None and after.mean is not None
        ]


def _fail(rows: list[BenchRow], error: PersonError) -> None:
    for row in rows:
        row.error = error.sentence
