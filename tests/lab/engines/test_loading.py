"""What engines are loaded with, and that nobody else says it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from app.core.candidates.adapters import Adapter
from app.core.candidates.candidate import Candidate, LocalFile, candidate_of
from app.core.candidates.settings import EngineSettings, FlashAttention, KvType
from app.lab.engines.loading import NO_CONTEXT, load_command

APP = Path(__file__).parents[3] / "app"
MUCH_BYTES = 10_000_000_000


def makers_of(name: str) -> list[str]:
    """The modules of the program that make a command of this name."""
    found: list[str] = []
    for path in sorted(APP.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func
            if called == name or (isinstance(called, ast.Name) and called.id == name):
                found.append(path.relative_to(APP).as_posix())
    return found


def test_one_module_alone_makes_the_command_to_load() -> None:
    assert makers_of("Load") == ["lab/engines/loading.py"]


def test_one_module_alone_makes_the_command_to_answer() -> None:
    assert makers_of("Generate") == ["lab/engines/asking.py"]


def test_one_module_alone_starts_engines_and_talks_to_them_by_calls() -> None:
    assert makers_of("LocalEngines") == makers_of("EngineCalls") == ["lab/engines/room.py"]


def test_the_settings_go_into_the_command() -> None:
    settings = EngineSettings(1024, 3, 7, KvType.Q8_0, FlashAttention.ON)
    candidate = Candidate(LocalFile("/a/b.gguf"), settings, None, (Adapter("c.gguf", 0.5),))
    load = load_command(5, candidate, 2, MUCH_BYTES, 4096)
    assert (load.id, load.path) == (5, str(Path("/a/b.gguf").absolute()))
    assert (load.context_tokens, load.threads, load.engine) == (1024, 3, settings)
    assert load.adapters == [Adapter(str(Path("c.gguf").absolute()), 0.5)]
    # The evaluation makes a context of its own.
    assert load_command(5, candidate, 2, MUCH_BYTES, NO_CONTEXT).context_tokens == 0


def test_what_the_settings_leave_open_is_what_everybody_gets() -> None:
    load = load_command(1, candidate_of("b"), 2, MUCH_BYTES)
    assert (load.context_tokens, load.threads, load.engine) == (4096, 2, EngineSettings())
    assert load_command(1, candidate_of("b"), 2, MUCH_BYTES, 777).context_tokens == 777


@pytest.mark.parametrize(
    ("available_bytes", "limit_bytes"),
    [(MUCH_BYTES, MUCH_BYTES - 500_000_000), (600_000_000, 500_000_000), (0, 500_000_000)],
)
def test_the_rest_of_the_pc_is_left_some_memory(available_bytes: int, limit_bytes: int) -> None:
    load = load_command(1, candidate_of("b"), 2, available_bytes)
    assert load.memory_limit_bytes == limit_bytes
