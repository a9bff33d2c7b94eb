"""Chats of models whose memory cannot be cut back go on from a place before the last turn."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.core.candidates.settings import SLICE_TOKENS, SamplingSettings
from app.core.chats.chat import Message, Role, StopReason
from app.engine.host.loading.places import room_for_places
from app.engine.protocol.answering import Finished, Generate, Text
from app.engine.protocol.running import Stop
from tests.helpers.architectures import Size, write_architecture

if TYPE_CHECKING:
    from tests.engine.conftest import RecordedEngine

# Recurrent, two hybrids, and one with a sliding window that an answer moves on.
NAMES = ["mamba", "jamba", "falcon-h1", "gemma3"]
SIZE = Size(context_tokens=4096, window=64)
CONTEXT_TOKENS = 4096
# Longer than the window's cells, so that the window has moved on when the answer has ended.
ANSWER = SamplingSettings(max_tokens=700)
SHORT = SamplingSettings(max_tokens=8)
LONG_QUESTION = "The sky is blue because air scatters short waves of light. " * 8
# As templates do that take thinking out: the answer comes back otherwise than it was written.
OTHERWISE = Message(Role.ASSISTANT, "It is blue.")


def asked(*questions: str) -> list[Message]:
    chat: list[Message] = []
    for question in questions:
        chat += [Message(Role.USER, question), OTHERWISE]
    return chat[:-1]


@pytest.mark.parametrize("name", NAMES)
def test_a_turn_reads_no_more_than_what_is_new(
    engine: RecordedEngine, tmp_path: Path, name: str
) -> None:
    path = write_architecture(tmp_path / "m.gguf", name, SIZE)
    engine.load(path, CONTEXT_TOKENS)
    first = engine.answer(asked(LONG_QUESTION), ANSWER)
    figures = first[2].figures
    assert figures.generated_tokens > 400
    longest_tail = 2 * SLICE_TOKENS
    # Written anew.
    again = engine.answer(asked(LONG_QUESTION), ANSWER)
    assert again[2].figures.reused_tokens >= figures.prompt_tokens - longest_tail
    assert again[0] == first[0]
    # Gone on with, as if it had been written otherwise, twice.
    for questions in ((LONG_QUESTION, "Why?"), (LONG_QUESTION, "Why?", "And at dawn?")):
        shown = engine.answer(asked(*questions), SHORT)
        reread = shown[2].figures.prompt_tokens - shown[2].figures.reused_tokens
        assert shown[2].figures.reused_tokens > 0
        assert reread <= longest_tail + SLICE_TOKENS
    # Another question of long ago: nothing of what came after it is left.
    other = engine.answer(asked("Another one"), SHORT)
    assert other[2].figures.reused_tokens == 0
    engine.load(path, CONTEXT_TOKENS)
    assert engine.answer(asked("Another one"), SHORT)[0] == other[0]
    assert engine.answer(asked(LONG_QUESTION), ANSWER)[0] == first[0]


@pytest.mark.parametrize("name", ["mamba", "jamba"])
def test_a_stop_costs_no_more_than_the_last_slices(
    engine: RecordedEngine, tmp_path: Path, name: str
) -> None:
    engine.load(write_architecture(tmp_path / "m.gguf", name, SIZE), CONTEXT_TOKENS)
    command_id = engine.send_prompt(asked(LONG_QUESTION), SamplingSettings(max_tokens=3000))
    engine.wait(Text)
    engine.client.send(Stop(command_id))
    stopped = engine.wait(Finished)
    assert stopped.stop_reason is StopReason.STOPPED
    shown = engine.answer(asked(LONG_QUESTION, "Why?"), SHORT)
    assert shown[2].figures.reused_tokens >= stopped.figures.prompt_tokens - 2 * SLICE_TOKENS


def test_an_answer_that_stands_alone_keeps_no_place(engine: RecordedEngine, tmp_path: Path) -> None:
    engine.load(write_architecture(tmp_path / "m.gguf", "mamba", SIZE), CONTEXT_TOKENS)
    ids = engine.client
    ids.send(Generate(ids.next_id(), asked(LONG_QUESTION), SHORT, clear=True))
    engine.wait(Finished)
    shown = engine.answer(asked(LONG_QUESTION, "Why?"), SHORT)
    assert shown[2].figures.reused_tokens == 0


def test_places_take_little_beside_the_weights() -> None:
    assert room_for_places(16_000_000_000) == 1_000_000_000
    assert room_for_places(0) <= 16 << 20
