"""What this machine must have before anything is set up, said in one sentence with the way on.

Standard library only.
"""

from __future__ import annotations

import os
import shutil
import sys

from app import preflight

COMPILER_PACKAGES = {
    "apt": "build-essential",
    "dnf": "gcc-c++",
    "pacman": "base-devel",
    "zypper": "gcc-c++",
}


class SetupError(Exception):
    """Set-up cannot go on; the message is the sentence for the person."""


def can_show_a_window(kind: str) -> bool:
    """Tell whether the goal "run" can open a window here; "dev" needs none and gets none.

    Raises:
        SetupError: Qt could not start afterwards, and not only because there is no display.
    """
    obstacle = preflight.offscreen_obstacle() if kind == "dev" else preflight.window_obstacle()
    if obstacle is None:
        return kind == "run"
    if kind == "run" and preflight.NO_DISPLAY in obstacle:
        print("There is no display here: setting up for the command line.", flush=True)
        return False
    raise SetupError(obstacle)


def check_compiler() -> None:
    """Stop where no C and C++ compiler is found.

    Raises:
        SetupError: It is so.
    """
    c = os.environ.get("CC") or first_found("cc", "gcc", "clang")
    cpp = cxx_compiler()
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


def cxx_compiler() -> str | None:
    """The words that start the C++ compiler that CMake takes; None where there is none."""
    return os.environ.get("CXX") or first_found("c++", "g++", "clang++")


def first_found(*names: str) -> str | None:
    """Return the path of the first command that exists."""
    return next((path for path in map(shutil.which, names) if path), None)
