"""What the models on this PC need and how fast they will be, by what is known already.

No engine is asked and nothing is measured: memory as llama.cpp planned it before, else by the
formula over the header; speed where this PC was measured before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.candidates.settings import DEFAULT_CONTEXT_TOKENS, EngineSettings
from app.core.errors import PersonError
from app.core.memory.estimate import estimated_needs
from app.core.memory.fit import FitJudgement, judge
from app.core.memory.speed import bytes_from_disk, predict_speed, slowed_by_disk
from app.core.memory.token_work import TokenWork, token_work
from app.library.model_files import read_shards

if TYPE_CHECKING:
    from app.core.models.family import LibraryModel
    from app.core.models.model_file import ModelFile
    from app.lab.engines.room import EngineRoom
    from app.store.small.speeds import SpeedStore


@dataclass(frozen=True, slots=True)
class LocalFit:
    """The answer about one model file.

    Attributes:
        needed_bytes: With the context that candidates get by default.
        judgement: Whether it fits now.
        tokens_per_second: While generating; None where this PC was not measured.
    """

    needed_bytes: int
    judgement: FitJudgement
    tokens_per_second: float | None


class LocalFits:
    """Remembers what a token of each file takes; for one thread at a time.

    Args:
        room: Knows plans and free memory.
        speeds: This PC's measured speeds.
        threads: That an engine will have alone.
    """

    def __init__(self, room: EngineRoom, speeds: SpeedStore, threads: int) -> None:
        self._room = room
        self._speeds = speeds
        self._threads = threads
        self._work: dict[tuple[Path, int], TokenWork | None] = {}

    def of(
        self, models: Iterable[LibraryModel], cancelled: Callable[[], bool] = lambda: False
    ) -> dict[Path, LocalFit]:
        """Answer for all that can be asked; reads headers, so not on the main thread.

        Args:
            models: Of this PC.
            cancelled: Asked before each; once it says True, the rest is left out.
        """
        rates, runs = self._speeds.rates(self._threads), self._speeds.runs()
        budget = self._room.budget_bytes()
        found: dict[Path, LocalFit] = {}
        for one in models:
            if cancelled():
                break
            if one.model is None or one.why_not is not None:
                continue
            needed = self._needed_bytes(one.model)
            work = self._work_of(one) if rates is not None and rates.bandwidth else None
            judged, speed = judge(needed, budget), None
            if rates is not None and work is not None:
                speed = predict_speed(work, one.model, rates, runs)
                read = bytes_from_disk(work, one.model, judged, one.model.tensor_bytes)
                if read:
                    speed = predict_speed(work, one.model, rates)
                    rate = self._speeds.disk(one.path.stat().st_dev) if one.path.exists() else None
                    speed = slowed_by_disk(speed, read, rate[0]) if rate else None
                    judged = replace(judged, from_disk=True)
            found[one.path] = LocalFit(needed, judged, speed and speed.tokens_per_second)
        return found

    def _needed_bytes(self, model: ModelFile) -> int:
        context = min(DEFAULT_CONTEXT_TOKENS, model.context_length or DEFAULT_CONTEXT_TOKENS)
        plans = self._room.plans
        planned = plans.needed_bytes(model, context, EngineSettings()) if plans else None
        return planned or estimated_needs(model, context).total_bytes

    def _work_of(self, one: LibraryModel) -> TokenWork | None:
        key = (one.path, one.modified_ns)
        if key not in self._work:
            try:
                shards = read_shards(one.path)
            except PersonError:  # it is gone, or being written
                return None
            assert one.model is not None
            tensors = [tensor for shard in shards for tensor in shard.header.tensors]
            self._work[key] = token_work(tensors, one.model)
        return self._work[key]
