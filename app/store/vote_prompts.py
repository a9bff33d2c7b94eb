"""What the person has asked before, and which files answered it: prompts to vote on.

What was asked of a picture is left out: without it there is nothing to answer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from app.core.words.sentence import say
from app.store.database import said

if TYPE_CHECKING:
    import sqlite3

_RECENT = """
    SELECT turn.prompt, turn.created_ns, chat.candidates,
        (SELECT json_group_array(key) FROM answer WHERE turn_id = turn.id)
    FROM turn JOIN chat ON chat.id = turn.chat_id
    WHERE turn.retired_ns IS NULL AND turn.pictures IS NULL ORDER BY turn.id DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class AskedPrompt:
    """A prompt out of the chats.

    Attributes:
        prompt: As it was written.
        created_ns: When it was asked last, since 1970.
        answered_by: Paths of the files that have answered it where the person could read it.
    """

    prompt: str
    created_ns: int
    answered_by: frozenset[str]


def recent_prompts(connection: sqlite3.Connection, most: int = 500) -> list[AskedPrompt]:
    """The latest prompts of all chats, each once, the newest first.

    Args:
        connection: On the thread that opened it.
        most: How many turns are looked at.

    Raises:
        StoreFailed: They cannot be read.
    """
    with said(say("store.chats_cannot_read_2")):
        rows: list[tuple[str, int, str, str]] = connection.execute(_RECENT, (most,)).fetchall()
    found: dict[str, AskedPrompt] = {}
    for prompt, created_ns, candidates, keys in rows:
        text = prompt.strip()
        if not text:
            continue
        paths = _paths_of(candidates, keys)
        if text in found:
            earlier = found[text]
            found[text] = AskedPrompt(text, earlier.created_ns, earlier.answered_by | paths)
        else:
            found[text] = AskedPrompt(text, created_ns, paths)
    return list(found.values())


def _paths_of(candidates: str, keys: str) -> frozenset[str]:
    """Paths of the candidates with these keys; candidates whose pane was closed are unknown."""
    try:
        shown = cast("list[dict[str, Any]]", json.loads(candidates))
        wanted = set(cast("list[str]", json.loads(keys)))
        return frozenset(str(each["path"]) for each in shown if each["key"] in wanted)
    except (ValueError, TypeError, KeyError):
        return frozenset()
