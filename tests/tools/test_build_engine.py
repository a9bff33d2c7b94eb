"""Building the engine: what is built, when it is not, and how a build ends."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from app.engine import installed
from app.engine.installed import BuiltEngine, instructions_here, pinned_version
from tools import build_engine, left_out

if TYPE_CHECKING:
    import subprocess

    from tests.tools.conftest import Checkout

needs_compiler = pytest.mark.skipif(
    not (shutil.which("c++") and shutil.which("cc")), reason="a build first looks for a compiler"
)


def lines_of(build: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """What a build says until it ends."""
    assert build.stdout is not None
    told = [json.loads(line) for line in build.stdout]
    build.stdout.close()
    build.wait()
    assert build.stdin is not None
    build.stdin.close()
    return told


def stamp_of(checkout: Checkout) -> BuiltEngine:
    """What is known of the engine in a checkout's environment."""
    stamp = installed.built_engine(checkout.root / ".venv" / "engine.json")
    assert stamp is not None
    return stamp


@pytest.mark.slow
@needs_compiler
def test_a_build_says_its_steps_and_installs(checkout: Checkout) -> None:
    build = checkout.start("--json")
    told = lines_of(build)
    assert build.returncode == 0, told
    assert {"step": "compiling", "done": 1, "total": 3} in told
    assert told[-1]["step"] == "installing"
    assert "engine.cmake" in checkout.ask("llama_cpp.arguments")
    stamp = stamp_of(checkout)
    assert stamp.complete
    assert stamp.version == pinned_version()
    assert ("amx" in stamp.left_out) or "amx_tile" in instructions_here()

    again = checkout.start("--json")
    assert lines_of(again) == []  # nothing to do
    assert again.returncode == 0
    assert stamp_of(checkout) == stamp


@pytest.mark.slow
@needs_compiler
def test_what_a_repair_leaves_out_stays_out(checkout: Checkout) -> None:
    first = checkout.start("--json")
    lines_of(first)
    before = stamp_of(checkout)
    repair = checkout.start("--json", "--without", "avx512,native")
    told = lines_of(repair)
    assert repair.returncode == 0, told
    after = stamp_of(checkout)
    assert {"avx512", "native"} <= set(after.left_out)
    assert after.key != before.key
    arguments = checkout.ask("llama_cpp.arguments")
    assert "-DGGML_NATIVE=OFF" in arguments
    # Whoever sets up later, and into a new environment, leaves them out too.
    (checkout.root / ".venv" / "engine.json").unlink()
    shutil.rmtree(checkout.root / "cache")
    later = checkout.start("--json")
    lines_of(later)
    assert stamp_of(checkout) == after


@pytest.mark.slow
@needs_compiler
def test_a_failed_build_is_one_sentence_and_its_log(checkout: Checkout) -> None:
    (checkout.source / "fail").touch()
    build = checkout.start("--json")
    end = lines_of(build)[-1]
    assert build.returncode == 1
    assert end["failed"].startswith("llama.cpp did not compile here")
    assert "build stopped" in Path(end["log"]).read_text()
    (checkout.source / "fail").unlink()
    again = checkout.start()  # by hand
    assert again.communicate()[0]
    assert again.returncode == 0


@pytest.mark.slow
@needs_compiler
def test_a_build_ends_with_who_asked_for_it(checkout: Checkout) -> None:
    (checkout.source / "wait").touch()
    build = checkout.start("--json")
    compiler = psutil.Process(_compiler_pid(checkout, build))
    assert build.stdin is not None
    build.stdin.close()
    build.wait()
    assert build.returncode == 130
    assert build.stdout is not None
    build.stdout.close()
    psutil.wait_procs([compiler], timeout=240)
    assert not compiler.is_running()


@pytest.mark.slow
@needs_compiler
def test_one_build_at_a_time(checkout: Checkout) -> None:
    (checkout.source / "wait").touch()
    first = checkout.start("--json")
    _compiler_pid(checkout, first)
    second = checkout.start("--json")
    assert second.stdout is not None
    assert json.loads(second.stdout.readline())["step"] == "waiting"
    (checkout.source / "wait").unlink()
    first.communicate()
    assert lines_of(second)[-1]["step"] == "installing"
    assert second.returncode == 0


def test_unknown_names_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build_engine.main(["--without", "amx,mmx"])
    assert "not known: mmx" in capsys.readouterr().err


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment's folder without a stamp, on a processor with AMX and AVX2."""
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    monkeypatch.delenv("CMAKE_ARGS", raising=False)
    for module in (build_engine, left_out, installed):
        monkeypatch.setattr(module, "instructions_here", lambda: ("amx_tile", "avx2"))
    return tmp_path


def built(*left_out: str, instructions: tuple[str, ...] = ("avx2",), **more: Any) -> BuiltEngine:
    """An engine that was built once."""
    return BuiltEngine(pinned_version(), "key", left_out, instructions, **more)


@pytest.mark.parametrize(
    ("engine", "wanted"),
    [
        (None, True),  # from before AMX was looked at
        (built("amx"), False),
        (built("amx", "avx512"), False),
        (built(), True),
        (built("amx", complete=False), True),
        (built("amx", instructions=("avx2", "avx512f")), True),  # of another PC
        (built("amx", cmake_args="-DGGML_CUDA=on"), False),  # as the person built it
    ],
)
def test_when_an_engine_is_built_anew(here: Path, engine: BuiltEngine | None, wanted: bool) -> None:
    if engine is not None:
        installed.note_built_engine(engine)
    assert build_engine.needs_build(frozenset({"amx"})) is wanted


def test_other_words_for_cmake_are_another_engine(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed.note_built_engine(built("amx"))
    monkeypatch.setenv("CMAKE_ARGS", "-DGGML_CUDA=on")
    assert build_engine.needs_build(frozenset({"amx"}))


def test_an_older_engine_is_kept_where_amx_cannot_be_in_it(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_engine, "instructions_here", lambda: ("avx2",))
    assert not build_engine.needs_build(frozenset({"amx"}))
    assert build_engine.needs_build(frozenset({"amx", "avx512"}))


def test_a_repair_is_remembered_for_its_processor_and_version(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(left_out, "KEPT", here / "left-out.json")
    assert left_out.remembered() == frozenset()
    left_out.remember(frozenset({"avx512"}))
    left_out.remember(frozenset({"amx"}))
    assert left_out.remembered() == {"amx", "avx512"}
    monkeypatch.setattr(left_out, "pinned_version", lambda: "99")
    assert left_out.remembered() == frozenset()
    monkeypatch.undo()
    monkeypatch.setattr(left_out, "KEPT", here / "left-out.json")
    monkeypatch.setattr(left_out, "instructions_here", lambda: ("sse2",))
    assert left_out.remembered() == frozenset()


def _compiler_pid(checkout: Checkout, build: subprocess.Popen[str]) -> int:
    """The process id of the compiler that a waiting build has started."""
    assert build.stdout is not None
    for line in build.stdout:
        if json.loads(line)["done"] == 2:
            break
    return int((checkout.source / "wait").read_text())
