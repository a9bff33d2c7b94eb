"""The same candidate on other devices, as planned on a PC whose GPU takes all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from app.core.candidates.candidate import candidate_of
from app.core.candidates.drafts import Draft
from app.core.devices.carried import CarriedBasis
from app.core.memory.devices import PlannedDevice
from app.core.memory.speed import MachineRates
from app.engine.protocol.loading import Predicted
from app.lab.engines.plans import Plans
from app.lab.predict.fit import Fitter
from app.lab.scale.whatif import what_if
from app.store.small.remembered import PlanStore
from app.store.small.speeds import SpeedStore
from tests.helpers.architectures import Size, write_header_only
from tests.helpers.rooms import roomy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.core.candidates.settings import EngineSettings
    from app.core.models.model_file import ModelFile

LAYERS = 4
BANDWIDTH, KERNELS = 2e10, 1e10


class WithGpu(Plans):
    """Plans of a PC with a GPU, which no PC that runs these tests need have."""

    def find(self, model: ModelFile, context_tokens: int, engine: EngineSettings) -> Predicted:
        gpu = PlannedDevice("CUDA0", "gpu", 1_000, 10**12, [*range(LAYERS + 1)])
        return Predicted(context_tokens, 1000, 10**8, 10**6, 1_000, 1_000, [gpu], 1, 1)


@pytest.fixture
def fitter(tmp_path: Path) -> Iterator[Fitter]:
    """Of a PC whose processor was measured."""
    store = SpeedStore(tmp_path / "speeds.sqlite3", "this one")
    store.keep_rates(MachineRates(1, BANDWIDTH, dict.fromkeys(range(40), KERNELS), 1000.0))
    plans = WithGpu(PlanStore(tmp_path / "plans.sqlite3"), lambda: "one build")
    with Fitter(roomy(tmp_path / "state", plans=plans), store, 1) as made:
        yield made


def test_what_this_pc_reaches_is_known_where_nothing_is_left_to_its_processor(
    fitter: Fitter, tmp_path: Path
) -> None:
    path = write_header_only(tmp_path / "model.gguf", "llama", Size(layers=LAYERS))
    assert fitter.fit(path).rates is None
    found = what_if(candidate_of(path), fitter)
    assert found.own.basis is CarriedBasis.KERNELS
    assert found.own.share == pytest.approx(KERNELS / BANDWIDTH)
    assert not found.has_draft


def test_a_draft_counts_for_memory_alone(fitter: Fitter, tmp_path: Path) -> None:
    path = write_header_only(tmp_path / "model.gguf", "llama", Size(layers=LAYERS))
    smaller = write_header_only(tmp_path / "draft.gguf", "llama", Size(layers=1))
    alone = candidate_of(path)
    drafted = what_if(replace(alone, draft=Draft(str(smaller))), fitter)
    assert drafted.has_draft
    assert drafted.needs.total_bytes > what_if(alone, fitter).needs.total_bytes
