"""What pip's output says: how far it is, and why it stopped.

Standard library only.
"""

from __future__ import annotations

import re
import sys
import time
from dataclasses import dataclass

from app.engine.installed import PACKAGE, BuildPhase

QUIET_SECONDS = 20
"""Without a terminal a line is printed at most this often, unless the step changes."""

_NINJA_STEP = re.compile(r"\[\s*(\d+)/(\d+)\] ")
_FETCHING = re.compile(r"^\s*Collecting ([A-Za-z0-9._-]+)")
_BUILDING = re.compile(r"Building wheel for ([A-Za-z0-9._-]+)|Configuring CMake")

# Where pip fails, the first of these that its output matches tells why.
_REASONS = (
    (
        r"No space left on device",
        "The disk is full: about 1 GB is needed in the project's folder and in the temporary one.",
    ),
    (
        r"Killed signal terminated program|cannot allocate memory|out of memory",
        "The compiler ran out of memory; one step at a time needs less:\n"
        "    CMAKE_BUILD_PARALLEL_LEVEL=1 {command}",
    ),
    (
        r"CMake Error|ninja: build stopped|CMake configuration failed|CMake build failed",
        "llama.cpp did not compile here; the compiler's own words are in {log}",
    ),
    (
        r"name resolution|NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout"
        r"|ProxyError|Network is unreachable|Connection refused|Could not fetch URL"
        r"|from versions: none",
        "The packages cannot be fetched: there is no network, or the package index does not "
        "answer. Once it does, this goes on:\n    {command}",
    ),
    (
        r"No matching distribution found for (?P<what>\S+)",
        "The package index has no {what} for this Python and this machine.",
    ),
)


_WORDS = {
    BuildPhase.WAITING: "Waiting for another set-up to end",
    BuildPhase.LOOKING: "Looking at what is needed",
    BuildPhase.FETCHING: "Fetching packages",
    BuildPhase.COMPILING: "Compiling the engine",
    BuildPhase.INSTALLING: "Installing",
}


@dataclass(frozen=True, slots=True)
class Step:
    """How far it is.

    Attributes:
        phase: What is being done.
        done: Parts of it that are done.
        total: All its parts; 0 where it is not counted.
        what: What it is done to.
    """

    phase: BuildPhase
    done: int = 0
    total: int = 0
    what: str = ""


def step_of(line: str) -> Step | None:
    """What a line of pip's says of how far it is; None for most of them."""
    if match := _NINJA_STEP.search(line):
        return Step(BuildPhase.COMPILING, int(match[1]), int(match[2]))
    if match := _FETCHING.match(line):
        return Step(BuildPhase.FETCHING, what=match[1])
    if (match := _BUILDING.search(line)) and (match[1] or PACKAGE).replace("_", "-") == PACKAGE:
        return Step(BuildPhase.COMPILING)
    if line.startswith("Installing collected packages"):
        return Step(BuildPhase.INSTALLING)
    return None


def why_it_failed(text: str, *, log: str, command: str) -> str:
    """Return the sentence for a failure.

    Args:
        text: All that pip said.
        log: Where the person finds it.
        command: What goes on once the reason is gone.
    """
    for pattern, sentence in _REASONS:
        if match := re.search(pattern, text, re.IGNORECASE):
            return sentence.format(command=command, log=log, **match.groupdict())
    errors = [line.strip() for line in text.splitlines() if line.strip().startswith("ERROR:")]
    last = errors[-1].removeprefix("ERROR:").strip() if errors else "it gave no reason"
    return f"pip could not install the packages: {last} (all it said is in {log})"


class Progress:
    """Shows steps as one line that moves, or as few lines without a terminal."""

    def __init__(self) -> None:
        self._terminal = sys.stdout.isatty()
        self._began = time.monotonic()
        self._step = Step(BuildPhase.LOOKING)
        self._printed: BuildPhase | None = None
        self._printed_at = float("-inf")

    def take(self, step: Step | None) -> None:
        """A step has begun or gone on; None when only time has passed."""
        if step is not None:
            self._step = step
        self._show()

    def finish(self) -> None:
        """Leave the terminal's line clean."""
        if self._terminal:
            print("\r\033[K", end="", flush=True)

    def _show(self) -> None:
        now = time.monotonic()
        if self._terminal:
            if now - self._printed_at >= 0.1:
                print(f"\r\033[K{self._words(now)}", end="", flush=True)
                self._printed_at = now
        elif self._step.phase != self._printed or now - self._printed_at >= QUIET_SECONDS:
            print(self._words(now), flush=True)
            self._printed, self._printed_at = self._step.phase, now

    def _words(self, now: float) -> str:
        step = self._step
        count = f" [{step.done}/{step.total}]" if step.total else ""
        what = f" ({step.what})" if step.what else ""
        return f"{_WORDS[step.phase]}{count}{what}  {minutes(now - self._began)}"


def minutes(seconds: float) -> str:
    """Format a duration as minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d} min"
