"""The frozen program: its build environment, PyInstaller, and what is put right afterwards."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import amx
import elf
import engine
import licences
from common import (
    BUILD,
    NAME,
    PACKAGING,
    ROOT,
    TREE,
    PackagingError,
    digest,
    megabytes,
    need,
    python,
    run,
    say,
    tree_bytes,
    write,
)

VENV = BUILD / "venv"
INTERNAL = TREE / "_internal"
BACKENDS = INTERNAL / "bin"
ENGINE_LIBRARIES = INTERNAL / "llama_cpp" / "lib"

# Wheels whose libraries were rewritten by patchelf: stripping those breaks them.
NOT_STRIPPED = ("numpy.libs",)


def build_environment() -> Path:
    """Return the Python of the environment that the program is frozen from, made where missing.

    It holds exactly what is pinned, and the engine for every processor.
    """
    python_path = VENV / "bin" / "python"
    pins = [(ROOT / name).read_bytes() for name in ("constraints.txt", "pyproject.toml")]
    stamp = digest(*pins, (PACKAGING / "requirements.txt").read_bytes(), " ".join(engine.FLAGS))
    ready = VENV / "ready"
    if ready.is_file() and ready.read_text(encoding="utf-8") == stamp:
        return python_path
    shutil.rmtree(VENV, ignore_errors=True)
    run([python(), "-m", "venv", VENV])
    wheel = engine.ensure_wheel(python_path)
    install(python_path, wheel, "-r", PACKAGING / "requirements.txt", *needed())
    write(ready, stamp)
    return python_path


def install(python_path: Path, *what: str | Path) -> None:
    """Install pinned packages into an environment."""
    command = [python_path, "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    run([*command, "-c", ROOT / "constraints.txt", *what], log=BUILD / "pip.log")


def needed() -> list[str]:
    """What the program needs, GPU watching with it, as pyproject.toml says it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [*project["dependencies"], *project["optional-dependencies"]["gpu"]]


def freeze() -> None:
    """Build the frozen program at ``build/package/shrinkscope``."""
    need("readelf", "strip", "objdump")
    python_path = build_environment()
    vulkan = engine.ensure_vulkan(python_path)
    shutil.rmtree(TREE, ignore_errors=True)
    command = [python_path, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--workpath", BUILD / "work", "--distpath", BUILD]
    run([*command, PACKAGING / "shrinkscope.spec"], log=BUILD / "pyinstaller.log")
    if vulkan is not None:
        shutil.copy2(vulkan, BACKENDS)
    amx.leave_out(BACKENDS)
    _link_engine_libraries()
    _drop_links()
    _strip()
    _plain_rights()
    licences.collect(python_path)
    _check()
    _list_what_dominates()


def _link_engine_libraries() -> None:
    # llama_cpp opens them by the name without a version. A link, because a second copy of the file
    # would be a second copy of its state.
    for path in ENGINE_LIBRARIES.glob("lib*.so.0"):
        link = path.with_name(path.name.removesuffix(".0"))
        link.unlink(missing_ok=True)
        link.symlink_to(path.name)


def _drop_links() -> None:
    # PyInstaller links every library into one folder, which is searched first. Each is found where
    # it lies without that; and Qt, found through a link, would look for its plugins beside it.
    for path in INTERNAL.iterdir():
        if path.is_symlink():
            path.unlink()


def _strip() -> None:
    for path in elf.files_below(TREE):
        if not any(part in NOT_STRIPPED for part in path.parts) and path.name != NAME:
            # The program's own file carries an archive behind its sections.
            run(["strip", "--strip-unneeded", path])


def _plain_rights() -> None:
    for path in TREE.rglob("*"):
        if path.is_symlink():
            continue
        runs = path.is_dir() or path == TREE / NAME
        path.chmod(0o755 if runs else 0o644)
    TREE.chmod(0o755)


def _check() -> None:
    """Stop if the tree lacks what it links, or would load two copies of an engine library."""
    strangers = sorted(set(elf.outside(TREE)) - elf.FROM_THE_SYSTEM)
    if strangers:
        raise PackagingError(
            f"The frozen program needs libraries that are neither in it nor expected of the "
            f"system: {', '.join(strangers)}"
        )
    for name in ("ggml", "ggml-base", "llama"):
        files = {path.resolve() for path in INTERNAL.rglob(f"lib{name}.so*")}
        if len(files) != 1:
            raise PackagingError(f"lib{name} is in the frozen program {len(files)} times.")
    if not list(BACKENDS.glob("libggml-cpu-*.so")):
        raise PackagingError("The frozen program has no compute backends.")
    amx.check(TREE)
    say(f"  {run([TREE / NAME, '--version']).strip()}")
    # An engine that reads the end of its input says what it is and ends.
    hello = run([TREE / NAME, "--engine-host"])
    if '"type":"hello"' not in hello:
        raise PackagingError(f"The frozen engine does not start:\n{hello[-2000:]}")


def _list_what_dominates() -> None:
    sizes: dict[str, int] = {}
    for path in TREE.rglob("*"):
        if path.is_file() and not path.is_symlink():
            sizes[part_of(path)] = sizes.get(part_of(path), 0) + path.stat().st_size
    say(f"  unpacked: {megabytes(tree_bytes(TREE))}")
    for name, size_bytes in sorted(sizes.items(), key=lambda item: -item[1])[:12]:
        say(f"    {megabytes(size_bytes):>9}  {name}")


def part_of(path: Path) -> str:
    """Which part of the program a file of the tree belongs to, for the list of sizes."""
    inside = path.relative_to(TREE)
    name = inside.name
    if "libicu" in name:
        return "ICU (Qt's)"
    if "openblas" in name or "gfortran" in name or "quadmath" in name:
        return "OpenBLAS (numpy's)"
    if name.startswith("libggml-vulkan"):
        return "llama.cpp for Vulkan"
    if inside.parts[0] != "_internal" or len(inside.parts) == 2:
        return "Python and its libraries"
    part = inside.parts[1]
    names = {"bin": "llama.cpp for processors", "llama_cpp": "llama.cpp", "app": "resources"}
    return "Qt and PySide" if part in ("PySide6", "shiboken6") else names.get(part, part)
