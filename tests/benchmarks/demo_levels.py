"""The demo model's levels, made before anything is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.models.levels import level_by_name
from app.engine.local.client import LocalEngines
from app.engine.protocol.making import Quantize, Quantized
from app.lab.demo.demo import DemoFiles, demo_base
from app.lab.engines.calls import EngineCalls
from app.store.paths import Paths

if TYPE_CHECKING:
    from tests.benchmarks.figures import Run


def ensure_demo_levels(run: Run) -> None:
    """Make the levels that are missing in the measured program's cache."""
    paths = Paths.below(run.home)
    missing = DemoFiles.below(paths.demo).missing()
    if not missing:
        return
    missing[0].parent.mkdir(parents=True, exist_ok=True)
    with EngineCalls("demo-levels", LocalEngines(paths.state)) as engine:
        for target in missing:
            ftype = level_by_name(target.stem.rpartition("-")[2]).ftype
            source = str(demo_base())
            quantize = Quantize(engine.next_id(), source, str(target), ftype, threads=2)
            engine.call(quantize, Quantized)
