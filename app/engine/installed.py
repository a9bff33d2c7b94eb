"""Which engine is installed in this environment, and whether a checkout builds its own.

Standard library only: set-up reads this too, before anything is installed.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import re
import shlex
import subprocess
import sys
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import Any, cast

from app.base.files import write_whole

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "llama-cpp-python"
AMX_WORD = "amx_tile"
# Of the words of /proc/cpuinfo those that a compiler's code may rest on; others come and go with
# the kernel.
_X86_WORDS = re.compile(r"pni|s?sse|avx|amx|fma|f16c|bmi|popcnt|abm|movbe|gfni|xop|tbm")


class BuildPhase(StrEnum):
    """What a build is doing."""

    WAITING = "waiting"  # another set-up of this checkout builds
    LOOKING = "looking"
    FETCHING = "fetching"
    COMPILING = "compiling"
    INSTALLING = "installing"


@dataclass(frozen=True, slots=True)
class BuiltEngine:
    """An engine that was built for this environment, as its stamp says.

    Attributes:
        version: Of llama-cpp-python.
        key: Names this very build.
        left_out: Names of the instruction sets it was built without, sorted.
        instructions: What the processor understood that it was built on.
        cmake_args: What the person gave CMake.
        complete: Whether it is there; not so while it is being installed.
    """

    version: str
    key: str
    left_out: tuple[str, ...]
    instructions: tuple[str, ...]
    cmake_args: str = ""
    complete: bool = True

    def runs_on(self, instructions: tuple[str, ...]) -> bool:
        """Whether a processor understands all that this engine may use."""
        return set(self.instructions) <= set(instructions)


def builder() -> Path | None:
    """The script that builds the engine of a checkout; None in packages and wheels."""
    script = ROOT / "tools" / "build_engine.py"
    if getattr(sys, "frozen", False) or os.name != "posix" or not script.is_file():
        return None
    return script


def builder_command() -> str:
    """What a person types in the current folder to build it."""
    script = ROOT / "tools" / "build_engine.py"
    words = [Path(sys.executable), script]
    with contextlib.suppress(ValueError, OSError):
        words = [word.relative_to(Path.cwd()) for word in words]
    return " ".join(shlex.quote(str(word)) for word in words)


def engine_is_there() -> bool:
    """Whether an engine can be started; only a checkout may be without one."""
    if builder() is None:
        return True
    built = built_engine()
    return installed_version() == pinned_version() and (built is None or built.complete)


def is_doubtful() -> bool:
    """Whether a checkout's engine may hold instructions that fail here; its builder knows more.

    So where it was built on another processor, or at a time when AMX was not looked at.
    """
    here, built = instructions_here(), built_engine()
    return not built.runs_on(here) if built is not None else AMX_WORD in here


def installed_version() -> str | None:
    """The engine's version in this environment; None where there is none."""
    try:
        return metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        return None


def pinned_version() -> str:
    """The engine's version that a checkout wants."""
    text = (ROOT / "constraints.txt").read_text("utf-8")
    match = re.search(rf"^{PACKAGE}==(\S+)$", text, re.MULTILINE)
    if match is None:
        raise ValueError(f"constraints.txt does not pin {PACKAGE}")
    return match[1]


def built_engine(path: Path | None = None) -> BuiltEngine | None:
    """What was built here; None where the engine came otherwise, as in packages."""
    found = read_values(path or stamp_path())
    try:
        return BuiltEngine(
            version=str(found["version"]),
            key=str(found["key"]),
            left_out=tuple(map(str, found["left_out"])),
            instructions=tuple(map(str, found["instructions"])),
            cmake_args=str(found.get("cmake_args", "")),
            complete=bool(found.get("complete", True)),
        )
    except (KeyError, TypeError):
        return None


def note_built_engine(engine: BuiltEngine) -> None:
    """Write the stamp, at once or not at all."""
    write_values(stamp_path(), asdict(engine))


def stamp_path() -> Path:
    """Where this environment's stamp lies."""
    return Path(sys.prefix) / "engine.json"


def instructions_here() -> tuple[str, ...]:
    """What this processor understands, as the operating system names it, sorted."""
    with contextlib.suppress(OSError):
        text = Path("/proc/cpuinfo").read_text("utf-8", errors="replace")
        if match := re.search(r"^(flags|Features)\s*:(.*)$", text, re.MULTILINE):
            words = set(match[2].split())
            return tuple(sorted(filter(_X86_WORDS.match, words) if match[1] == "flags" else words))
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return (told.strip(),)
    return (platform.machine(),)


def read_values(path: Path) -> dict[str, Any]:
    """A small JSON file; empty where there is none that can be read."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def write_values(path: Path, values: dict[str, Any]) -> None:
    """Write a small JSON file, at once or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, f"{json.dumps(values, indent=1)}\n".encode())
