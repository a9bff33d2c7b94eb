"""A checkout of its own whose engine is a small package: real pip, real children, no compiling."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.engine.installed import pinned_version

ROOT = Path(__file__).resolve().parents[2]
COPIED = (
    "constraints.txt",
    "tools",
    "app/__init__.py",
    "app/preflight.py",
    "app/base",
    "app/engine/__init__.py",
    "app/engine/installed.py",
)
# Builds a wheel as scikit-build-core does llama.cpp's: says steps, heeds CMAKE_ARGS. Where a file
# `wait` lies beside it, it says its process id there and never ends; where `fail` lies, it fails.
BACKEND = """
import os, sys, time, zipfile
from pathlib import Path

NAME = "llama_cpp_python-VERSION"
META = f"Metadata-Version: 2.1\\nName: llama-cpp-python\\nVersion: VERSION\\n"
WHEEL = "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"


def get_requires_for_build_wheel(config_settings=None):
    return []


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    here = Path(__file__).parent
    arguments = os.environ["CMAKE_ARGS"]
    print("*** Configuring CMake...", flush=True)
    print("[1/3] Building CXX object a.o", flush=True)
    if (here / "fail").exists():
        print("ninja: build stopped: subcommand failed.", flush=True)
        sys.exit(1)
    if (here / "wait").exists():
        (here / "wait").write_text(str(os.getpid()))
        print("[2/3] Building CXX object b.o", flush=True)
        time.sleep(600)
    print("[3/3] Linking", flush=True)
    files = {
        "llama_cpp/__init__.py": f"arguments = {arguments!r}\\n",
        f"{NAME}.dist-info/METADATA": META,
        f"{NAME}.dist-info/WHEEL": WHEEL,
    }
    files[f"{NAME}.dist-info/RECORD"] = "".join(f"{name},,\\n" for name in files)
    name = f"{NAME}-py3-none-any.whl"
    with zipfile.ZipFile(Path(wheel_directory) / name, "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
    return name
"""
PROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'


@dataclass(frozen=True)
class Checkout:
    """A folder as people have it after cloning, its environment made, its engine not."""

    root: Path

    @property
    def python(self) -> Path:
        return self.root / ".venv" / "bin" / "python"

    @property
    def script(self) -> Path:
        return self.root / "tools" / "build_engine.py"

    @property
    def source(self) -> Path:
        return self.root / "build" / "engine" / "source" / pinned_version()

    @property
    def environ(self) -> dict[str, str]:
        own = {"XDG_CACHE_HOME": str(self.root / "cache"), "PIP_NO_INDEX": "1"}
        return {name: value for name, value in os.environ.items() if name != "CMAKE_ARGS"} | own

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start the build as the window does."""
        return subprocess.Popen(
            [self.python, self.script, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self.environ,
        )

    def ask(self, words: str) -> str:
        """What the environment's Python prints of an expression."""
        command = [str(self.python), "-c", f"import llama_cpp; print({words})"]
        told = subprocess.run(command, capture_output=True, text=True, check=True)
        return told.stdout.strip()


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with pip and nothing else, to be copied."""
    folder = tmp_path_factory.mktemp("environment") / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--copies", str(folder)], check=True)
    return folder


@pytest.fixture
def checkout(tmp_path: Path, environment: Path) -> Checkout:
    """A checkout whose engine is still to be built."""
    for name in COPIED:
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(ROOT / name, target)
    # pip is started as a module: its own scripts, which name their folder, are not used.
    shutil.copytree(environment, tmp_path / ".venv", symlinks=True)
    made = Checkout(tmp_path)
    made.source.mkdir(parents=True)
    (made.source / "pyproject.toml").write_text(PROJECT)
    (made.source / "backend.py").write_text(BACKEND.replace("VERSION", pinned_version()))
    return made
