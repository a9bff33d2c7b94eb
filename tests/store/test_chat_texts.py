"""The stored chats as texts, read while somebody else owns the store."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.core.chats.chat import Answer, Chat, Message, Role, Turn
from app.store.chat_texts import stored_talks
from app.store.database import StoreFailed

if TYPE_CHECKING:
    from app.store.chats import ChatStore


def said(prompt: str, **answers: str) -> Turn:
    return Turn(0, prompt, {key: Answer(text) for key, text in answers.items()})


def test_prompts_with_the_references_answers_the_last_changed_first(
    store: ChatStore, database: Path, chat: Chat
) -> None:
    chat.system_prompt = "Be short."
    chat.turns = [said("Why?", two="Because.", one="Scattering."), said("And at dusk?")]
    store.create(chat)
    later = Chat(0, turns=[said("2 + 2?", x="", y="4"), said(" ", y="?")])
    store.create(later)
    # The store is open, and its log is not yet in the file.
    assert list(stored_talks(database)) == [
        (Message(Role.USER, "2 + 2?"), Message(Role.ASSISTANT, "4")),
        (
            Message(Role.SYSTEM, "Be short."),
            Message(Role.USER, "Why?"),
            Message(Role.ASSISTANT, "Scattering."),
            Message(Role.USER, "And at dusk?"),
        ),
    ]


def test_no_store_another_version_and_no_database(tmp_path: Path) -> None:
    assert list(stored_talks(tmp_path / "nowhere.sqlite3")) == []
    other = tmp_path / "other.sqlite3"
    connection = sqlite3.connect(other)
    connection.execute("PRAGMA user_version = 9999")
    connection.close()
    assert list(stored_talks(other)) == []
    broken = tmp_path / "broken.sqlite3"
    broken.write_bytes(b"no database at all, but of some length" * 40)
    with pytest.raises(StoreFailed, match="cannot be read"):
        list(stored_talks(broken))
