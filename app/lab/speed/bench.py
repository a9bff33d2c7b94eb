"""Speed by llama-bench's protocol, over one or several model files."""

from __future__ import annotations

import contextlib
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from app.core.errors import PersonError
from app.core.memory.estimate import estimate_needed_bytes, memory_budget_bytes
from app.core.statistics import mean, sample_standard_deviation
from app.engine.protocol import measuring
from app.engine.protocol.loading import Load, Loaded
from app.engine.protocol.measuring import BenchSample
from app.lab.engines.calls import EngineCalls
from app.lab.speed.calm import Calm
from app.library.model_files import open_model_file
from app.monitor.disturbance import asleep_ns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from app.core.models.model_file import ModelFile

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
    """One test of one model file; speeds in tokens per second.

    Attributes:
        samples: Of all repetitions.
        calm_samples: Of those during which other programs left the engine its cores.
        retaken: Repetitions that were taken again because the PC had slept.
        fewest_threads: Of any repetition: below ``threads`` where other programs took cores.
    """

    file: str
    level: str | None
    test: str
    threads: int
    depth: int
    samples: list[float] = field(default_factory=lambda: list[float]())
    calm_samples: list[float] = field(default_factory=lambda: list[float]())
    error: str | None = None
    retaken: int = 0
    fewest_threads: int = field(init=False)

    def __post_init__(self) -> None:
        """All threads count until a repetition tells of fewer."""
        self.fewest_threads = self.threads

    @property
    def mean(self) -> float | None:
        """Mean of the repetitions."""
        return mean(self.samples) if self.samples else None

    @property
    def stddev(self) -> float | None:
        """Sample standard deviation; None below two repetitions."""
        return sample_standard_deviation(self.samples) if len(self.samples) > 1 else None


@dataclass(frozen=True, slots=True)
class Drift:
    """The first model measured again at the end: how much the PC itself changed meanwhile."""

    file: str
    test: str
    first: float
    repeated: float

    @property
    def ratio(self) -> float:
        """Repeated over first."""
        return self.repeated / self.first


