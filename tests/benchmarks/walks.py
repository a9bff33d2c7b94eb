"""``python -m tests.benchmarks.walks [all]``: how many functions two values pass on their way.

From a kept ladder to the verdict's sentence, and from a file's header to its fit judgement, with
what is measured of the PC known already. Counted are functions of the program that are entered on
the way, each once; a word behind the command names them too.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.memory.speed import MachineRates
from app.lab.demo.demo import demo_base
from app.lab.engines.room import EngineRoom
from app.lab.predict.fit import Fitter
from app.lab.verdict.view import view_of
from app.store.small.speeds import SpeedStore
from tests.lab.reports.golden_ladders import demo

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

APP = str(Path(__file__).parents[2] / "app")


def entered(walk: Callable[[], object]) -> list[str]:
    """The functions that a walk enters on this thread, in the order of their first entries."""
    found: dict[str, None] = {}

    def note(frame: FrameType, event: str, _argument: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(APP) and "<" not in code.co_name:
            found[f"{code.co_filename[len(APP) + 1 :]}:{code.co_qualname}"] = None

    sys.setprofile(note)
    try:
        walk()
    finally:
        sys.setprofile(None)
    return list(found)


def main() -> None:
    """Tell both figures."""
    case, source = demo(), demo_base()
    walks = {"verdict": entered(lambda: view_of(case.result, case.about, case.limits).rows)}
    with tempfile.TemporaryDirectory() as folder:
        speeds = SpeedStore(Path(folder) / "speeds.sqlite3", "this one")
        speeds.keep_rates(MachineRates(1, 40e9, dict.fromkeys(range(40), 20e9), 300.0))
        with Fitter(EngineRoom(Path(folder)), speeds, 1) as fitter:
            fitter.fit(source)
            walks["fit"] = entered(lambda: fitter.fit(source).judgement)
    for name, functions in walks.items():
        print(f"{name}: {len(functions)}")
        print(*(functions if len(sys.argv) > 1 else ()), sep="\n")


if __name__ == "__main__":
    main()
