"""What this checkout leaves out of every engine, on this processor, for this version.

Standard library only.
"""

from __future__ import annotations

import hashlib
from typing import cast

from app.engine.installed import (
    ROOT,
    instructions_here,
    pinned_version,
    read_values,
    write_values,
)
from tools.amx_probe import amx_works
from tools.engine_recipe import INSTRUCTION_SETS
from tools.machine import cxx_compiler

WORK = ROOT / "build" / "engine"
KEPT = WORK / "left-out.json"


def wanted_left_out() -> frozenset[str]:
    """What engines are built without here: what a repair found, and AMX unless it is proven."""
    names = remembered()
    return names if amx_works(cxx_compiler()) else names | {"amx"}


def remembered() -> frozenset[str]:
    """What a repair found to be at fault."""
    found = read_values(KEPT)
    if found.get("version") != pinned_version() or found.get("processor") != _processor():
        return frozenset()
    names = cast("list[object]", found.get("left_out") or [])
    return frozenset(name for name in map(str, names) if name in INSTRUCTION_SETS)


def remember(names: frozenset[str]) -> None:
    """Leave these out too from now on."""
    left_out = sorted(remembered() | names)
    values = {"version": pinned_version(), "processor": _processor(), "left_out": left_out}
    write_values(KEPT, values)


def _processor() -> str:
    return digest(*instructions_here())


def digest(*parts: str) -> str:
    """A short name for what some parts say."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
