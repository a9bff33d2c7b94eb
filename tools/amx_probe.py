"""Whether a compiler's code for AMX can be trusted; GCC before 12.4 and 13.3 spoils it.

Standard library only. A compiler is given as the words that start it.
"""

from __future__ import annotations

import platform
import shlex
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

SOURCE = Path(__file__).with_name("amx_probe.cpp")
# As llama.cpp's kernels are compiled.
_SWITCHES = ("-O3", "-DNDEBUG", "-fPIC", "-std=c++17", "-mamx-tile", "-mamx-int8")
_LOOK_ONLY = ("-DLOOK_ONLY", "-ffixed-r10", "-ffixed-r11")
_SECONDS = 120.0  # also on a PC that others keep busy
_X86_64 = frozenset({"x86_64", "amd64"})


def amx_works(compiler: str | None) -> bool:
    """Whether this processor computes a product on AMX rightly, in this compiler's code.

    False where it has no AMX: then nothing is proven, and nothing is lost without it.
    """
    return compiler is not None and _passes(compiler, ())


def keeps_the_configuration(compiler: str | None) -> bool:
    """Whether what is written of a tile configuration is in memory when it is loaded.

    Asked where the processor need not have AMX: of a compiler whose code is for other PCs. False
    where the compiler does not let itself be asked this way; GCC does.
    """
    return compiler is not None and _passes(compiler, _LOOK_ONLY)


def _passes(compiler: str, further: Sequence[str]) -> bool:
    if platform.machine().lower() not in _X86_64:
        return False
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "probe"
        command = [*shlex.split(compiler), *_SWITCHES, *further, str(SOURCE), "-o", str(program)]
        return _succeeds(command) and _succeeds([str(program)])


def _succeeds(command: list[str]) -> bool:
    try:
        ended = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ended.returncode == 0
