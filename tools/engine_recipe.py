"""What the engine is built with, in one place: its options, and what can be left out of it.

Standard library only. Set-up, the window's own build and the packages read it.
"""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

CMAKE_FILE = Path(__file__).with_name("engine.cmake")

NATIVE = "native"
INSTRUCTION_SETS: dict[str, tuple[str, ...]] = {
    "amx": ("amx-tile", "amx-int8", "amx-bf16"),
    "avx512": ("avx512f",),
    "avx_vnni": ("avxvnni",),
    "avx2": ("avx2",),
    "fma": ("fma",),
    "f16c": ("f16c",),
    "avx": ("avx",),
    "bmi2": ("bmi2",),
    NATIVE: (),
}
"""What can be left out, with the compiler's switches for it; those switch off what rests on them.

``native`` leaves out whatever this processor has beyond what llama.cpp takes for granted.
"""


def cmake_options(left_out: Iterable[str], compiler: str | None) -> list[str]:
    """The options for CMake.

    Args:
        left_out: Names of :data:`INSTRUCTION_SETS`.
        compiler: The words that start the C++ compiler; of a switch that it does not know it
            needs no telling.
    """
    names = sorted(set(left_out))
    options = [f"-DCMAKE_PROJECT_llama_cpp_INCLUDE={CMAKE_FILE}"]
    if NATIVE in names:
        options.append("-DGGML_NATIVE=OFF")
    switches = [switch for name in names for switch in INSTRUCTION_SETS[name]]
    if known := [switch for switch in switches if compiler and _knows(compiler, switch)]:
        options.append(f"-DSHRINKSCOPE_LEFT_OUT={';'.join(known)}")
    return options


def _knows(compiler: str, switch: str) -> bool:
    """Whether a compiler for this processor understands ``-mno-…``."""
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.cpp"
        empty.touch()
        command = [*shlex.split(compiler), f"-mno-{switch}", "-Werror", "-fsyntax-only", str(empty)]
        try:
            return subprocess.run(command, capture_output=True, check=False).returncode == 0
        except OSError:
            return False
