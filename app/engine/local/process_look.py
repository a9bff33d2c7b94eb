"""What the operating system tells of a process that this program has started.

Only what the standard library can read: psutil belongs to the monitor.
"""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ProcessLook:
    """A look at a process.

    Attributes:
        processor_s: Processor time that it has used, all threads.
        has_read: Grows with every byte and every page that it reads.
        is_stopped: Somebody has stopped it: it can do nothing.
    """

    processor_s: float
    has_read: int
    is_stopped: bool


def look_at(pid: int) -> ProcessLook | None:
    """Look at a process; None where it is gone, or where the system does not tell. Any thread."""
    if not sys.platform.startswith("linux"):
        return None
    process = Path("/proc", str(pid))
    try:
        text = (process / "stat").read_text(encoding="ascii", errors="replace")
        # The second field is the program's name in brackets, whatever it holds.
        fields = text.rpartition(")")[2].split()
        ticks = int(fields[11]) + int(fields[12])
        major_faults, state = int(fields[9]), fields[0]
    except (OSError, ValueError, IndexError):
        return None
    with contextlib.suppress(OSError, ValueError, IndexError):
        characters = (process / "io").read_text(encoding="ascii").split()[1]
        major_faults += int(characters)
    return ProcessLook(ticks / os.sysconf("SC_CLK_TCK"), major_faults, state in "Tt")
