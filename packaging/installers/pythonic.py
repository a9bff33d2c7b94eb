"""Wheel and source distribution, which hold the resources and start in a fresh environment."""

from __future__ import annotations

import os
import shutil
import tarfile
import zipfile
from pathlib import Path

import engine
import freeze
from common import BUILD, DIST, NAME, PackagingError, fresh, python, run, say, version

TRIAL = BUILD / "trial"
DEMO = "demo/shrinkscope-demo-F16.gguf"


def wheel() -> Path:
    """Where the wheel is put."""
    return DIST / f"{NAME}-{version()}-py3-none-any.whl"


def sdist() -> Path:
    """Where the source distribution is put."""
    return DIST / f"{NAME}-{version()}.tar.gz"


def make() -> None:
    """Build both, and start each from an environment of its own."""
    builder = freeze.build_environment()
    work = fresh(BUILD / "python")
    run([builder, "-m", "hatchling", "build", "-d", work])
    for made in work.iterdir():
        shutil.copyfile(made, DIST / made.name)
    with zipfile.ZipFile(wheel()) as opened:
        _must_hold(wheel(), opened.namelist(), f"app/_resources/{DEMO}")
    with tarfile.open(sdist()) as opened:
        _must_hold(sdist(), opened.getnames(), f"{NAME}-{version()}/resources/{DEMO}")
    _try_both(builder)


def _must_hold(package: Path, names: list[str], wanted: str) -> None:
    if wanted not in names:
        raise PackagingError(f"{package.name} lacks {wanted}.")


def _try_both(builder: Path) -> None:
    """Install into fresh environments, with the engine that is compiled already, and start."""
    for package in (wheel(), sdist()):
        shutil.rmtree(TRIAL, ignore_errors=True)
        run([python(), "-m", "venv", TRIAL / "venv"])
        there = TRIAL / "venv" / "bin"
        freeze.install(there / "python", engine.ensure_wheel(builder), package)
        home = {"SHRINKSCOPE_HOME": str(TRIAL / "home"), "PYTHONPATH": ""}
        shown = run([there / NAME, "--version"], cwd=TRIAL, env=home).strip()
        if shown != f"Shrinkscope {version()}":
            raise PackagingError(f"{package.name} says that it is {shown}.")
        words = [there / NAME, "compare", "--demo", "--prompt", "Hello", "--max-tokens", "8"]
        run(words, cwd=TRIAL, env=home)
        _open_window(there / NAME, home)
        say(f"  {package.name} starts in a fresh environment")
    shutil.rmtree(TRIAL)


def _open_window(program: Path, home: dict[str, str]) -> None:
    """Open the window without a screen and see it painted."""
    import smoke

    process = smoke.start_window([str(program)], os.environ | home, TRIAL)
    try:
        smoke.until_painted(Path(home["SHRINKSCOPE_HOME"]), process)
    finally:
        smoke.stop(process)
