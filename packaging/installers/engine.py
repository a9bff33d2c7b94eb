"""The engine for every PC: llama-cpp-python with loadable backends, and the Vulkan backend.

Both are compiled once and kept below ``build/engine``, under a key of the pinned version, the flags
and the compiler. One wheel serves every x86-64 processor: llama.cpp's variants from SSE2 to AMX
are separate libraries, and the engine host lets it choose at start. ``amx`` sees to the last one.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
from pathlib import Path

import system
from common import PACKAGING, ROOT, PackagingError, digest, fresh, need, need_all, run, say

CACHE = ROOT / "build" / "engine"
PACKAGE = "llama-cpp-python"
FLAGS = (
    "-DGGML_BACKEND_DL=ON",
    "-DGGML_CPU_ALL_VARIANTS=ON",
    "-DGGML_NATIVE=OFF",
    "-DLLAVA_BUILD=OFF",
)
VULKAN_FLAGS = (
    "-DCMAKE_BUILD_TYPE=Release",
    "-DBUILD_SHARED_LIBS=ON",
    "-DGGML_BACKEND_DL=ON",
    "-DGGML_NATIVE=OFF",
    "-DGGML_CPU=OFF",
    "-DGGML_VULKAN=ON",
    "-DLLAMA_BUILD_COMMON=OFF",
    "-DLLAMA_BUILD_TOOLS=OFF",
    "-DLLAMA_BUILD_EXAMPLES=OFF",
    "-DLLAMA_BUILD_SERVER=OFF",
    "-DLLAMA_BUILD_TESTS=OFF",
    "-DCMAKE_SKIP_BUILD_RPATH=ON",
    # Debian 12's headers lack one extension: packaging/vulkan adds it.
    f"-DCMAKE_CXX_FLAGS=-I{PACKAGING / 'vulkan'}",
)
VULKAN_LIBRARY = "libggml-vulkan.so"


def pinned() -> str:
    """The engine's version in constraints.txt."""
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    match = re.search(rf"^{PACKAGE}==(\S+)$", text, re.MULTILINE)
    if match is None:
        raise PackagingError(f"constraints.txt does not pin {PACKAGE}.")
    return match[1]


def ensure_wheel(python: Path) -> Path:
    """Return the engine's wheel, compiling it first where it is missing (20 minutes and more).

    Args:
        python: The build environment's Python.
    """
    folder = CACHE / f"wheel-{_key(FLAGS)}"
    found = sorted(folder.glob("llama_cpp_python-*.whl"))
    if found:
        return found[0]
    need("c++")
    say(f"  compiling {PACKAGE} {pinned()} for every processor, once (20 minutes and more)")
    work = fresh(CACHE / "work-wheel")
    command = [python, "-m", "pip", "wheel", "--no-deps", "--no-cache-dir", "--wheel-dir", work]
    command += ["--no-binary", PACKAGE, f"{PACKAGE}=={pinned()}", "--verbose"]
    run(command, env={"CMAKE_ARGS": " ".join(FLAGS)}, log=CACHE / "wheel.log")
    folder.mkdir(parents=True, exist_ok=True)
    (made,) = work.glob("llama_cpp_python-*.whl")
    wheel = folder / made.name
    made.replace(wheel)
    return wheel


def ensure_vulkan(python: Path) -> Path | None:
    """Return the Vulkan backend, compiling it first where it is missing; None if left out.

    ``SHRINKSCOPE_VULKAN=0`` leaves it out.
    """
    if os.environ.get("SHRINKSCOPE_VULKAN") == "0":
        say("  left out: SHRINKSCOPE_VULKAN=0")
        return None
    library = CACHE / f"vulkan-{_key(VULKAN_FLAGS)}" / VULKAN_LIBRARY
    if library.is_file():
        return library
    need_all(("c++", "cmake", "ninja", "glslc"), system.missing_for_vulkan())
    say("  compiling llama.cpp's Vulkan backend, once (some minutes)")
    build = CACHE / "work-vulkan"
    source = ensure_source(python) / "vendor" / "llama.cpp"
    log = CACHE / "vulkan.log"
    run(["cmake", "-G", "Ninja", "-S", source, "-B", build, *VULKAN_FLAGS], log=log)
    run(["cmake", "--build", build, "--target", "ggml-vulkan"], log=log)
    library.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(build / "bin" / VULKAN_LIBRARY, library)
    shutil.rmtree(build)
    return library


def ensure_source(python: Path) -> Path:
    """Return the unpacked source distribution of the pinned engine, fetching it where missing."""
    folder = CACHE / f"source-{pinned()}"
    if folder.is_dir():
        return folder
    work = fresh(CACHE / "work-source")
    command = [python, "-m", "pip", "download", "--no-deps", "--no-binary", PACKAGE]
    run([*command, "--dest", work, f"{PACKAGE}=={pinned()}"], log=CACHE / "source.log")
    (archive,) = work.glob("*.tar.gz")
    run(["tar", "-xzf", archive, "-C", work])
    (unpacked,) = (path for path in work.iterdir() if path.is_dir())
    unpacked.replace(folder)
    shutil.rmtree(work)
    return folder


def _key(flags: tuple[str, ...]) -> str:
    compiler = run(["c++", "--version"]).splitlines()[0] if shutil.which("c++") else "none"
    libc = "-".join(platform.libc_ver())
    said = " ".join(flags).replace(str(ROOT), "")
    return digest(pinned(), said, platform.machine(), compiler, libc)