@dataclass(slots=True)
class BenchResult:
    """Rows in the order of the files, then of the tests."""

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
        folder: Path,
        available_bytes: Callable[[], int],
        on_step: Callable[[int, int, str], None],
        open_model: Callable[[Path], ModelFile] = open_model_file,
        asleep: Callable[[], int | None] = asleep_ns,
        calm: Calm | None = None,
    ) -> None:
        """Prepare.

        Args:
            plan: What to measure.
            folder: Working folder of the engines.
            available_bytes: Memory that is free now.
            on_step: Told repetitions done, in all, and the file's name.
            open_model: Reads the header of one of the files.
            asleep: How long the PC has slept so far, in ns.
            calm: Judges whether other programs disturbed a repetition.
        """
        self._calm = Calm() if calm is None else calm
        self._asleep_ns = asleep
        self._plan = plan
        self._folder = folder
        self._available_bytes = available_bytes
        self._on_step = on_step
        self._open_model = open_model
        self._done = 0
        self._total = 0
        self._engine = ""

    def run(self, files: Sequence[Path]) -> BenchResult:
        """Measure; a file that fails has its error in its rows."""
        plan = self._plan
        models: list[ModelFile | None] = []
        rows: dict[int, list[BenchRow]] = {}
        for index, path in enumerate(files):
            model, error = self._opened(path)
            models.append(model)
            level = model.level_name if model else None
            rows[index] = [
                BenchRow(str(path), level, test.name, plan.threads, plan.depth, error=error)
                for test in plan.tests
            ]
        usable = [index for index, model in enumerate(models) if model is not None]
        needed = sum(self._needed_bytes(models[index]) for index in usable)
        interleave = len(usable) > 1 and needed <= memory_budget_bytes(self._available_bytes())
        blocks = [usable] if interleave or len(usable) < 2 else [[index] for index in usable]
        repeat_first = len(blocks) > 1
        self._total = len(plan.tests) * plan.repetitions * (len(usable) + int(repeat_first))
        for block in blocks:
            self._block({index: (models[index], rows[index]) for index in block})
        drift = self._drift(models[usable[0]], rows[usable[0]]) if repeat_first else []
        return BenchResult(self._engine, [r for i in rows for r in rows[i]], interleave, drift)

    def _block(self, block: dict[int, tuple[ModelFile | None, list[BenchRow]]]) -> None:
        """Measure files that are loaded at the same time."""
        with contextlib.ExitStack() as stack:
            loaded: dict[int, EngineCalls] = {}
            for index, (model, rows) in block.items():
                assert model is not None
                try:
                    loaded[index] = self._loaded(stack, model)
                except PersonError as error:
                    _fail(rows, error)
            for number, test in enumerate(self._plan.tests):
                order = list(loaded)
                for repetition in range(self._plan.repetitions):
                    random.shuffle(order)
                    for index in order:
                        row = block[index][1][number]
                        self._repeat(loaded[index], test, row, warmup=repetition == 0)

    def _loaded(self, stack: contextlib.ExitStack, model: ModelFile) -> EngineCalls:
        engine = stack.enter_context(EngineCalls(f"bench-{model.path.stem}", self._folder))
        if engine.hello is not None:
            self._engine = engine.hello.engine
        load = Load(engine.next_id(), str(model.path.absolute()), 0, self._plan.threads)
        engine.call(load, Loaded)
        return engine

    def _repeat(self, engine: EngineCalls, test: SpeedTest, row: BenchRow, *, warmup: bool) -> None:
        if row.error is None:
            command = measuring.Bench(
                id=engine.next_id(),
                prompt_tokens=test.prompt_tokens,
                generated_tokens=test.generated_tokens,
                depth=self._plan.depth,
                threads=self._plan.threads,
                warmup=warmup,
            )
            begin = self._calm.begin(engine.pid)
            try:
                sample = self._awake(engine, command, row)
                speed = sample.tokens_per_second
                row.samples.append(speed)
                row.fewest_threads = min(row.fewest_threads, sample.threads)
                if self._calm.was_calm(begin, engine.pid, self._plan.threads):
                    row.calm_samples.append(speed)
            except PersonError as error:
                row.error = error.sentence
        self._done += 1
        self._on_step(self._done, self._total, row.file)

    def _awake(self, engine: EngineCalls, command: measuring.Bench, row: BenchRow) -> BenchSample:
        """A repetition during which the PC did not sleep, as far as a few tries can bring it."""
        while True:
            before = self._asleep_ns()
            sample = engine.call(command, BenchSample)
            after = self._asleep_ns()
            slept = before is not None and after is not None and after - before >= _SLEPT_NS
            if not slept or row.retaken >= _MOST_RETAKEN:
                return sample
            row.retaken += 1
            command = msgspec.structs.replace(command, id=engine.next_id())

    def _drift(self, model: ModelFile | None, first: list[BenchRow]) -> list[Drift]:
        again = [BenchRow(r.file, r.level, r.test, r.threads, r.depth) for r in first]
        self._block({0: (model, again)})
        return [
            Drift(before.file, before.test, before.mean, after.mean)
            for before, after in zip(first, again, strict=True)
            if before.mean is not None and after.mean is not None
        ]

    def _opened(self, path: Path) -> tuple[ModelFile | None, str | None]:
        try:
            return self._open_model(path), None
        except PersonError as error:
            return None, error.sentence

    def _needed_bytes(self, model: ModelFile | None) -> int:
        plan = self._plan
        assert model is not None
        context = plan.depth + max(plan.prompt_tokens, plan.generated_tokens)
        return estimate_needed_bytes(model, context, "f16").total_bytes


def _fail(rows: list[BenchRow], error: PersonError) -> None:
    for row in rows:
        row.error = error.sentence
