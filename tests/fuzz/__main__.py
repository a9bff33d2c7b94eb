"""``python -m tests.fuzz headers|engines [COUNT] [--seed N]``: looks for faults, and names them."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from app.resources import resource_path
from app.ui.application import make_application
from app.ui.kit.theme import Theme
from tests.fuzz.engines import EngineFuzz, smallest_demo
from tests.fuzz.headers import HeaderFuzz
from tests.fuzz.page import LibraryOnScreen
from tests.fuzz.sources import drafts

if TYPE_CHECKING:
    from tests.fuzz.headers import Findings


def _headers(folder: Path, count: int, seed: int, *, plans: bool) -> Findings:
    theme = Theme(make_application(["fuzz"]))
    page = LibraryOnScreen()
    demo = resource_path("demo", "shrinkscope-demo-F16.gguf")
    try:
        return HeaderFuzz(folder, drafts(demo), seed, page.show, plans=plans).run(count)
    finally:
        page.close()
        del theme


def _engines(folder: Path, count: int, seed: int) -> Findings:
    return EngineFuzz(folder, smallest_demo(folder), seed).run(count)


def main() -> int:
    """Run; the exit status is 1 where a fault was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("way", choices=("headers", "engines"))
    parser.add_argument("count", type=int, nargs="?", default=None, help="3,000 and 300 by default")
    parser.add_argument(
        "--seed", type=int, default=None, help="of the mutants; a new one each time"
    )
    parser.add_argument("--no-plans", action="store_true", help="ask no engine what a file needs")
    given = parser.parse_args()
    seed = secrets.randbits(32) if given.seed is None else given.seed
    count = given.count or (3000 if given.way == "headers" else 300)
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="shrinkscope-fuzz-") as name:
        folder = Path(name)
        if given.way == "headers":
            found = _headers(folder, count, seed, plans=not given.no_plans)
        else:
            found = _engines(folder, count, seed)
    for label, fault in found.faults:
        sys.stdout.write(f"--- {label}\n{fault}\n")
    outcomes = ", ".join(f"{n} {what}" for what, n in sorted(found.outcomes.items()))
    sys.stdout.write(
        f"seed {seed}: {count} mutants in {time.monotonic() - begin:.0f} s, {outcomes};"
        f" slowest {found.slowest:.2f} s; {len(found.faults)} faults\n"
    )
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
