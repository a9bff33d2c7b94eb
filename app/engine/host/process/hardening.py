"""What the engine process gives up and sets before it touches a file that may be hostile."""

from __future__ import annotations

import contextlib
import ctypes
import math
import os
import signal
import sys
from collections.abc import Generator
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_NICENESS = 5
_OOM_SCORE = b"500"
_RENDER_ALLOWANCE_BYTES = 512 << 20


def settle_in(parent_pid: int | None) -> None:
    """Tie this process to its parent and make it yield to the window.

    On Linux: die when the thread that started us ends, gain no privileges, be the first to go
    when memory runs out. Everywhere else end of file on the channel does the first alone.
    """
    with contextlib.suppress(OSError, AttributeError):
        os.nice(_NICENESS)
    # The terminal sends Ctrl+C to the whole group; the parent decides what it means for us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if parent_pid is not None and os.getppid() != parent_pid:
        os._exit(0)  # the parent died before the request above could hold
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_bytes(_OOM_SCORE)


def limit_private_memory(limit_bytes: int | None) -> None:
    """Bound private memory, so that a context too large is an error and not an outage.

    Mapped weights do not count. Linux only; elsewhere it does nothing.
    """
    if not sys.platform.startswith("linux"):
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = resource.RLIM_INFINITY if limit_bytes is None else limit_bytes
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))


def private_memory_limit() -> float:
    """What :func:`limit_private_memory` was told, as long as it holds; else no bound at all."""
    if not sys.platform.startswith("linux"):
        return math.inf
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_DATA)
    return math.inf if soft == resource.RLIM_INFINITY else soft


@contextlib.contextmanager
def template_allowance() -> Generator[None]:
    """Let the code inside allocate half a gigabyte more than now, then MemoryError (Linux)."""
    if not sys.platform.startswith("linux"):
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    bound = _data_bytes() + _RENDER_ALLOWANCE_BYTES
    if soft != resource.RLIM_INFINITY:
        bound = min(bound, soft)
    resource.setrlimit(resource.RLIMIT_DATA, (bound, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _data_bytes() -> int:
    fields = Path("/proc/self/statm").read_text(encoding="ascii").split()
    return int(fields[5]) * os.sysconf("SC_PAGE_SIZE")
