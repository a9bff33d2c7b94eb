"""Of the libraries for kinds of processors, the best that is not left out is loaded."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest

from app.engine.host.llama.variants import load_without, loaded_variant


def test_the_loaded_variant_is_read_from_the_log() -> None:
    lines = [
        "load_backend: loaded Vulkan backend from /opt/bin/libggml-vulkan.so",
        "load_backend: loaded CPU backend from /opt/bin/libggml-cpu-haswell.so",
    ]
    assert loaded_variant(lines) == "haswell"
    windows = "load_backend: loaded CPU backend from C:\\x\\ggml-cpu-armv8.2_1.dll"
    assert loaded_variant([windows]) == "armv8.2_1"
    assert loaded_variant(["load_backend: loaded CPU backend from /x/libggml-cpu.so"]) == ""
    assert loaded_variant([]) == ""


class _Load:
    """llama.cpp's own function, which takes nothing that cannot run here."""

    def __init__(self, refused: str = "") -> None:
        self.loaded: list[str] = []
        self._refused = refused

    def __call__(self, path: bytes) -> int:
        name = Path(path.decode()).name
        if name == self._refused:
            return 0
        self.loaded.append(name)
        return 1


class _Ggml:
    def __init__(self, load: _Load) -> None:
        self.ggml_backend_load = load


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Libraries that say how much of this processor they use."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("needs Linux and a C compiler")
    made = tmp_path_factory.mktemp("bin")
    for name, score in {"x64": 1, "haswell": 64, "zen4": 900, "sapphirerapids": 0}.items():
        source = f"int ggml_backend_score(void) {{ return {score}; }}"
        target = made / f"libggml-cpu-{name}.so"
        command = [compiler, "-shared", "-fPIC", "-x", "c", "-", "-o", target]
        subprocess.run(command, input=source.encode(), check=True)
    for name in ("libggml-vulkan.so", "libggml-base.so", "libggml-base.so.0", "notes.txt"):
        (made / name).write_bytes(b"")
    return made


@pytest.mark.parametrize(
    ("left_out", "wanted"),
    [
        ([], "zen4"),
        (["zen4"], "haswell"),
        (["zen4", "haswell"], "x64"),
        (["zen4", "haswell", "x64"], None),
    ],
)
def test_the_best_of_the_others_is_taken(
    folder: Path, left_out: list[str], wanted: str | None
) -> None:
    load = _Load()
    done = load_without(cast("Any", _Ggml(load)), folder, left_out)
    assert done == (wanted is not None)
    assert load.loaded == ([f"libggml-cpu-{wanted}.so", "libggml-vulkan.so"] if wanted else [])
