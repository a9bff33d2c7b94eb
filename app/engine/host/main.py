"""Entry of the engine process: `python -m app --engine-host`."""

from __future__ import annotations

import faulthandler
import os
import sys

# The channel must be saved before anything can print: stray output lands in the log.
_CHANNEL_FD = os.dup(1)
os.dup2(2, 1)


def main(argv: list[str]) -> int:
    """Serve one window process until it closes the channel.

    Args:
        argv: Optionally ``--parent PID``, the process that must still be our parent.
    """
    os.environ["GGML_NO_BACKTRACE"] = "1"
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    faulthandler.enable(sys.stderr)
    # Imported after the channel is safe and only in this process.
    from app.engine.host.hardening import settle_in

    parent = int(argv[1]) if len(argv) == 2 and argv[0] == "--parent" else None
    settle_in(parent)
    from app.engine.host.worker import Worker

    Worker(0, _CHANNEL_FD).serve()
    return 0
