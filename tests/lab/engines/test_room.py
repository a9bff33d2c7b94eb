"""What engines are expected to need on this PC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.candidates.settings import USUAL_ENGINE, EngineSettings, KvType
from app.core.memory.estimate import estimated_needs
from app.engine.protocol.loading import Predicted
from app.lab.engines.opened import opened_file
from app.lab.engines.plans import Plans, needs_of
from app.lab.engines.room import EngineRoom
from app.library.model_files import open_model_file
from app.store.small.remembered import PlanStore
from tests.helpers.rooms import roomy

if TYPE_CHECKING:
    from pathlib import Path


def test_what_llama_cpp_planned_goes_before_the_formula(demo_model: Path, tmp_path: Path) -> None:
    opened = opened_file(open_model_file(demo_model))
    coarse = opened_file(opened.model, EngineSettings(kv_type=KvType.Q8_0))
    plans = Plans(PlanStore(tmp_path / "plans.sqlite3"), lambda: "this engine")
    plan = Predicted(512, 700_000_000, 1000, 100, 10, 1, [], 1, 5)
    plans.keep(opened.model, 512, USUAL_ENGINE, plan)
    room = EngineRoom(tmp_path, lambda: 0, plans)
    assert room.needed_bytes(opened, 512) == needs_of(opened.model, plan).total_bytes
    # Another context, or another format, is another load.
    for other, context in ((opened, 256), (coarse, 512)):
        formula = estimated_needs(opened.model, context, other.engine).total_bytes
        assert room.needed_bytes(other, context) == formula


def test_all_together_are_held_against_what_is_left_for_engines(
    demo_model: Path, tmp_path: Path
) -> None:
    opened = opened_file(open_model_file(demo_model))
    need_bytes = roomy(tmp_path).needed_bytes(opened, 512)
    room = roomy(tmp_path, 1_500_000_000 + 2 * need_bytes)
    assert room.holds([opened, opened], 512)
    assert not room.holds([opened] * 3, 512)
