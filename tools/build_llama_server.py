"""Build a real llama-server out of the engine's own source, for the tests and the benchmarks.

    .venv/bin/python tools/build_llama_server.py

It is linked against the libraries of the engine that is installed, which are compiled already:
what is compared with it computes with the same code. It is kept in the program's cache folder, by
the engine's version; CMake and Ninja are fetched as wheels where the PC has none. Standard library
only.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import shutil
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.engine.installed import BuildPhase, installed_version, pinned_version  # noqa: E402
from tools.build_engine import alone  # noqa: E402
from tools.command import Command  # noqa: E402
from tools.engine_wheel import LOG, Say, cache_folder, run_pip, unpacked_source  # noqa: E402
from tools.left_out import WORK  # noqa: E402
from tools.machine import SetupError, check_compiler  # noqa: E402
from tools.pip_output import Progress, Step, minutes, step_of, why_it_failed  # noqa: E402

NAME = "llama-server"
_PROJECT = Path(__file__).with_name("llama_server")
_TOOLS = ("cmake>=3.21,<5", "ninja>=1.11,<2")


def main() -> int:
    """Build it; the exit status is 0 when it is there, and its path is said."""
    began = time.monotonic()
    shown = Progress()
    try:
        with alone(shown.take):
            built = build(shown.take)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        shown.finish()
    print(f"{built} (after {minutes(time.monotonic() - began)})")
    return 0


def kept_server() -> Path:
    """Where the llama-server of the installed engine's version is kept; it need not be there."""
    told = (installed_version() or pinned_version(), platform.machine())
    digest = hashlib.sha256((_PROJECT / "CMakeLists.txt").read_bytes())
    digest.update(repr(told).encode())
    return cache_folder() / NAME / f"{told[0]}-{digest.hexdigest()[:8]}" / NAME


def engine_libraries() -> Path:
    """The folder of the installed engine's libraries.

    Raises:
        SetupError: None is installed.
    """
    found = importlib.util.find_spec("llama_cpp")
    if found is None or found.origin is None:
        raise SetupError("There is no engine yet; this compiles it: make test ARGS=tests/base")
    return Path(found.origin).parent / "lib"


def build(say: Say) -> Path:
    """The llama-server, compiled where none is kept.

    Raises:
        SetupError: It does not compile, or its source cannot be fetched.
    """
    kept = kept_server()
    if kept.is_file():
        return kept
    check_compiler()
    libraries, version = engine_libraries(), installed_version() or pinned_version()
    LOG.write_text("", "utf-8")
    source = unpacked_source(version, say) / "vendor" / "llama.cpp"
    folder = WORK / NAME  # ended at any moment, it goes on from there
    cmake, environ = _cmake(say)
    _run(
        [
            cmake,
            *("-G", "Ninja", "-S", str(_PROJECT), "-B", str(folder)),
            *(f"-DSOURCE={source}", f"-DLIBRARIES={libraries}"),
        ],
        environ,
        say,
    )
    _run([cmake, "--build", str(folder), "--target", NAME], environ, say)
    kept.parent.mkdir(parents=True, exist_ok=True)
    beside = kept.with_name(f"{NAME}.{os.getpid()}")
    shutil.copy2(folder / "server" / NAME, beside)
    beside.replace(kept)
    shutil.rmtree(folder)
    return kept


def _cmake(say: Say) -> tuple[str, dict[str, str]]:
    """CMake with Ninja: the PC's own, else wheels beside the engine's source."""
    own = shutil.which("cmake")
    if own is not None and shutil.which("ninja") is not None:
        return own, dict(os.environ)
    folder = WORK / "cmake"
    if not (folder / "bin" / "cmake").is_file():
        say(Step(BuildPhase.FETCHING, what="cmake"))
        run_pip(["install", "--target", str(folder), *_TOOLS], say)
    path = f"{folder / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    environ = os.environ | {"PYTHONPATH": str(folder), "PATH": path}
    return str(folder / "bin" / "cmake"), environ


def _run(words: list[str], environ: dict[str, str], say: Say) -> None:
    with Command(words, LOG, environ) as command:
        for line in command.lines():
            say(step_of(line))
        status = command.wait()
    if status != 0:
        text = LOG.read_text("utf-8", errors="replace")
        raise SetupError(why_it_failed(text, log=str(LOG), command=f"{sys.executable} {__file__}"))


if __name__ == "__main__":
    sys.exit(main())
