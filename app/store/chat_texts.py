"""The stored chats as texts, read beside whichever program owns the store."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.chats.chat import Chat, Message, Role, Turn
from app.core.words.sentence import say
from app.store.chats import ChatStore
from app.store.connecting import connect
from app.store.database import said
from app.store.schema import APPLICATION_ID, MIGRATIONS

if TYPE_CHECKING:
    import sqlite3

_PATIENCE_SECONDS = 2.0


def stored_talks(database: Path) -> Generator[tuple[Message, ...]]:
    """Every stored chat as one conversation, the last changed first.

    Each prompt is followed by the reference's answer, where there is one, else by the first
    candidate's that answered. Reads only, and may be called while another program owns the store.
    A store that is not there, or is of another version of this program, has no chats.

    Raises:
        StoreFailed: The database cannot be read.
    """
    if not database.is_file():
        return
    with said(say("store.chats_cannot_read", database=database)):
        connection = connect(database, "ro", timeout=_PATIENCE_SECONDS, autocommit=True)
        with contextlib.closing(connection):
            if not _is_ours(connection):
                return
            store = ChatStore(connection)
            for summary in store.list_chats():
                talk = _talk_of(store.load(summary.id))
                if talk:
                    yield talk


def _is_ours(connection: sqlite3.Connection) -> bool:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    owner = int(connection.execute("PRAGMA application_id").fetchone()[0])
    return owner == APPLICATION_ID and version == len(MIGRATIONS)


def _talk_of(chat: Chat) -> tuple[Message, ...]:
    messages: list[Message] = []
    if chat.system_prompt.strip():
        messages.append(Message(Role.SYSTEM, chat.system_prompt))
    asked = 0
    for turn in chat.turns:
        if not turn.prompt.strip():
            continue
        asked += 1
        messages.append(Message(Role.USER, turn.prompt))
        answer = _answer_of(turn, chat.reference_key)
        if not answer:
            # What follows would have no answer before it, which templates refuse.
            break
        messages.append(Message(Role.ASSISTANT, answer))
    return tuple(messages) if asked else ()


def _answer_of(turn: Turn, reference_key: str | None) -> str:
    answers = turn.answers
    keys = list(answers)
    if reference_key is not None and reference_key in answers:
        keys.insert(0, reference_key)
    texts = (answers[key].text for key in keys if not answers[key].error)
    return next((text for text in texts if text.strip()), "")
