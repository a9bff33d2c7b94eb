"""``python -m tests.benchmarks [ITEM…] [--quick] [--pairs N] [--minutes N] [--write]``."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import tempfile
import time
import traceback
from pathlib import Path

from app.monitor.machine import physical_core_count
from tests.benchmarks import (
    adapters,
    asking,
    bench,
    billion_ladder,
    busy,
    comparable,
    compare,
    demo_ladder,
    devices,
    disk,
    downloads,
    drafts,
    engine_memory,
    experts,
    fast_server,
    fit_errors,
    headers,
    heavy_answers,
    history,
    hub_window,
    idle,
    measuring,
    mixtures,
    packaged,
    pictures,
    remote,
    scale,
    scoring,
    self_check,
    serving,
    shrinking,
    soak,
    stalls,
    start,
    stop,
    theme,
    truncated,
    window,
    window_memory,
)
from tests.benchmarks.display import Display
from tests.benchmarks.document import Conditions, write_document
from tests.benchmarks.figures import FULL_PAIRS, QUICK_PAIRS, Figure, Run, fact, table, tell
from tests.benchmarks.llama_tools import ToolError

ITEMS = {
    "memory": engine_memory,
    "start": start,
    "stop": stop,
    "self-check": self_check,
    "idle": idle,
    "theme": theme,
    "scale": scale,
    "history": history,
    "measuring": measuring,
    "stalls": stalls,
    "window-memory": window_memory,
    "bench": bench,
    "busy": busy,
    "packaged": packaged,
    "adapters": adapters,
    "drafts": drafts,
    "experts": experts,
    "devices": devices,
    "disk": disk,
    "pictures": pictures,
    "compare": compare,
    "window": window,
    "headers": headers,
    "download": downloads,
    "hub-window": hub_window,
    "heavy-answers": heavy_answers,
    "fit": fit_errors,
    "comparable": comparable,
    "scoring": scoring,
    "truncated": truncated,
    "shrinking": shrinking,
    "mixtures": mixtures,
    "ladder": demo_ladder,
    "serve": serving,
    "asking": asking,
    "remote": remote,
    "fast-server": fast_server,
}
"""In the order in which they run: short ones first, so that a mistake shows early."""
ON_REQUEST = {"soak": soak, "billion-ladder": billion_ladder}
"""Those that take long and state nothing in the document: only by their names."""


def main() -> int:
    """Measure what the words ask for; returns 1 where a promise is not kept."""
    arguments = _arguments()
    conditions = Conditions.now(shlex.join(["python", "-m", "tests.benchmarks", *sys.argv[1:]]))
    tell(conditions.words())
    figures: list[Figure] = []
    begin_s = time.monotonic()
    with (
        Display() as display,
        tempfile.TemporaryDirectory(prefix="shrinkscope-bench-") as home,
    ):
        pairs = arguments.pairs or (QUICK_PAIRS if arguments.quick else FULL_PAIRS)
        run = Run(arguments.quick, pairs, arguments.threads, Path(home), display, arguments.minutes)
        every = ITEMS | ON_REQUEST
        for name in [item for item in every if item in (arguments.items or ITEMS)]:
            tell(f"{name} …")
            figures += _measured(name, run)
        screen = display.words
    figures.sort(key=lambda figure: figure.item)
    print(table(figures))
    tell(f"{time.monotonic() - begin_s:.0f} s")
    if arguments.write:
        how = [(item.LETTER, item.HOW) for item in ITEMS.values()]
        path = write_document(conditions, screen, figures, how)
        tell(f"Written: {path}")
    return 1 if any(figure.met is False for figure in figures) else 0


def _measured(name: str, run: Run) -> list[Figure]:
    """One item's figures; what fails is said and the others still run."""
    item = (ITEMS | ON_REQUEST)[name]
    try:
        return item.measure(run)
    except ToolError as error:
        tell(f"  left out: {error}")
        return [fact(item.LETTER, name, f"left out: {error}")]
    except Exception as error:  # noqa: BLE001 - the edge of one measurement
        traceback.print_exc()
        return [Figure(item.LETTER, name, "", f"failed: {type(error).__name__}", met=False)]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("items", nargs="*", metavar="ITEM", help=", ".join(ITEMS | ON_REQUEST))
    parser.add_argument("--quick", action="store_true", help="few repetitions, to try it")
    parser.add_argument("--minutes", type=float, metavar="N", help="of the soak")
    parser.add_argument("--pairs", type=int, metavar="N", help="alternating pairs of speeds")
    parser.add_argument(
        "--threads",
        type=int,
        default=physical_core_count(),
        metavar="N",
        help="threads of the engines whose speed is compared (default: the physical cores)",
    )
    parser.add_argument("--write", action="store_true", help="write docs/PERFORMANCE.md")
    arguments = parser.parse_args()
    unknown = [item for item in arguments.items if item not in ITEMS | ON_REQUEST]
    if unknown:
        parser.error(
            f"no such item: {', '.join(unknown)}; there are {', '.join(ITEMS | ON_REQUEST)}"
        )
    if arguments.write and arguments.items:
        parser.error("--write takes all items, so that the document is whole")
    return arguments


if __name__ == "__main__":
    # A bench that is run by hand from a folder of its own still finds the program.
    os.environ.setdefault("PYTHONPATH", str(Path(__file__).parent.parent.parent))
    sys.exit(main())
