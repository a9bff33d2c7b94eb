"""Compile the engine (llama.cpp, by llama-cpp-python) for this PC and install it.

    .venv/bin/python tools/build_engine.py [--without NAME,NAME] [--json]

Run by set-up, by the window, and by hand, with the Python of the environment that it is for. What
is compiled stays in ``build/engine``: ended at any moment, it goes on from there, and building it
again without an instruction set compiles the kernels alone. Standard library only.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import errno
import fcntl
import json
import os
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.engine.installed import (  # noqa: E402  (found by the line above)
    AMX_WORD,
    PACKAGE,
    BuildPhase,
    BuiltEngine,
    built_engine,
    installed_version,
    instructions_here,
    note_built_engine,
    pinned_version,
)
from tools.engine_recipe import CMAKE_FILE, INSTRUCTION_SETS  # noqa: E402
from tools.engine_wheel import LOG, Say, run_pip, wheel_for  # noqa: E402
from tools.left_out import WORK, digest, remember, wanted_left_out  # noqa: E402
from tools.machine import SetupError, check_compiler, cxx_compiler  # noqa: E402
from tools.pip_output import Progress, Step  # noqa: E402

_NICE = 10
_NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}


def main(argv: list[str]) -> int:
    """Build what is wanted; the exit status is 0 when the engine is there."""
    parser = argparse.ArgumentParser(description="Compile the engine for this PC and install it.")
    parser.add_argument("--without", default="", metavar="NAMES", help=", ".join(INSTRUCTION_SETS))
    parser.add_argument(
        "--json",
        action="store_true",
        help="a line of JSON for each step; at low priority; ends when standard input does",
    )
    words = parser.parse_args(argv)
    without = frozenset(name for name in str(words.without).split(",") if name)
    if unknown := without - set(INSTRUCTION_SETS):
        parser.error(f"not known: {', '.join(sorted(unknown))}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _build_for_a_program(without) if words.json else build(without)
    except SetupError as error:
        _tell_json(failed=str(error), log=str(LOG)) if words.json else print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def build(without: Iterable[str] = ()) -> None:
    """Build and install the engine, unless what is there will do; shows the progress.

    Args:
        without: Names of instruction sets to leave out from now on, beside those that are already.

    Raises:
        SetupError: It cannot be built; the message is the sentence for the person.
    """
    shown = Progress()
    try:
        _build(frozenset(without), shown.take)
    finally:
        shown.finish()


def needs_build(left_out: frozenset[str]) -> bool:
    """Whether the environment lacks an engine, or has one that is not to be used here.

    Args:
        left_out: What it must not contain.
    """
    if installed_version() != pinned_version():
        return True
    here, engine = instructions_here(), built_engine()
    if engine is None:
        # Older than stamps, or the person's own: built here, so with AMX where there is AMX.
        return bool(left_out - {"amx"}) or ("amx" in left_out and AMX_WORD in here)
    as_wanted = left_out <= set(engine.left_out) and _cmake_args(engine) == engine.cmake_args
    return not (engine.complete and as_wanted and engine.runs_on(here))


def _build(without: frozenset[str], say: Say) -> None:
    with alone(say):
        if without:
            remember(without)
        left_out = wanted_left_out()
        if not needs_build(left_out):
            if built_engine() is None:
                note_built_engine(_wanted(frozenset())[0])
            return
        check_compiler()
        LOG.write_text("", "utf-8")
        engine, objects = _wanted(left_out)
        wheel = wheel_for(engine, objects, say)
        say(Step(BuildPhase.INSTALLING))
        note_built_engine(dataclasses.replace(engine, complete=False))
        run_pip(["install", "--no-deps", "--force-reinstall", str(wheel)], say)
        its_own_needs = ["-c", str(ROOT / "constraints.txt"), f"{PACKAGE}=={engine.version}"]
        run_pip(["install", *its_own_needs], say)
        note_built_engine(engine)


@contextlib.contextmanager
def alone(say: Say) -> Generator[None]:
    """One build at a time in this checkout, whoever starts it."""
    WORK.mkdir(parents=True, exist_ok=True)
    with (WORK / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(Step(BuildPhase.WAITING))
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            # A share without locks: two builds at once are then not kept apart.
        yield


def _wanted(left_out: frozenset[str]) -> tuple[BuiltEngine, str]:
    """The engine to build, and the name of what is compiled for it whatever is left out."""
    here, cmake_args = instructions_here(), _cmake_args(built_engine())
    chosen = [f"{name}={os.environ.get(name, '')}" for name in ("CC", "CXX", "CFLAGS", "CXXFLAGS")]
    objects = digest(pinned_version(), *chosen, cmake_args, _compiler_version(), *here)
    key = digest(objects, CMAKE_FILE.read_text("utf-8"), *sorted(left_out))
    engine = BuiltEngine(pinned_version(), key, tuple(sorted(left_out)), here, cmake_args)
    return engine, objects


def _cmake_args(engine: BuiltEngine | None) -> str:
    """What the person gives CMake: now, or when the engine was built last."""
    return os.environ.get("CMAKE_ARGS", engine.cmake_args if engine is not None else "")


def _compiler_version() -> str:
    words = [*shlex.split(cxx_compiler() or "c++"), "--version"]
    told = subprocess.run(words, capture_output=True, text=True, check=False)
    return told.stdout.partition("\n")[0]


def _build_for_a_program(without: frozenset[str]) -> None:
    """Say steps as JSON, and end when the program that asked does, however it ends."""

    def end_with_it() -> None:
        while os.read(0, 1 << 10):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    def say(step: Step | None) -> None:
        if step is not None:
            _tell_json(step=step.phase, done=step.done, total=step.total)

    threading.Thread(target=end_with_it, daemon=True).start()
    os.nice(_NICE)
    _build(without, say)


def _tell_json(**values: object) -> None:
    print(json.dumps(values), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
