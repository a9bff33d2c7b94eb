"""Engines that are kept, with real ones over small models."""

from __future__ import annotations

import os
import signal
import sys
from array import array
from typing import TYPE_CHECKING

import psutil
import pytest

from app.core.candidates.settings import EngineSettings, FlashAttention, KvType
from app.core.chats.chat import Message, Role
from app.engine.protocol.reading import ChatRendered, RenderChat, Tokenize, Tokenized
from app.engine.protocol.scoring import ChunkScored, KeepReference, ReferenceKept, ScoreChunk
from app.lab.engines.calls import EngineFailed
from app.lab.engines.opened import OpenedCandidate, opened_file
from app.lab.engines.room import EngineRoom
from app.lab.engines.shelf import EngineShelf
from app.library.model_files import open_model_file
from tests.helpers import gguf_files as files
from tests.helpers.rooms import roomy

if TYPE_CHECKING:
    from pathlib import Path

    from app.lab.engines.calls import EngineCalls

TEXT = "Bits are stored in memory, and fewer bits make a smaller file. " * 12


@pytest.fixture
def three(tmp_path: Path) -> list[OpenedCandidate]:
    """Three small models."""
    names = ("one", "two", "three")
    made = [files.write_scripted_model(tmp_path / f"{name}.gguf", [name]) for name in names]
    return [opened_file(open_model_file(path)) for path in made]


def limit_of(engine: EngineCalls) -> int:
    """The bound of an engine's private memory, in bytes."""
    limit, _ = psutil.Process(engine.pid).rlimit(psutil.RLIMIT_DATA)
    return limit


def test_an_engine_is_loaded_once_and_again_when_it_died(
    three: list[OpenedCandidate], tmp_path: Path
) -> None:
    one = three[0]
    with EngineShelf("t", roomy(tmp_path), 1, 256) as shelf:
        engine = shelf.take(one)
        assert shelf.take(one) is engine
        assert shelf.engine.startswith("llama-cpp-python")
        assert engine.pid is not None
        os.kill(engine.pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
        assert engine.join(60)
        other = shelf.take(one)
        assert other is not engine
        assert other.pid is not None
        shelf.drop(one)
        assert other.pid is None
        last = shelf.take(one)
    assert last.pid is None


def test_the_oldest_gives_way_unless_it_is_needed_beside_the_next(
    three: list[OpenedCandidate], tmp_path: Path
) -> None:
    """Memory for two engines, by the figures that the shelf goes by."""
    need_bytes = roomy(tmp_path).needed_bytes(three[0], 256)
    free = [1_500_000_000 + 2 * need_bytes + need_bytes // 2]
    with EngineShelf("t", EngineRoom(tmp_path, lambda: free[0]), 1, 256) as shelf:
        first = shelf.take(three[0])
        free[0] -= need_bytes
        second = shelf.take(three[1])
        free[0] -= need_bytes
        assert shelf.hold(three[:2])
        assert not shelf.hold(three)
        third = shelf.take(three[2], beside=[three[0]])
        assert (first.pid is None, second.pid is None, third.pid is None) == (False, True, False)
        shelf.take(three[1])
        assert (first.pid is None, third.pid is None) == (True, False)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere nothing bounds it")
@pytest.mark.parametrize("makes_contexts", [True, False])
def test_the_memory_of_every_engine_is_bounded(
    makes_contexts: bool, three: list[OpenedCandidate], tmp_path: Path
) -> None:
    room = roomy(tmp_path, 4_000_000_000)
    with EngineShelf("t", room, 1, 256, makes_contexts=makes_contexts) as shelf:
        assert limit_of(shelf.take(three[0])) == 3_500_000_000


def test_an_engine_that_was_only_begun_ends_with_its_candidates(
    three: list[OpenedCandidate], tmp_path: Path
) -> None:
    room = roomy(tmp_path)
    with EngineShelf("t", room, 1, 256, makes_contexts=True, engines=2) as shelf:
        before = set(psutil.Process().children())
        first = shelf.begin(three[0], 256)
        begun = [child for child in psutil.Process().children() if child not in before]
        assert len(begun) == 2
        shelf.keep_only({three[0].candidate.key()})
        assert all(child.is_running() for child in begun)
        shelf.keep_only({three[1].candidate.key()})
        _gone, alive = psutil.wait_procs(begun, 60)
    assert alive == []
    assert first.is_gone


def test_one_file_with_two_settings_is_two_engines_that_say_different_things(
    demo_model: Path, tmp_path: Path
) -> None:
    model = open_model_file(demo_model)
    usual = opened_file(model)
    coarse = opened_file(
        model, EngineSettings(kv_type=KvType.Q4_0, flash_attention=FlashAttention.ON)
    )
    with EngineShelf("t", roomy(tmp_path), 1, 256, makes_contexts=True) as shelf:
        engine = shelf.take(usual)
        source, target = tmp_path / "text", tmp_path / "tokens"
        source.write_text(TEXT, encoding="utf-8")
        engine.call(Tokenize(engine.next_id(), str(source), str(target)), Tokenized)
        tokens = array("i", target.read_bytes()).tolist()[:200]
        kept = str(tmp_path / "kept")
        engine.call(KeepReference(engine.next_id(), tokens, 32, 1, kept), ReferenceKept)

        def loss(opened: OpenedCandidate) -> float:
            engine = shelf.take(opened)
            command = ScoreChunk(engine.next_id(), tokens, 32, 1, kept)
            return sum(engine.call(command, ChunkScored).kld)

        # What is kept of a reference is rounded.
        assert loss(coarse) > 10 * abs(loss(usual))


def test_settings_that_llama_cpp_refuses_reach_it(demo_model: Path, tmp_path: Path) -> None:
    settings = EngineSettings(kv_type=KvType.Q8_0, flash_attention=FlashAttention.OFF)
    opened = opened_file(open_model_file(demo_model), settings)
    with EngineShelf("t", roomy(tmp_path), 1, 256) as shelf, pytest.raises(EngineFailed):
        shelf.take(opened)


def test_a_chosen_template_writes_the_chats(demo_model: Path, tmp_path: Path) -> None:
    model = open_model_file(demo_model)
    messages = [Message(Role.USER, "Why?")]
    with EngineShelf("t", roomy(tmp_path), 1, 256, makes_contexts=True) as shelf:
        engine = shelf.take(opened_file(model))

        def text(template_id: str | None) -> str:
            chosen = opened_file(model, template_id=template_id).manner.chosen
            command = RenderChat(engine.next_id(), messages, True, chosen)
            return engine.call(command, ChatRendered).text

        assert "[INST]" in text("mistral")
        assert "[INST]" not in text(None)
