"""A candidate that comes later answers what it missed, over real engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.core.candidates.candidate import candidate_of
from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import StopReason
from app.core.errors import PersonError

if TYPE_CHECKING:
    from pathlib import Path

    from app.store.chats import ChatStore
    from tests.lab.conftest import Bench


def ask(bench: Bench, *prompts: str) -> None:
    for prompt in prompts:
        bench.session.ask(prompt)
        bench.rest()


def test_questions_are_answered_one_after_another(
    bench: Bench, models: dict[str, Path], store: ChatStore
) -> None:
    bench.open([models["blue"]])
    ask(bench, "One?", "Two?", "Three?")
    session = bench.session
    late = session.add_candidate(candidate_of(models["green"])).key
    assert [turn.prompt for turn in session.missed(late)] == ["One?", "Two?", "Three?"]
    session.catch_up(late)
    bench.until(lambda: not session.missed(late) and len(session.chat.turns_of(late)) == 3)
    bench.rest()
    for turn in session.chat.turns:
        assert turn.answers[late].stop_reason is StopReason.END
        assert turn.answers[late].text == "The sky is green!"
    told = session.chat.messages_for(late, upto=session.chat.turns[-1])
    assert len(told) == 5
    stored = store.load(session.chat.id)
    assert [turn.answers[late].text for turn in stored.turns] == ["The sky is green!"] * 3
    ask(bench, "Four?")
    assert len(session.chat.turns_of(late)) == 4


def test_it_ends_where_it_is_stopped(bench: Bench, models: dict[str, Path]) -> None:
    bench.open([models["blue"]])
    ask(bench, "One?", "Two?")
    session = bench.session
    late = session.add_candidate(candidate_of(models["endless"])).key
    session.set_sampling(SamplingSettings(max_tokens=100_000))
    session.catch_up(late)
    with pytest.raises(PersonError):
        session.ask("Not yet", [late])
    bench.until(lambda: bool(session.chat.turns[0].answers[late].text))
    session.stop(late)
    bench.rest()
    for _ in range(3):
        session.pump()
    assert session.chat.turns[0].answers[late].stop_reason is StopReason.STOPPED
    assert late not in session.chat.turns[1].answers


def test_another_chat_ends_it(bench: Bench, models: dict[str, Path]) -> None:
    bench.open([models["blue"]])
    ask(bench, "One?", "Two?")
    session = bench.session
    late = session.add_candidate(candidate_of(models["green"])).key
    session.catch_up(late)
    bench.until(lambda: session.chat.turns[0].answers[late].stop_reason is not None)
    session.stop()
    old = session.chat
    bench.rest()
    session.start_with([candidate_of(models["green"])])
    for _ in range(3):
        session.pump()
    assert session.chat is not old
    assert session.chat.turns == []
