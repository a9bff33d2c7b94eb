"""Which CPU variants engines do without."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from app.engine import variants
from app.engine.host.variants import load_without, loaded_variant
from app.engine.local import client

if TYPE_CHECKING:
    from tests.engine.conftest import RecordedEngine


def test_engines_are_told_what_to_do_without(tmp_path: Path) -> None:
    assert variants.start_words(tmp_path) == []
    variants.leave_out(tmp_path, ["sapphirerapids", "zen4"])
    assert variants.left_out(tmp_path) == ("sapphirerapids", "zen4")
    assert variants.start_words(tmp_path) == ["--without-variants", "sapphirerapids,zen4"]


def test_another_engine_begins_with_all_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    variants.leave_out(tmp_path, ["zen4"])
    monkeypatch.setattr(variants, "libraries_stamp", lambda: "another")
    assert variants.left_out(tmp_path) == ()


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"libraries": 1}', b"\xff" * 99])
def test_a_list_that_cannot_be_read_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "cpu-variants.json").write_bytes(content)
    assert variants.left_out(tmp_path) == ()


def test_the_stamp_follows_the_libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert variants.libraries_stamp()
    assert any(folder.is_dir() for folder in variants.library_folders())
    copy = tmp_path / "lib"
    shutil.copytree(variants.library_folders()[0], copy, copy_function=shutil.copy2)
    monkeypatch.setattr(variants, "library_folders", lambda: [copy])
    before = variants.libraries_stamp()
    assert before
    library = next(copy.glob("*ggml-cpu*"))
    library.write_bytes(library.read_bytes() + b"\0")
    assert variants.libraries_stamp() != before


def test_an_engine_starts_with_a_list_of_a_build_without_variants(engine: RecordedEngine) -> None:
    # The fixture's engine had none: this one has, and there is but one library for the processor.
    folder = Path(cast("Any", engine.client)._folder) / "other"
    variants.leave_out(folder, ["haswell"])
    assert client.engine_command()
    other = type(engine)(folder)
    assert other.start().variant == ""
    other.client.close()
    assert other.client.join(60)


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
