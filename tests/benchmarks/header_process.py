"""Reads the header of a model file once, and tells what that took.

``python -m tests.benchmarks.header_process FILE`` prints one JSON line: seconds, and the bytes by
which this process's peak of memory grew (null where the system does not tell).
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from app.core.models.model_file import ModelFile
from app.library.model_files import read_shards

_PEAK = "VmHWM:"


def main() -> int:
    """Read it."""
    path = Path(sys.argv[1])
    _forget_peak()
    before = _peak_bytes()
    begin_s = time.perf_counter()
    model = ModelFile.from_headers(read_shards(path))
    seconds = time.perf_counter() - begin_s
    after = _peak_bytes()
    grown = None if before is None or after is None else after - before
    print(json.dumps({"seconds": seconds, "bytes": grown, "layers": model.block_count}))
    return 0


def _forget_peak() -> None:
    """The peak begins anew at what is in use now; only Linux does it."""
    if sys.platform.startswith("linux"):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak_bytes() -> int | None:
    if not sys.platform.startswith("linux"):
        return None
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    [kib] = [line.split()[1] for line in lines if line.startswith(_PEAK)]
    return int(kib) * 1024


if __name__ == "__main__":
    sys.exit(main())
