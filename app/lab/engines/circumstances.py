"""With what a measurement was taken, for whoever holds it against another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.base.build import PROGRAM
from app.core.history.entry import Circumstances
from app.monitor.machine import machine_facts

if TYPE_CHECKING:
    from app.monitor.machine import MachineFacts


def circumstances_now(engine: str) -> Circumstances:
    """Those of what is measured now; takes some milliseconds. Any thread."""
    return circumstances_of(PROGRAM, engine, machine_facts())


def circumstances_of(
    program: str | None, engine: str, machine: MachineFacts | None
) -> Circumstances:
    """Those of what was measured; empty where nobody noted it."""
    if machine is None:
        return Circumstances(program=program or "", engine=engine)
    return Circumstances(
        program=program or "",
        engine=engine,
        cpu=machine.cpu,
        os=machine.os,
        power=machine.power or "",
        gpus=tuple(gpu.name for gpu in machine.gpus),
        memory_bytes=machine.memory_total_bytes,
    )
