"""The measurements of a ladder's steps, each for itself."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.core.chats.templates import template_by_id
from app.core.errors import PersonError
from app.core.ladder.results import (
    FileFacts,
    MemoryFigures,
    QualityStep,
    SpeedFigures,
    SpeedStep,
    TasksStep,
)
from app.core.memory.token_work import TokenWork, token_work
from app.core.models.experts import as_run
from app.core.models.model_file import ModelFile
from app.core.stopping import Stopping
from app.core.tasks.scoring import Outcome
from app.core.words.sentence import say
from app.lab.engines.drafts import draft_bytes, read_draft
from app.lab.engines.loading import threads_for
from app.lab.engines.opened import OpenedCandidate, opened
from app.lab.engines.parts import parts_bytes
from app.lab.ladder.effort import most_chunks
from app.lab.ladder.engines import LadderEngines
from app.lab.ladder.memory import measure_memory
from app.lab.ladder.plan import LadderPlan, Profile, Step
from app.lab.ladder.quality import candidate_step, reference_step
from app.lab.ladder.servers import ServerSteps
from app.lab.models.hashes import hashes_of
from app.lab.predict.bandwidth import MachineSpeed
from app.lab.predict.fit import Fitter, remember_bench
from app.lab.quality.measure import Quality
from app.lab.quality.plan import QualityMode, QualityPlan, comparable_plan, quick_plan
from app.lab.quality.texts import NO_TEXT, MeasuredText
from app.lab.shrink.recipes import way_of
from app.lab.speed.bench import Bench, BenchPlan
from app.lab.speed.drafted import QUESTION_TOKENS
from app.lab.tasks.work import asked_bytes_a_token
from app.library.model_files import read_shards
from app.monitor.disturbance import throttle_count
from app.monitor.load import others_use_beside_family
from app.monitor.machine import machine_facts

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.memory.speed import MachineRates
    from app.core.servers.server import Server
    from app.core.tasks.items import TaskItem
    from app.lab.engines.calls import EngineCalls
    from app.lab.engines.room import EngineRoom
    from app.lab.engines.shelf import EngineShelf
    from app.lab.quality.kept_references import KeptReferences
    from app.store.small.speeds import SpeedStore

_QUICK_PROMPT_TOKENS = 1024


@dataclass(frozen=True, slots=True)
class Tools:
    """What steps are measured with.

    Attributes:
        room: Where the engines are.
        references: Where the reference's distributions are kept.
        fitter: Makes what predicts memory.
        speeds: This PC's measured speeds.
        open_model: Reads the header of a file.
        text: What quality is measured on.
        items: The questions.
        prompts: What greedy answers are given to.
        about_server: What is kept of a candidate's server; None where only its address is known.
        ask: Asks them of one candidate, tells the share that is done, stops where it is decided and
            goes by how the reference was asked; None where nothing can ask.
        anchor: What the speed of each file of a night is taken beside; None for nothing.
        leaves: The reference's file goes once it was read.
    """

    room: EngineRoom
    references: KeptReferences
    fitter: Callable[[], Fitter]
    speeds: SpeedStore
    open_model: Callable[[Path], ModelFile]
    text: MeasuredText = NO_TEXT
    items: tuple[TaskItem, ...] = ()
    prompts: tuple[str, ...] = ()
    about_server: Callable[[Candidate], Server | None] = lambda _: None
    ask: (
        Callable[
            [
                Candidate,
                Callable[[float], None],
                Stopping | None,
                LadderEngines,
                TasksStep | None,
            ],
            TasksStep,
        ]
        | None
    ) = None
    anchor: Candidate | None = None
    leaves: bool = False


class Steps:
    """Measures one step after another of one ladder. One thread.

    Args:
        plan: What is measured.
        tools: With what.

    Attributes:
        servers: What only ladders with servers measure.
    """

    def __init__(self, plan: LadderPlan, tools: Tools) -> None:
        self._plan = plan
        self._tools = tools
        self._memory: MachineRates | None = None
        self._known_threads: int | None = None
        self._engines = LadderEngines(tools.room, plan.candidate(plan.reference).spoken.key())
        self.servers = ServerSteps(plan, tools, lambda: self._threads)

    def close(self) -> None:
        """End all engines that were kept."""
        self._engines.close()

    @property
    def memory_rates(self) -> MachineRates:
        """What this PC reads from memory with the plan's threads; one for all rows of a run."""
        if self._memory is None:
            self._memory = MachineSpeed(self._tools.speeds).memory(self._plan.threads)
        return self._memory

    @property
    def _reference(self) -> Candidate:
        return self._plan.candidate(self._plan.reference)

    @property
    def _threads(self) -> int:
        """Of everything but speed, which is what threads are for; the same for every file."""
        if self._known_threads is None:
            # Asked once: the reference may vanish on the way, and the others go on.
            here = [self._plan.candidate(key) for key in self._plan.keys]
            files = [each.local for each in (self._reference, *here) if each.local is not None]
            size = self._tools.open_model(files[0]).tensor_bytes if files else 0
            self._known_threads = threads_for(size, self._plan.threads)
        return self._known_threads

    def facts(self, candidate: Candidate, on_share: Callable[[float], None]) -> FileFacts:
        """What a candidate's file is; reads all of it once.

        Raises:
            PersonError: It cannot be read.
        """
        model = as_run(self._tools.open_model(candidate.file), candidate.engine)
        _ = self._threads
        work = _work_of(candidate)
        template = model.chat_template
        if candidate.template_id is not None:
            template = template_by_id(candidate.template_id).jinja
        return FileFacts(
            level=model.level_name,
            file_bytes=model.file_bytes,
            bits_per_weight=model.bits_per_weight,
            parameters=model.parameters,
            active_parameters=model.active_parameters,
            architecture=model.architecture,
            context_tokens=model.context_length,
            vocabulary_size=model.vocabulary_size,
            sha256=hashes_of(
                model, lambda done_bytes: on_share(done_bytes / max(1, model.file_bytes))
            ),
            token_bytes=work.weight_bytes,
            kv_bytes_by_token=work.kv_bytes_by_token,
            template_sha256=None
            if template is None
            else hashlib.sha256(template.encode("utf-8", "backslashreplace")).hexdigest(),
            way=way_of(model) or "",
            bytes_a_token=asked_bytes_a_token(candidate.file, self._tools.items),
        )

    def speed(self, step: Step, on_share: Callable[[float], None]) -> SpeedStep:
        """Prompt and generation speed of one candidate, or of several in turns."""
        return self._speed_at(step, step.files, step.depth_tokens, on_share)

    def further_speed(
        self, step: Step, undecided: Collection[str], on_share: Callable[[float], None]
    ) -> SpeedStep:
        """More rounds of those that are too close to call, in turns with the reference.

        Rounds count where they are comparable: not while the PC was busy, and not without the
        reference. Which ones do not count does not depend on who was faster.

        Args:
            step: Which rounds.
            undecided: Keys of those.
            on_share: Told how much is done.
        """
        first = self._plan.reference
        keys = tuple(key for key in step.files if key == first or key in undecided)
        rows: dict[str, tuple[SpeedFigures, ...]] = {}
        depths, engine = self._plan.speeds_in(step), ""
        for number, depth in enumerate(depths if len(keys) > 1 else ()):

            def tell(share: float, number: int = number) -> None:
                on_share((number + share) / len(depths))

            found = self._speed_at(step, keys, depth, tell)
            engine = found.engine
            base = found.rows[first]
            if all(one.in_turns and not one.error and not one.beside_others for one in base):
                for key, figures in found.rows.items():
                    rows[key] = (*rows.get(key, ()), *figures)
        return SpeedStep(engine, rows)

    def _speed_at(
        self, step: Step, keys: tuple[str, ...], depth: int, on_share: Callable[[float], None]
    ) -> SpeedStep:
        plan, memory = self._plan, self.memory_rates
        bench_plan = BenchPlan(
            plan.prompt_tokens,
            plan.generated_tokens,
            depth,
            plan.speeds_in(step)[depth],
            plan.threads,
        )
        begin, heat = others_use_beside_family(), throttle_count()
        bench = Bench(
            bench_plan,
            self._tools.room,
            lambda done, total, _name: on_share(done / max(1, total)),
            self._tools.open_model,
            shelf=self._timed(step),
        )
        anchor = self._tools.anchor if depth == 0 else None
        beside = [] if anchor is None else [anchor]
        result = bench.run([*(plan.candidate(key) for key in keys), *beside])
        end, heat_after = others_use_beside_family(), throttle_count()
        throttled = None if heat is None or heat_after is None else heat_after > heat
        if not step.again:
            remember_bench(result, self._tools.speeds)
        others = end.cores_since(begin) if begin is not None and end is not None else None
        power = machine_facts().power
        count = len(result.rows) * len(keys) // (len(keys) + len(beside))
        anchored = {row.test: row.mean for row in result.rows[count:]}
        rows: dict[str, list[SpeedFigures]] = {key: [] for key in keys}
        for row in result.rows[:count]:
            share = None
            if row.test.startswith("tg") and row.mean is not None and row.drafted is None:
                held = depth + plan.generated_tokens // 2
                share = row.mean * _work_of(row.candidate).total_bytes(held) / memory.bandwidth
            figures = SpeedFigures(
                row.test,
                row.depth,
                row.threads,
                tuple(row.samples),
                row.mean,
                row.stddev,
                in_turns=result.interleaved,
                others_cores=others,
                power=power,
                bandwidth_share=share,
                bandwidth_busy=share is not None and memory.bandwidth_busy,
                error=row.error,
                throttled=throttled,
                retaken=row.retaken,
                drafted=row.drafted,
                joules_per_token=row.joules_per_token,
                energy_of=tuple(each.value for each in row.energy_of),
                anchor=anchored.get(row.test),
            )
            rows[row.candidate.key()].append(figures)
        return SpeedStep(result.engine, {key: tuple(found) for key, found in rows.items()})

    def _timed(self, step: Step) -> EngineShelf:
        plan = self._plan
        tests = max(plan.prompt_tokens, plan.generated_tokens, QUESTION_TOKENS)
        tokens = max(plan.depths_tokens, default=0) + tests
        return self._engines.timed(step.files, plan.threads, tokens)

    def memory(self, candidate: Candidate, on_share: Callable[[float], None]) -> MemoryFigures:
        """Needed memory, predicted and measured.

        Raises:
            PersonError: The file cannot be loaded.
        """
        plan = self._plan
        ready = opened(candidate, self._tools.open_model)
        prompt_tokens = _QUICK_PROMPT_TOKENS if plan.profile is Profile.QUICK else None
        how = (plan.context_tokens, self._threads, self._tools.room, None, prompt_tokens)
        if candidate.draft is not None:  # nothing else is measured of it
            self._engines.rest()
            figures, _ = measure_memory(ready, *how)
            return replace(figures, predicted_bytes=self._predicted_bytes(candidate))
        shelf = self._steady(ready)
        engine = shelf.begin(ready, plan.context_tokens)
        try:
            figures, _ = measure_memory(ready, *how, own=engine)
        except PersonError:
            shelf.drop(ready)
            raise
        on_share(0.8)
        figures = replace(figures, predicted_bytes=self._predicted_bytes(candidate, engine))
        self._engines.free_context(ready)
        return figures

    def quality(self, candidate: Candidate, on_share: Callable[[float], None]) -> QualityStep:
        """What a candidate loses on the text; of the reference, its noise floor.

        Raises:
            PersonError: Nothing can be measured, e.g. the text is too short.
        """
        tools, reference, plan = self._tools, self._reference, self._quality_plan()
        # Of the most that may come: how long the text is, nobody else knows.
        files = 1 if candidate == reference else 2
        most = 0 if plan.mode is QualityMode.COMPARABLE else files * most_chunks(self._plan)
        quality = Quality(
            plan,
            tools.room,
            tools.references,
            lambda done, total, _name: on_share(done / max(1, most, total)),
            tools.open_model,
            self._steady(opened(candidate.spoken, tools.open_model)),
        )
        if candidate == reference:
            return reference_step(quality.run(reference, [], whole=tools.leaves))
        return candidate_step(quality.run(reference, [candidate], wants_floor=False))

    def _steady(self, ready: OpenedCandidate) -> EngineShelf:
        """Where the engines are that read texts: of small models one a core shares the work."""
        return self._engines.steady(ready, self._threads, self._plan.threads // self._threads)

    def _quality_plan(self) -> QualityPlan:
        plan, text, threads = self._plan, self._tools.text, self._threads
        if plan.quality_mode is QualityMode.COMPARABLE:
            size_tokens = plan.quality_chunk_tokens
            return comparable_plan(text, threads, size_tokens, plan.quality_chunks)
        return quick_plan(text, threads, plan.quality_chunks)

    def tasks(
        self,
        candidate: Candidate,
        on_share: Callable[[float], None],
        reference: TasksStep | None = None,
    ) -> TasksStep:
        """Ask a candidate the questions; where it may stop, by what the reference has answered.

        Raises:
            PersonError: It cannot be asked.
        """
        if self._tools.ask is None:
            raise PersonError(say("lab.no_questions_can_asked"))
        stopping = self._stopping(candidate, reference)
        return self._tools.ask(candidate, on_share, stopping, self._engines, reference)

    def _stopping(self, candidate: Candidate, reference: TasksStep | None) -> Stopping | None:
        plan, tolerance = self._plan, self._plan.stop_tolerance
        if tolerance is None or reference is None or candidate.key() == plan.reference:
            return None
        known = {key: Outcome(value) for key, value in reference.outcomes.items()}
        others = {plan.told_by(key) for key in plan.keys} - {plan.reference}
        return Stopping(self._tools.items, known, len(others), tolerance)

    def _predicted_bytes(
        self, candidate: Candidate, engine: EngineCalls | None = None
    ) -> int | None:
        """By llama.cpp's own plan, asked of an engine that is there, if any."""
        context = candidate.engine.context_tokens or self._plan.context_tokens
        # What is free on a GPU decides its plans, and the engine has taken of it.
        gpu = engine is None or engine.hello is None or engine.hello.has_gpu
        try:
            with self._tools.fitter() as fitter:
                if engine is not None and not gpu:
                    fitter.borrow(engine)
                own = self._tools.open_model(candidate.file)
                drafted = draft_bytes(
                    candidate, own, read_draft(candidate), context, self._tools.room.plans
                )
                how = (candidate.engine, parts_bytes(candidate, own) + drafted)
                return fitter.memory(candidate.file, context, *how).needs.total_bytes
        except PersonError:
            return None  # the measured figure will say why


def _work_of(candidate: Candidate) -> TokenWork:
    shards = read_shards(candidate.file)
    tensors = [tensor for shard in shards for tensor in shard.header.tensors]
    model = as_run(ModelFile.from_headers(shards), candidate.engine)
    return token_work(tensors, model, candidate.engine)
