"""The engine's check of itself as the command line tells it."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from app.core.engines.self_check import EngineCheck, Finding, TypeFinding
from app.core.words.figures import duration, number
from app.lab.engines.repair import RepairWay, repair_of

if TYPE_CHECKING:
    from app.cli.terminal.console import Console


def check_document(check: EngineCheck) -> dict[str, Any]:
    """What was found, for ``--json``."""
    return {
        "right": check.is_right,
        "checked_at": check.checked_at,
        "elapsed_ns": check.elapsed_ns,
        "types": [{"type": f.name, **msgspec.to_builtins(f)} for f in check.findings],
    }


def tell_check(check: EngineCheck, console: Console, folder: Path) -> None:
    """Say what was found; of an engine that fails also how it is repaired.

    Args:
        check: What was found.
        console: Where to.
        folder: The engines' working folder.
    """
    right = sum(found.finding is Finding.RIGHT for found in check.findings)
    took = duration(check.elapsed_ns)
    if check.is_right:
        console.text(f"self-check: all {right} tensor types are computed rightly ({took})")
        return
    console.text(f"self-check: {right} tensor types are computed rightly, these are not:")
    rows = [(f.name, _what(f), number(f.difference, 2), number(f.bound, 2)) for f in check.faults]
    console.table(("type", "what happens", "difference", "allowed"), rows, left=("what happens",))
    faulty = [fault.type_id for fault in check.faults]
    repair = repair_of(folder, check.variant, check.instruction_sets, faulty)
    if repair.way in (RepairWay.REBUILD, RepairWay.COMMAND):
        console.text(f"This builds an engine without what fails here:\n    {repair.command}")
    else:
        console.text("No other engine is at hand: choose files of other levels.")


def _what(fault: TypeFinding) -> str:
    match fault.finding:
        case Finding.DIED if fault.signal is not None:
            return f"the engine dies of {_signal_name(fault.signal)}"
        case Finding.DIED:
            return "the engine ends"
        case Finding.STUCK:
            return "the engine never ends"
        case _ if fault.difference is None:
            return "wrong: no number comes out"
        case _:
            return "wrong"


def _signal_name(number_: int) -> str:
    try:
        return signal.Signals(number_).name
    except ValueError:
        return f"signal {number_}"
