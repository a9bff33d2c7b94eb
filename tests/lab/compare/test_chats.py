"""Chats that come, go and are exported, over real engines and a real store.

Tests app.bootstrap, app.lab.compare.session and app.lab.compare.deck.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from app.core.candidates.candidate import candidate_of
from app.core.candidates.settings import SamplingSettings
from app.core.errors import PersonError

if TYPE_CHECKING:
    from pathlib import Path

    from app.store.chats import ChatStore
    from tests.lab.conftest import Bench


def test_a_busy_pane_refuses_and_nothing_changes(bench: Bench, models: dict[str, Path]) -> None:
    bench.open([models["endless"]])
    bench.session.set_sampling(SamplingSettings(max_tokens=100_000))
    bench.session.ask("Why?")
    for refused in (
        lambda: bench.session.ask("Again?"),
        bench.session.new_chat,
        lambda: bench.session.delete_chats([bench.session.chat.id]),
    ):
        with pytest.raises(PersonError):
            refused()
    assert len(bench.session.chat.turns) == 1
    bench.session.stop()
    bench.rest()


def test_a_deleted_chat_comes_back_and_opens_where_it_was_open(
    bench: Bench, models: dict[str, Path]
) -> None:
    bench.open([models["blue"]])
    session = bench.session
    session.ask("One")
    bench.rest()
    first = session.chat.id
    bring_back = session.delete_chats([first])
    assert session.chat.id != first
    assert first not in {summary.id for summary in session.list_chats()}
    bring_back()
    assert session.chat.id == first
    assert [turn.prompt for turn in session.chat.turns] == ["One"]


def test_a_chat_is_asked_once_more_in_a_new_one(bench: Bench, models: dict[str, Path]) -> None:
    bench.open([models["blue"], models["green"]])
    session = bench.session
    session.set_system_prompt("Be brief.")
    session.ask("One")
    bench.rest()
    session.ask("Two")
    bench.rest()
    first = session.chat
    keys = session.repeat_chat(first.id)
    assert session.chat.id != first.id
    assert [turn.answers for turn in session.chat.turns] == [{}, {}]
    for key in keys:
        session.catch_up(key)
    bench.until(lambda: all(len(turn.answers) == 2 for turn in session.chat.turns))
    bench.rest()
    assert session.chat.system_prompt == "Be brief."
    for old, new in zip(first.turns, session.chat.turns, strict=True):
        assert {key: a.text for key, a in old.answers.items()} == {
            key: a.text for key, a in new.answers.items()
        }


def test_chats_come_back(bench: Bench, models: dict[str, Path], store: ChatStore) -> None:
    first, second = bench.open([models["blue"], models["green"]])
    bench.session.set_system_prompt("Be brief.")
    bench.session.ask("Why is the sky blue?")
    bench.rest()
    chat_id = bench.session.chat.id
    bench.session.new_chat()
    assert not bench.session.chat.turns
    assert bench.session.chat.system_prompt == "Be brief."
    bench.session.remove_candidate(second)
    bench.session.open_chat(chat_id)
    assert [pane.key for pane in bench.session.panes] == [first, second]
    assert bench.session.chat.turns[0].answers[second].text == "The sky is green!"
    assert [summary.title for summary in bench.session.list_chats()] == ["Why is the sky blue?"]
    assert store.load(chat_id).reference_key == first


def test_an_empty_chat_leaves_no_trace(bench: Bench, models: dict[str, Path]) -> None:
    bench.open([models["blue"]])
    bench.session.ask("One")
    bench.rest()
    chat_id = bench.session.chat.id
    bench.session.new_chat()
    bench.session.new_chat()
    bench.session.open_chat(chat_id)
    assert [summary.id for summary in bench.session.list_chats()] == [chat_id]


def test_an_empty_chat_with_chosen_candidates_is_kept(
    bench: Bench, models: dict[str, Path]
) -> None:
    bench.open([models["blue"]])
    bench.session.ask("One")
    bench.rest()
    chat_id = bench.session.chat.id
    bench.session.start_with([candidate_of(models["green"])])
    chosen = bench.session.chat.id
    bench.session.open_chat(chat_id)
    assert {summary.id for summary in bench.session.list_chats()} == {chat_id, chosen}
    bench.session.open_chat(chosen)
    assert [pane.candidate.place for pane in bench.session.panes] == [str(models["green"])]
    bench.session.chats.nothing_chosen()
    bench.session.open_chat(chat_id)
    assert [summary.id for summary in bench.session.list_chats()] == [chat_id]
    bench.session.new_chat()
    added = bench.session.chat.id
    bench.session.add_candidate(candidate_of(models["green"]))
    bench.session.open_chat(chat_id)
    assert {summary.id for summary in bench.session.list_chats()} == {chat_id, added}


@pytest.mark.parametrize("what", ["prompt", "sampling", "own sampling", "title"])
def test_an_empty_chat_with_something_written_or_set_is_kept(
    bench: Bench, models: dict[str, Path], what: str
) -> None:
    bench.open([models["blue"]])
    session = bench.session
    session.ask("One")
    bench.rest()
    first = session.chat.id
    session.new_chat()
    second = session.chat.id
    match what:
        case "prompt":
            session.set_system_prompt("Be brief.")
        case "sampling":
            session.set_sampling(SamplingSettings(temperature=0.7))
        case "own sampling":
            own = replace(session.panes[0].setup, sampling=SamplingSettings(temperature=0.7))
            session.update_candidate(own)
        case _:
            session.rename_chat(second, "Sums")
    session.open_chat(first)
    assert {summary.id for summary in session.list_chats()} == {first, second}


def test_a_chat_is_exported(bench: Bench, models: dict[str, Path]) -> None:
    bench.open([models["blue"]])
    bench.session.ask("Why?")
    bench.rest()
    chat_id = bench.session.chat.id
    assert "The sky is blue." in bench.session.export_chat(chat_id, "markdown")
    document = json.loads(bench.session.export_chat(chat_id, "json"))
    assert "The sky is blue." in json.dumps(document)
