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

    What its command line may say: :mod:`app.engine.protocol.command_line`.
    """
    os.environ["GGML_NO_BACKTRACE"] = "1"
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    faulthandler.enable(sys.stderr)
    # Imported after the channel is safe and only in this process.
    from app.engine.host.process.hardening import settle_in
    from app.engine.protocol.command_line import PARENT, STEADY, WITHOUT_VARIANTS

    words = sys.argv[1:]
    parent = int(words[words.index(PARENT) + 1]) if PARENT in words else None
    settle_in(parent)
    from app.engine.host.worker import Worker

    left_out = (
        words[words.index(WITHOUT_VARIANTS) + 1].split(",") if WITHOUT_VARIANTS in words else []
    )
    Worker(0, _CHANNEL_FD).serve(left_out, is_steady=STEADY in words)
    return 0
