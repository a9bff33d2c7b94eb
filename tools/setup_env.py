"""Make ``.venv`` with the pinned packages and this project, and show how far it is.

Called by the Makefile as ``setup_env.py run`` or ``setup_env.py dev`` (the tests' tools on top).
For ``run`` with a display the engine is left to the window, which opens before minutes of compiling
are over; else it is compiled here. Standard library only. Whatever is missing on this machine is
said in one sentence, with the line that mends it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app import preflight  # noqa: E402  (the project is not installed yet)
from app.engine.installed import PACKAGE, pinned_version  # noqa: E402
from tools.command import Command  # noqa: E402
from tools.machine import SetupError, can_show_a_window, check_compiler  # noqa: E402
from tools.pip_output import Progress, minutes, step_of, why_it_failed  # noqa: E402

VENV = ROOT / ".venv"
LOG = VENV / "setup.log"
KINDS = ("run", "dev")


def main(argv: list[str]) -> int:
    """Set up for the goal in ``argv`` ("run" or "dev") and return the exit status."""
    kind = argv[0] if argv and argv[0] in KINDS else "run"
    os.chdir(ROOT)
    try:
        set_up(kind)
    except SetupError as error:
        if str(error):
            print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The next make goes on from here.", file=sys.stderr)
        return 130
    mark_ready(kind)
    return 0


def set_up(kind: str) -> None:
    """Check the machine, make the environment, install into it, and see to the engine.

    Raises:
        SetupError: Something is missing, or does not work.
    """
    began = time.monotonic()
    by_the_window = can_show_a_window(kind)
    if not by_the_window and not has_engine():
        check_compiler()
    if not is_ready(kind):
        make_venv()
        install(kind)
        print(f"Set up in {minutes(time.monotonic() - began)}.", flush=True)
    if by_the_window:
        if not has_engine():
            print("The engine (llama.cpp) is compiled next, once; the window opens meanwhile.")
        return
    build_engine()
    if kind == "dev":
        fetch_templates()


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
    return any(VENV.glob(f"lib/*/*/llama_cpp_python-{pinned_version()}.dist-info"))


def install(kind: str) -> None:
    """Install the pinned packages and the project in editable form, showing the progress.

    All but the engine, which is compiled, and the project come as wheels. Everything that pip says
    goes to the log.
    """
    LOG.write_text("", "utf-8")
    shown = Progress()
    try:
        run_pip(kind, shown, ["-c", "constraints.txt", *packages(kind)])
        run_pip(kind, shown, ["--no-deps", "-e", "."])
    finally:
        shown.finish()


def packages(kind: str) -> list[str]:
    """What pyproject.toml asks for, the engine left out."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted: list[str] = [*project["dependencies"]]
    if kind == "dev":
        wanted += project["optional-dependencies"]["dev"]
    return [each for each in wanted if not re.match(rf"{PACKAGE}\b", each)]


def run_pip(kind: str, shown: Progress, words: list[str]) -> None:
    """Let pip install something."""
    command = [venv_python(), "-m", "pip", "install", "--verbose", "--progress-bar", "off"]
    command.append("--disable-pip-version-check")
    if kind == "run":
        # The window comes first: what it imports is compiled as it is imported. Half of the time.
        command.append("--no-compile")
    with Command([*command, *words], LOG) as pip:
        for line in pip.lines():
            shown.take(step_of(line))
        status = pip.wait()
    if status != 0:
        text = LOG.read_text("utf-8", errors="replace")
        goal = "make run" if kind == "run" else "make test"
        raise SetupError(why_it_failed(text, log=str(LOG.relative_to(ROOT)), command=goal))


def build_engine() -> None:
    """Compile the engine here and now, unless it is there."""
    command = [venv_python(), "tools/build_engine.py"]
    if subprocess.run(command, check=False).returncode != 0:
        raise SetupError("")  # it has said why


def fetch_templates() -> None:
    """Fetch what one test renders; it is left out where they cannot be had."""
    command = [venv_python(), "tools/real_templates.py"]
    if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode != 0:
        print("Without them the test of real chat templates is left out.", file=sys.stderr)


def fingerprint() -> str:
    """Return what the environment's contents depend on, as one digest; the engine has its own."""
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
    for name in KINDS if kind == "dev" else (kind,):
        (VENV / f"ready-{name}").write_text(fingerprint(), "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
