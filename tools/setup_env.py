"""Make ``.venv`` with the pinned packages and this project, and show how far it is.

Called by the Makefile as ``setup_env.py run`` or ``setup_env.py dev`` (the tests' tools on top).
Standard library only. Whatever is missing on this machine is said in one sentence, with the line
that mends it, before minutes of compiling are spent.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app import preflight  # noqa: E402  (the project is not installed yet)

VENV = ROOT / ".venv"
LOG = VENV / "setup.log"
EXTRAS = {"run": "", "dev": "[dev]"}
ENGINE = "llama-cpp-python"
QUIET_SECONDS = 20
"""Without a terminal a line is printed at most this often, unless the step changes."""

COMPILER_PACKAGES = {
    "apt": "build-essential",
    "dnf": "gcc-c++",
    "pacman": "base-devel",
    "zypper": "gcc-c++",
}
NINJA_STEP = re.compile(r"\[\s*(\d+)/(\d+)\] ")
FETCHING = re.compile(r"^\s*Collecting ([A-Za-z0-9._-]+)")
BUILDING = re.compile(r"Building wheel for ([A-Za-z0-9._-]+)")

# Where pip fails, the first of these that its output matches tells why.
REASONS = (
    (
        r"No space left on device",
        "The disk is full: about 1 GB is needed in the project's folder and in the temporary one.",
    ),
    (
        r"Killed signal terminated program|cannot allocate memory|out of memory",
        "The compiler ran out of memory; one step at a time needs less:\n"
        "    CMAKE_BUILD_PARALLEL_LEVEL=1 make {goal}",
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
        "answer. Once it does, this goes on:\n    make {goal}",
    ),
    (
        r"No matching distribution found for (?P<what>\S+)",
        "The package index has no {what} for this Python and this machine.",
    ),
)


class SetupError(Exception):
    """Set-up cannot go on; the message is the sentence for the person."""


def main(argv: list[str]) -> int:
    """Set up for the goal in ``argv`` ("run" or "dev") and return the exit status."""
    kind = argv[0] if argv and argv[0] in EXTRAS else "run"
    os.chdir(ROOT)
    try:
        if not is_ready(kind):
            set_up(kind)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The next make goes on from here.", file=sys.stderr)
        return 130
    mark_ready(kind)
    return 0


def set_up(kind: str) -> None:
    """Check the machine, make the environment and install into it."""
    began = time.monotonic()
    check_machine(kind)
    engine_is_there = has_engine()
    if not engine_is_there:
        check_compiler()
    make_venv()
    if not engine_is_there:
        print(
            "Setting up, once: the engine (llama.cpp) is compiled for this PC, which takes some "
            "minutes.",
            flush=True,
        )
    install(kind)
    print(f"Set up in {minutes(time.monotonic() - began)}.", flush=True)


def check_machine(kind: str) -> None:
    """Stop where Qt could not start afterwards; only warn where a display is all it lacks."""
    obstacle = preflight.offscreen_obstacle() if kind == "dev" else preflight.window_obstacle()
    if obstacle is None:
        return
    if kind == "run" and preflight.NO_DISPLAY in obstacle:
        print("There is no display here: setting up for the command line.", flush=True)
        return
    raise SetupError(obstacle)


def check_compiler() -> None:
    """Stop where no C and C++ compiler is found."""
    c = os.environ.get("CC") or first_found("cc", "gcc", "clang")
    cpp = os.environ.get("CXX") or first_found("c++", "g++", "clang++")
    if c and cpp:
        return
    sentence = "Compiling the engine needs a C++ compiler, and none is found here"
    if sys.platform == "darwin":
        raise SetupError(f"{sentence}; this installs one:\n    xcode-select --install")
    manager = preflight.package_manager(preflight.read_os_release())
    if manager is None:
        raise SetupError(f"{sentence}; install gcc and g++ (or clang).")
    command = preflight.install_command(manager, [COMPILER_PACKAGES[manager]])
    raise SetupError(f"{sentence}; this installs one:\n    {command}")


def first_found(*names: str) -> str | None:
    """Return the path of the first command that exists."""
    return next((path for path in map(shutil.which, names) if path), None)


def make_venv() -> None:
    """Make the environment with this Python, unless a working one is there."""
    if python_works():
        return
    if any(importlib.util.find_spec(name) is None for name in ("venv", "ensurepip")):
        sentence = "This Python cannot make virtual environments"
        if preflight.package_manager(preflight.read_os_release()) == "apt":
            package = f"python3.{sys.version_info.minor}-venv"
            command = preflight.install_command("apt", [package])
            raise SetupError(f"{sentence}; this installs what it lacks:\n    {command}")
        raise SetupError(f"{sentence}: its modules venv and ensurepip are missing.")
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False
    )
    if made.returncode != 0:
        last = (made.stderr or made.stdout).strip().splitlines()[-1:] or ["no reason given"]
        raise SetupError(f"Python could not make {VENV.name}: {last[0]}")


def python_works() -> bool:
    """Tell whether the environment's Python is there and is one that the packages support."""
    test = "import sys, pip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))"
    try:
        return subprocess.run([venv_python(), "-c", test], check=False).returncode == 0
    except OSError:
        return False


