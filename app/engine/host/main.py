"""Entry of the engine process: `python -m app --engine-host`."""

from __future__ import annotations

import faulthandler
import os
import sys

# The channel must be saved before anything can print: stray output lands in the log.
_CHANNEL_FD = os.dup(1)
os.dup2(2, 1)


def main() -> int:
    """Serve one window process until it closes the channel.

    The command line may name the process that must still be our parent (``--parent PID``), the
    variants for this processor to do without (``--without-variants A,B``), and say that the number
    of threads must not follow the PC's load (``--steady``).
    """
    os.environ["GGML_NO_BACKTRACE"] = "1"
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    faulthandler.enable(sys.stderr)
    # Imported after the channel is safe and only in this process.
    from app.engine.host.hardening import settle_in
    from app.engine.local.starting import STEADY
    from app.engine.variants import SWITCH

    words = sys.argv[1:]
    parent = int(words[words.index("--parent") + 1]) if "--parent" in words else None
    settle_in(parent)
    from app.engine.host.worker import Worker

    left_out = words[words.index(SWITCH) + 1].split(",") if SWITCH in words else []
    Worker(0, _CHANNEL_FD).serve(left_out, is_steady=STEADY in words)
    return 0
