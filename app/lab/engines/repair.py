"""How this PC's engine gets rid of what fails in it."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from app.core.engines.instruction_sets import next_to_leave_out
from app.engine.installed import PACKAGE, builder, builder_command, built_engine, installed_version
from app.engine.variants import left_out

# llama.cpp's own choice for every processor of the last ten years, and all of it switched off.
_USUAL = "-DGGML_NATIVE=OFF"
_PLAIN = " ".join(
    [_USUAL, *(f"-DGGML_{name}=OFF" for name in ("AVX", "AVX2", "BMI2", "FMA", "F16C"))]
)
_RARE = ("AMX", "AVX512")


class RepairWay(Enum):
    """Who does it."""

    REBUILD = "rebuild"  # this checkout builds its engine anew, without a family of instructions
    VARIANT = "variant"  # engines go on with another of the package's CPU variants
    COMMAND = "command"  # the person, with one line
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Repair:
    """What is to be done.

    Attributes:
        family: The instruction sets to do without, as :func:`next_to_leave_out` names them.
        command: What does it from a shell; empty where there is no such line.
    """

    way: RepairWay
    family: str = ""
    command: str = ""


def repair_of(
    folder: Path, variant: str, instruction_sets: Collection[str], faulty: Collection[int] = ()
) -> Repair:
    """What mends the engine that runs here.

    Args:
        folder: The engines' working folder.
        variant: The CPU variant in use; empty where there is but one.
        instruction_sets: What it uses of the processor.
        faulty: Tensor types that fail, where they are known.
    """
    if variant:
        exhausted = variant in left_out(folder)
        return Repair(RepairWay.NONE if exhausted else RepairWay.VARIANT)
    built = built_engine()
    family = next_to_leave_out(instruction_sets, built.left_out if built else (), faulty)
    if family is None or getattr(sys, "frozen", False):
        return Repair(RepairWay.NONE)
    if builder() is not None:
        return Repair(RepairWay.REBUILD, family, f"{builder_command()} --without {family}")
    return Repair(RepairWay.COMMAND, family, _install_line(instruction_sets))


def _install_line(instruction_sets: Collection[str], *, windows: bool = os.name == "nt") -> str:
    rare = any(name.startswith(_RARE) for name in instruction_sets)
    switches = _USUAL if rare else _PLAIN
    install = (
        f"pip install --force-reinstall --no-deps --no-cache-dir --no-binary {PACKAGE} "
        f"{PACKAGE}=={installed_version()}"
    )
    if windows:
        return f'$env:CMAKE_ARGS="{switches}"; {install}'
    return f'CMAKE_ARGS="{switches}" {install}'