def venv_python() -> str:
    """Return the path of the environment's Python."""
    return str(VENV / "bin" / "python")


def has_engine() -> bool:
    """Tell whether the pinned engine is in the environment already."""
    pin = re.search(rf"^{ENGINE}==(\S+)$", Path("constraints.txt").read_text("utf-8"), re.MULTILINE)
    return pin is not None and any(VENV.glob(f"lib/*/*/llama_cpp_python-{pin[1]}.dist-info"))


def install(kind: str) -> None:
    """Install the pinned packages and the project in editable form, showing the progress.

    Everything that pip says goes to the log.
    """
    command = [venv_python(), "-m", "pip", "install", "--verbose", "--progress-bar", "off"]
    command += ["--disable-pip-version-check", "-c", "constraints.txt", "-e", f".{EXTRAS[kind]}"]
    shown = Progress()
    with LOG.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
        )
        try:
            for line in lines_of(process):
                log.write(line)
                shown.take(line)
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait()
            shown.finish()
    if process.returncode != 0:
        raise SetupError(why_it_failed(kind))


def lines_of(process: subprocess.Popen[str]) -> Iterator[str]:
    """Yield what a process prints, and an empty string in every second that it prints nothing."""
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=1)
        except queue.Empty:
            yield ""
            continue
        if line is None:
            return
        yield line


class Progress:
    """Turns pip's output into one line that moves, or into few lines without a terminal."""

    def __init__(self) -> None:
        self._terminal = sys.stdout.isatty()
        self._began = time.monotonic()
        self._step = "Looking at what is needed"
        self._count = ""
        self._printed = ""
        self._printed_at = float("-inf")

    def take(self, line: str) -> None:
        """Follow one line of pip's output."""
        if match := NINJA_STEP.search(line):
            self._step, self._count = "Compiling the engine", f" [{match[1]}/{match[2]}]"
        elif match := FETCHING.match(line):
            self._step, self._count = "Fetching packages", f" ({match[1]})"
        elif (match := BUILDING.search(line)) and match[1] == ENGINE:
            self._step, self._count = "Compiling the engine", ""
        elif line.startswith("Installing collected packages"):
            self._step, self._count = "Installing", ""
        self._show()

    def finish(self) -> None:
        """Leave the terminal's line clean."""
        if self._terminal:
            print("\r\033[K", end="", flush=True)

    def _show(self) -> None:
        now = time.monotonic()
        if self._terminal:
            if now - self._printed_at >= 0.1:
                text = f"{self._step}{self._count}  {minutes(now - self._began)}"
                print(f"\r\033[K{text}", end="", flush=True)
                self._printed_at = now
        elif self._step != self._printed or now - self._printed_at >= QUIET_SECONDS:
            print(f"{self._step}{self._count}  {minutes(now - self._began)}", flush=True)
            self._printed, self._printed_at = self._step, now


def why_it_failed(kind: str) -> str:
    """Return the sentence for a failed installation, from pip's output."""
    text = LOG.read_text("utf-8", errors="replace")
    log = LOG.relative_to(ROOT)
    goal = "run" if kind == "run" else "test"
    for pattern, sentence in REASONS:
        if match := re.search(pattern, text, re.IGNORECASE):
            return sentence.format(goal=goal, log=log, **match.groupdict())
    errors = [line.strip() for line in text.splitlines() if line.strip().startswith("ERROR:")]
    last = errors[-1].removeprefix("ERROR:").strip() if errors else "it gave no reason"
    return f"pip could not install the packages: {last} (all it said is in {log})"


def minutes(seconds: float) -> str:
    """Format a duration as minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d} min"


def fingerprint() -> str:
    """Return what the environment's contents depend on, as one digest."""
    digest = hashlib.sha256()
    for name in ("constraints.txt", "pyproject.toml"):
        digest.update(Path(name).read_bytes())
    return digest.hexdigest()


def is_ready(kind: str) -> bool:
    """Tell whether this goal was set up with the same pins already."""
    try:
        return (VENV / f"ready-{kind}").read_text("utf-8") == fingerprint() and python_works()
    except OSError:
        return False


def mark_ready(kind: str) -> None:
    """Write the stamps that make compares; the tests' set-up contains the window's."""
    for name in EXTRAS if kind == "dev" else (kind,):
        (VENV / f"ready-{name}").write_text(fingerprint(), "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
