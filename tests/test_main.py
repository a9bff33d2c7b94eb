"""The words of the command line choose window, command line or engine host, before Qt loads."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from app import __main__ as program
from app import __version__
from app.base import rights
from app.cli.main import build_parser
from app.core.hub.opening import Opening
from app.store.paths import Paths
from app.store.window.claim import claim_or_hand_over

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def own_mask(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What the program does to its process is undone."""
    monkeypatch.setattr(rights, "masks", rights.Masks())
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_all_but_an_engine_keep_what_they_write_to_themselves(
    started: list[tuple[str, object]],
) -> None:
    for words, mask in (["--engine-host"], 0o022), (["--version"], 0o077), ([], 0o077):
        program.main(words)
        found = os.umask(mask)
        assert found == mask
        os.umask(found)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, object]]:
    """Put recorders in the place of the three programs; return what they are started with."""
    calls: list[tuple[str, object]] = []

    def stand_in(name: str, status: int) -> ModuleType:
        module = ModuleType(name)

        def main(*args: object) -> int:
            calls.append((name, args[0] if args else None))
            return status

        module.main = main  # type: ignore[attr-defined]
        return module

    for name, status in (
        ("app.cli.main", 3),
        ("app.ui.application", 4),
        ("app.engine.host.main", 5),
    ):
        monkeypatch.setitem(sys.modules, name, stand_in(name, status))
    return calls


@pytest.mark.parametrize(
    "words", [["compare", "a.gguf"], ["bench"], ["quantize"], ["--version"], ["--help"], ["-h"]]
)
def test_commands_go_to_the_command_line(
    started: list[tuple[str, object]], words: list[str]
) -> None:
    assert program.main(words) == 3
    assert started == [("app.cli.main", words)]


@pytest.mark.parametrize(
    ("words", "files", "links"),
    [
        ([], [], []),
        (["model.gguf", "other.gguf"], ["model.gguf", "other.gguf"], []),
        (["--", "compare", "-x.gguf"], ["compare", "-x.gguf"], []),
        (["--", "shrinkscope:x"], ["shrinkscope:x"], []),
        (["model.gguf", "bench"], ["model.gguf", "bench"], []),
        (["shrinkscope://open/org/model"], [], ["shrinkscope://open/org/model"]),
    ],
)
def test_everything_else_is_for_the_window(
    started: list[tuple[str, object]], words: list[str], files: list[str], links: list[str]
) -> None:
    assert program.main(words) == 4
    absolute = tuple(str(Path.cwd() / file) for file in files)
    assert started == [("app.ui.application", Opening(absolute, tuple(links)))]


def test_the_words_are_handed_to_the_window_that_has_the_store(
    started: list[tuple[str, object]],
) -> None:
    claim = claim_or_hand_over(Paths.default(), Opening())
    assert claim is not None
    assert claim.doorbell is not None
    try:
        assert program.main(["/model.gguf"]) == 0
        assert claim.doorbell.attend(lambda _: None) == [Opening(files=("/model.gguf",))]
    finally:
        claim.release()
    assert started == []
    assert program.main([]) == 4


def test_the_engine_host_is_started_by_its_word(started: list[tuple[str, object]]) -> None:
    assert program.main(["--engine-host"]) == 5
    assert started == [("app.engine.host.main", None)]


def test_the_words_of_the_process_are_taken_when_none_are_given(
    started: list[tuple[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["shrinkscope", "bench", "x.gguf"])
    assert program.main() == 3
    assert started == [("app.cli.main", ["bench", "x.gguf"])]


def test_an_obstacle_is_said_and_no_window_starts(
    started: list[tuple[str, object]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    stand_in = SimpleNamespace(window_obstacle=lambda: "No window today.")
    monkeypatch.setitem(sys.modules, "app.preflight", stand_in)  # type: ignore[arg-type]
    assert program.main([]) == 1
    assert started == []
    assert capsys.readouterr().err == "No window today.\n"


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "app", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_the_version_is_told_without_qt_or_llama_cpp() -> None:
    result = run("--version")
    assert result.returncode == 0
    assert __version__ in result.stdout
    assert "PySide6" not in result.stderr
    assert "llama_cpp" not in result.stderr


def test_every_command_is_one_that_the_command_line_knows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for command in sorted(program.COMMANDS):
        with pytest.raises(SystemExit, match=r"^0$"):
            build_parser().parse_args([command, "--help"])
        assert f" {command} " in capsys.readouterr().out
