"""How an engine process is started: its command line, and what it gets of the environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from app.engine.protocol.command_line import PARENT, STEADY

# An engine reads files of strangers: it gets what steers the system, Python and compute backends,
# and nothing of other programs, whose variables hold tokens, sockets and addresses.
_PASSED = frozenset(
    {
        *("HOME", "LOGNAME", "USER", "SHELL", "PATH", "PWD", "LANG", "LANGUAGE", "TZ", "TERM"),
        *("TMPDIR", "TMP", "TEMP", "XDG_CACHE_HOME", "XDG_DATA_DIRS", "XDG_CONFIG_DIRS"),
        *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE", "USERNAME"),
        *("APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES", "NUMBER_OF_PROCESSORS"),
        *("PROCESSOR_ARCHITECTURE", "PROCESSOR_IDENTIFIER", "VIRTUAL_ENV", "CONDA_PREFIX"),
    }
)
_PASSED_BEGINNINGS = (
    *("LC_", "LD_", "DYLD_", "PYTHON", "_PYI", "MALLOC_", "GLIBC_"),
    *("GGML_", "LLAMA_", "OMP_", "GOMP_", "KMP_", "OPENBLAS_", "MKL_", "BLIS_"),
    *("CUDA_", "NVIDIA_", "HIP_", "HSA_", "ROCR_", "ROCM_", "AMD_", "GPU_", "ZE_", "ONEAPI_"),
    *("SYCL_", "VK_", "MESA_", "RADV_", "DRI_", "OCL_", "MTL_", "METAL_"),
)


def program_command() -> list[str]:
    """The words that start this very program.

    By the path of the package, not by a search path: a file that lies beside the program, or in
    the person's current folder, never takes the place of a module of Python's.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, "-P", str(Path(__file__).parents[2] / "__main__.py")]


def engine_command(*, is_steady: bool = False) -> list[str]:
    """The command line that starts an engine with this very program.

    Args:
        is_steady: It measures what a model says: its threads must not follow the PC's load.
    """
    words = [STEADY] if is_steady else []
    return [*program_command(), "--engine-host", PARENT, str(os.getpid()), *words]


def engine_environment(
    environ: Mapping[str, str] = os.environ, *, is_steady: bool = False
) -> dict[str, str]:
    """What of the environment an engine gets, and what it is told on top.

    Args:
        environ: The program's own.
        is_steady: As for :func:`engine_command`: threads that wait sleep, so that they leave the
            core to the one that is waited for.
    """
    passed = {name: value for name, value in environ.items() if _passes(name)}
    waiting = {"OMP_WAIT_POLICY": "passive"} if is_steady else {}
    return waiting | passed | {"OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}


def _passes(name: str) -> bool:
    name = name.upper()  # Windows' names have no case
    return name in _PASSED or name.startswith(_PASSED_BEGINNINGS)
