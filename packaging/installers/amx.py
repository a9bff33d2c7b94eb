"""No library for AMX is shipped that dies of its first product: proven by disassembly.

GCC before 12.4 and 13.3 spoils the configuration of tiles. Where the compiler is such a one, the
library for processors with AMX is left out, and llama.cpp takes the next lower one there.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from common import PackagingError, run, say

from tools.amx_probe import keeps_the_configuration

_TILE_INSTRUCTION = re.compile(r"\t(ldtilecfg|sttilecfg|tile[a-z0-9]+|td[a-z0-9]*p[a-z0-9]+)\b")


def tile_instructions(library: Path) -> set[str]:
    """The instructions of AMX that a library holds."""
    told = run(["objdump", "--disassemble", "--no-show-raw-insn", library])
    return set(_TILE_INSTRUCTION.findall(told))


def leave_out(folder: Path) -> None:
    """Remove the libraries that use AMX, unless this compiler can be trusted with it."""
    if keeps_the_configuration(shutil.which("c++")):
        return
    for library in sorted(folder.glob("libggml-cpu*.so*")):
        if found := tile_instructions(library):
            say(f"  left out, with {', '.join(sorted(found))}: {library.name}")
            library.unlink()


def check(folder: Path) -> None:
    """Stop if a library uses AMX that this compiler cannot be trusted with.

    Raises:
        PackagingError: One does.
    """
    if keeps_the_configuration(shutil.which("c++")):
        return
    if using := [path.name for path in folder.rglob("libggml-cpu*.so*") if tile_instructions(path)]:
        raise PackagingError(
            f"{', '.join(sorted(using))} would die on a processor with AMX: this compiler drops "
            "part of a tile configuration."
        )
