from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.core.chats.chat import Answer, Chat, Turn
from app.store.chat_search import chats_saying
from app.store.chats import ChatStore
from app.store.database import StoreFailed, open_database

if TYPE_CHECKING:
    from pathlib import Path


def test_chats_are_found_by_what_was_asked_and_said(tmp_path: Path) -> None:
    path = tmp_path / "chats #1?.sqlite3"
    connection = open_database(path)
    store = ChatStore(connection)
    ids: list[int] = []
    for prompt, text in (("Why is the sky blue?", "Air."), ("100% sure?", "The SKY_is.")):
        chat = store.create(Chat(0, turns=[Turn(0, prompt, {"a": Answer(text)})]))
        store.save_answer(chat.turns[0].id, "a", chat.turns[0].answers["a"], final=True)
        ids.append(chat.id)
    assert chats_saying(path, "sky") == set(ids)
    assert chats_saying(path, "blue") == {ids[0]}
    assert chats_saying(path, "100%") == chats_saying(path, "sky_") == {ids[1]}
    assert chats_saying(path, "nothing like it") == frozenset()
    # What is shown no more is not found.
    store.retire_turns([store.load(ids[0]).turns[0].id], by=store.load(ids[1]).turns[0].id)
    assert chats_saying(path, "blue") == frozenset()
    connection.close()


def test_a_database_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreFailed):
        chats_saying(tmp_path / "none.sqlite3", "sky")
