"""Where this PC's measured speeds are kept."""

from __future__ import annotations

from app.lab.engines.identity import engine_identity
from app.monitor.machine import machine_facts
from app.store.paths import Paths
from app.store.small.speeds import SpeedStore


def speed_store(paths: Paths) -> SpeedStore:
    """The speeds of this PC with this engine; another processor or engine begins anew."""
    facts = machine_facts()

    def machine() -> str:
        engine = engine_identity(paths.state) or "none"
        return f"{facts.cpu} | {facts.physical_cores} cores | engine {engine}"

    return SpeedStore(paths.state / "speeds.sqlite3", machine)
