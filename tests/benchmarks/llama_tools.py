"""llama.cpp's own measuring tools, built from the source that the pinned engine was built from.

The source lies in llama-cpp-python's source distribution. It is built once, with the flags of the
engine's own build (native instructions, OpenMP, shared libraries), into the user's cache folder.

``python -m tests.benchmarks.llama_tools`` builds llama-bench and prints where it is.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path

import platformdirs

PACKAGE = "llama-cpp-python"
FLAGS = (
    "-DCMAKE_BUILD_TYPE=Release",
    "-DBUILD_SHARED_LIBS=ON",
    "-DLLAMA_BUILD_COMMON=ON",
    "-DLLAMA_BUILD_TOOLS=ON",
    "-DLLAMA_BUILD_APP=OFF",
    "-DLLAMA_BUILD_EXAMPLES=OFF",
    "-DLLAMA_BUILD_SERVER=OFF",
    "-DLLAMA_BUILD_TESTS=OFF",
    "-DLLAMA_OPENSSL=OFF",
)


class ToolError(Exception):
    """A tool cannot be had here; the message says why and what to do."""


def cache_dir() -> Path:
    """Return the folder for what the benchmarks make once: SHRINKSCOPE_BENCH_CACHE, or the user's.

    It is made if it is not there.
    """
    chosen = os.environ.get("SHRINKSCOPE_BENCH_CACHE")
    folder = (
        Path(chosen) if chosen else platformdirs.user_cache_path("shrinkscope", False) / "bench"
    )
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def ensure_llama_bench() -> Path:
    """Return the path of llama-bench, building it first where it is missing (some minutes)."""
    return ensure_tool("llama-bench")


def ensure_llama_perplexity() -> Path:
    """Return the path of llama-perplexity, building it first where it is missing."""
    return ensure_tool("llama-perplexity")


def ensure_tool(name: str) -> Path:
    """Return the path of one of llama.cpp's tools, building it first where it is missing.

    Raises:
        ToolError: No cmake, no source, or the build failed.
    """
    folder = cache_dir() / f"llama.cpp-{version(PACKAGE)}"
    build = folder / "build"
    tool = build / "bin" / name
    done = build / f"{name}.done"
    if done.exists() and tool.exists():
        return tool
    cmake = shutil.which("cmake")
    if cmake is None:
        raise ToolError(f"Building {name} needs cmake; `pip install cmake ninja` brings it.")
    source = _ensure_source(folder)
    configure = [cmake, "-S", str(source), "-B", str(build), *FLAGS]
    if shutil.which("ninja"):
        configure += ["-G", "Ninja"]
    # The engine's build follows the same variable, e.g. for a GPU.
    configure += shlex.split(os.environ.get("CMAKE_ARGS", ""))
    _run(configure)
    _run([cmake, "--build", str(build), "--target", name, "--parallel", str(os.cpu_count() or 1)])
    done.touch()
    return tool


def _ensure_source(folder: Path) -> Path:
    """Return llama.cpp's folder inside the unpacked source distribution, fetching it if needed."""
    unpacked = folder / f"{PACKAGE.replace('-', '_')}-{version(PACKAGE)}"
    source = unpacked / "vendor" / "llama.cpp"
    if source.is_dir():
        return source
    folder.mkdir(parents=True, exist_ok=True)
    pin = f"{PACKAGE}=={version(PACKAGE)}"
    fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    _run([*fetch, "--no-binary", PACKAGE, "--dest", str(folder), pin])
    archive = folder / f"{unpacked.name}.tar.gz"
    partial = folder / "unpacking"
    shutil.rmtree(partial, ignore_errors=True)
    with tarfile.open(archive) as tar:
        tar.extractall(partial, filter="data")
    (partial / unpacked.name).rename(unpacked)
    archive.unlink()
    return source


def _run(command: list[str]) -> None:
    """Run one step of the build with its output shown; a failure names the step."""
    try:
        subprocess.run(command, check=True, stdout=sys.stderr)
    except (OSError, subprocess.CalledProcessError) as error:
        raise ToolError(f"A step of the build failed: {shlex.join(command)}") from error


if __name__ == "__main__":
    print(ensure_llama_bench())
