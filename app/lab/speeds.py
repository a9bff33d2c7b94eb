"""Where this PC's measured speeds are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.monitor.machine import machine_facts
from app.store.speeds import SpeedStore

if TYPE_CHECKING:
    from app.store.paths import Paths

# The engine's package, by its version alone: the module itself is for engine processes.
ENGINE_PACKAGE = "llama-cpp-python"


def speed_store(paths: Paths) -> SpeedStore:
    """The speeds of this PC with this engine; another processor or engine begins anew."""
    from importlib import metadata  # it takes long to import, and the window starts with this

    facts = machine_facts()
    try:
        engine = metadata.version(ENGINE_PACKAGE)
    except metadata.PackageNotFoundError:
        engine = "unknown"
    machine = f"{facts.cpu} | {facts.physical_cores} cores | {ENGINE_PACKAGE} {engine}"
    return SpeedStore(paths.state / "speeds.sqlite3", machine)
