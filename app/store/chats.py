"""Chats in the database: their turns, and answers that grow while they come."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from app.core.chats.chat import Answer, Chat, Turn
from app.core.words.sentence import Sentence, say
from app.store.database import StoreFailed, said, transaction
from app.store.history.marks import EntryMarks
from app.store.pictures import remove_unused, shown_in_chat
from app.store.rows import (
    ANSWER_COLUMNS,
    CHAT_COLUMNS,
    answer_from,
    answer_row,
    chat_from,
    chat_row,
    panes_from,
    pictures_column,
    pictures_from,
    storable,
)

if TYPE_CHECKING:
    import sqlite3

_CREATE_CHAT = (
    f"INSERT INTO chat ({', '.join(CHAT_COLUMNS)}) VALUES ({', '.join('?' * len(CHAT_COLUMNS))})"
)
_UPDATE_CHAT = f"""
    UPDATE chat SET {", ".join(f"{c} = ?" for c in CHAT_COLUMNS if not c.endswith("_ns"))},
        changed_ns = max(changed_ns, ?)
    WHERE id = ?
"""
_LOAD_CHAT = f"SELECT {', '.join(CHAT_COLUMNS)} FROM chat WHERE id = ?"
_LIST_CHATS = """
    SELECT chat.id, title, created_ns, changed_ns,
        (SELECT count(*) FROM turn WHERE chat_id = chat.id AND retired_ns IS NULL),
        pinned_ns IS NOT NULL, coalesce(folder.name, '')
    FROM chat JOIN entry ON entry.kind = 'chat' AND entry.number = chat.id
    LEFT JOIN folder ON folder.id = folder_id
    WHERE deleted_ns IS NULL
    ORDER BY pinned_ns IS NULL, changed_ns DESC, chat.id DESC LIMIT ?
"""
_LOAD_TURNS = """
    SELECT id, prompt, pictures,
        (SELECT count(DISTINCT retired_ns) FROM turn AS other WHERE other.retired_by = turn.id)
    FROM turn WHERE chat_id = ? AND retired_ns IS NULL ORDER BY id
"""
_LOAD_ANSWERS = f"""
    SELECT turn_id, key, {", ".join(ANSWER_COLUMNS)}
    FROM turn CROSS JOIN answer ON answer.turn_id = turn.id
    WHERE turn.chat_id = ? AND turn.retired_ns IS NULL
    ORDER BY turn.id, answer.id
"""
_SAVE_ANSWER = f"""
    INSERT INTO answer (turn_id, key, {", ".join(ANSWER_COLUMNS)})
    VALUES (?, ?, {", ".join("?" * len(ANSWER_COLUMNS))})
    ON CONFLICT (turn_id, key)
    DO UPDATE SET {", ".join(f"{column} = excluded.{column}" for column in ANSWER_COLUMNS)}
"""
_LOAD_EARLIER = f"""
    SELECT turn_id, key, {", ".join(f"earlier_answer.{column}" for column in ANSWER_COLUMNS)}
    FROM turn CROSS JOIN earlier_answer ON earlier_answer.turn_id = turn.id
    WHERE turn.chat_id = ? AND turn.retired_ns IS NULL
    ORDER BY turn.id, key, place
"""
_SAVE_EARLIER = f"""
    INSERT INTO earlier_answer (turn_id, key, place, {", ".join(ANSWER_COLUMNS)})
    VALUES (?, ?, ?, {", ".join("?" * len(ANSWER_COLUMNS))})
"""
_TOUCH = "UPDATE chat SET changed_ns = max(changed_ns, ?) WHERE id = "


@dataclass(frozen=True, slots=True)
class ChatSummary:
    """A line of the list of chats; times in ns since 1970, turns without the retired ones.

    Attributes:
        pinned: Whether it stands above the others.
        folder: In which it is; empty for none.
    """

    id: int
    title: str
    created_ns: int
    changed_ns: int
    turns: int
    pinned: bool = False
    folder: str = ""


class ChatStore:
    """Reads and writes chats. Lives on the thread that opened the connection.

    Every method raises :class:`StoreFailed` when the database cannot do it; then nothing of
    it has happened. What a method has written outlives the program, however that ends.

    Attributes:
        marks: Pins, folders, and what is deleted with a way back.
    """

    def __init__(
        self, connection: sqlite3.Connection, clock_ns: Callable[[], int] = time.time_ns
    ) -> None:
        self._connection = connection
        self._clock_ns = clock_ns
        self.marks = EntryMarks(connection, clock_ns)

    def list_chats(self, most: int = -1) -> list[ChatSummary]:
        """Chats, those that are pinned and then the last changed first; -1 is all of them."""
        with said(say("store.chats_cannot_read_2")):
            return [
                ChatSummary(number, title, created_ns, changed_ns, turns, bool(pinned), folder)
                for number, title, created_ns, changed_ns, turns, pinned, folder in (
                    self._connection.execute(_LIST_CHATS, (most,))
                )
            ]

    def opened_files(self) -> list[str]:
        """The model files that chats were opened with, those of the last changed chat first."""
        statement = "SELECT id, candidates FROM chat ORDER BY changed_ns DESC"
        with said(say("store.chats_cannot_read_2")):
            rows = self._connection.execute(statement).fetchall()
        panes = (pane for chat_id, text in rows for pane in panes_from(text, chat_id))
        files = (pane.candidate.local for pane in panes)
        return list(dict.fromkeys(str(file) for file in files if file is not None))

    def create(self, chat: Chat) -> Chat:
        """Store a new chat with its turns; the same object comes back with ids and times set."""
        now = self._clock_ns()
        chat.created_ns = chat.created_ns or now
        chat.changed_ns = chat.changed_ns or now
        with self._writing(say("store.chat_cannot_stored")):
            cursor = self._connection.execute(_CREATE_CHAT, chat_row(chat))
            chat_id = cast("int", cursor.lastrowid)
            turn_ids = [self._insert_turn(chat_id, turn) for turn in chat.turns]
        chat.id = chat_id
        for turn, turn_id in zip(chat.turns, turn_ids, strict=True):
            turn.id = turn_id
        return chat

    def update(self, chat: Chat) -> None:
        """Store everything of a chat but its turns.

        The time of its last change only ever grows, so that turns added meanwhile count.
        """
        title, _, changed_ns, *rest = chat_row(chat)
        with self._writing(say("store.chat_cannot_stored")):
            self._execute_once(_UPDATE_CHAT, (title, *rest, changed_ns, chat.id))

    def load(self, chat_id: int) -> Chat:
        """A chat with its turns, without the retired ones.

        An answer that was still coming when the program ended has its text and no stop reason; one
        that had none yet leaves its place to the answer before.
        """
        with said(say("store.chats_cannot_read_2")):
            row = self._connection.execute(_LOAD_CHAT, (chat_id,)).fetchone()
            if row is None:
                raise StoreFailed(say("store.chat_no_longer"), f"chat {chat_id}")
            turns = {
                turn_id: Turn(
                    turn_id,
                    prompt,
                    versions=versions,
                    pictures=pictures_from(pictures, chat_id),
                )
                for turn_id, prompt, pictures, versions in self._connection.execute(
                    _LOAD_TURNS, (chat_id,)
                )
            }
            for turn_id, key, *columns in self._connection.execute(_LOAD_ANSWERS, (chat_id,)):
                turns[turn_id].answers[key] = answer_from(tuple(columns))
            for turn_id, key, *columns in self._connection.execute(_LOAD_EARLIER, (chat_id,)):
                kept = turns[turn_id].earlier.setdefault(key, [])
                kept.append(answer_from(tuple(columns)))
        for turn in turns.values():
            for key in turn.earlier:
                if key in turn.answers:
                    turn.bring_back(key)
        return chat_from(chat_id, row, list(turns.values()))

    def delete(self, chat_id: int) -> None:
        """Remove a chat with all its turns for good; does nothing if it is gone already.

        What only it showed goes with it.
        """
        with self._writing(say("store.chat_cannot_deleted"), durable=True):
            pictures = shown_in_chat(self._connection, chat_id)
            self._connection.execute("DELETE FROM chat WHERE id = ?", (chat_id,))
        remove_unused(self._connection, pictures)

    def add_turn(self, chat_id: int, turn: Turn) -> None:
        """Store a turn with its answers as they are, and set its id."""
        with self._writing(say("store.prompt_cannot_stored")):
            self._execute_once(_TOUCH + "?", (self._clock_ns(), chat_id))
            turn_id = self._insert_turn(chat_id, turn)
        turn.id = turn_id

    def save_answer(self, turn_id: int, key: str, answer: Answer, final: bool) -> None:
        """Store what an answer is now, in place of what it was.

        Args:
            turn_id: A stored turn.
            key: The candidate that answers.
            answer: All of it, not only what is new.
            final: It is the last time that this answer is saved; the chat counts as changed.
        """
        # Not durable, as an answer ends while others come: waiting for a slow disk would stop the
        # window. Killing the program takes nothing back (see ``open_database``).
        with self._writing(say("store.answer_cannot_stored")):
            self._insert_answer(turn_id, key, answer)
            if final:
                self._connection.execute(
                    _TOUCH + "(SELECT chat_id FROM turn WHERE id = ?)",
                    (self._clock_ns(), turn_id),
                )

    def save_versions(self, turn: Turn, key: str) -> None:
        """Store a turn's answer of one candidate with those that it took the place of."""
        with self._writing(say("store.answer_cannot_stored")):
            self._insert_answer(turn.id, key, turn.answers[key])
            self._connection.execute(
                "DELETE FROM earlier_answer WHERE turn_id = ? AND key = ?", (turn.id, key)
            )
            self._connection.executemany(
                _SAVE_EARLIER,
                [
                    (turn.id, key, place, *answer_row(answer))
                    for place, answer in enumerate(turn.earlier.get(key, []))
                ],
            )

    def retire_turns(self, turn_ids: Sequence[int], by: int) -> None:
        """Keep turns but show them no more: an edit put ``by`` in the first one's place."""
        with self._writing(say("store.change_cannot_stored")):
            self._retire(turn_ids, by)

    def restore_turns(self, turn_ids: Sequence[int]) -> None:
        """Show another version of the first of these turns, with what followed it there.

        The versions take turns: the one that was put away first comes, these turns go.
        """
        with self._writing(say("store.change_cannot_stored")):
            found = self._connection.execute(
                "SELECT min(id), retired_ns FROM turn "
                "WHERE retired_by = ? AND retired_ns IS NOT NULL "
                "GROUP BY retired_ns ORDER BY retired_ns LIMIT 1",
                (turn_ids[0],),
            ).fetchone()
            if found is None:
                return
            first, retired_ns = found
            self._connection.execute(
                "UPDATE turn SET retired_ns = NULL, retired_by = NULL "
                "WHERE retired_by = ? AND retired_ns = ?",
                (turn_ids[0], retired_ns),
            )
            self._retire(turn_ids, first)

    # ------------------------------------------------------------------------------ inside

    @contextlib.contextmanager
    def _writing(self, what: Sentence, *, durable: bool = False) -> Generator[None]:
        with said(what), transaction(self._connection, durable=durable):
            yield

    def _execute_once(self, statement: str, values: tuple[str | int | None, ...]) -> None:
        if self._connection.execute(statement, values).rowcount != 1:
            raise StoreFailed(say("store.chat_no_longer"), statement)

    def _retire(self, turn_ids: Sequence[int], by: int) -> None:
        """Put turns away as a version of ``by``, and so all other versions of the first one."""
        if not turn_ids:
            return
        self._connection.execute(
            "UPDATE turn SET retired_by = ? WHERE retired_by = ?", (by, turn_ids[0])
        )
        now = self._clock_ns()
        self._connection.executemany(
            "UPDATE turn SET retired_ns = ?, retired_by = ? WHERE id = ? AND retired_ns IS NULL",
            [(now, by, turn_id) for turn_id in turn_ids],
        )

    def _insert_turn(self, chat_id: int, turn: Turn) -> int:
        cursor = self._connection.execute(
            "INSERT INTO turn (chat_id, prompt, created_ns, pictures) VALUES (?, ?, ?, ?)",
            (chat_id, storable(turn.prompt), self._clock_ns(), pictures_column(turn.pictures)),
        )
        turn_id = cast("int", cursor.lastrowid)
        for key, answer in turn.answers.items():
            self._insert_answer(turn_id, key, answer)
        return turn_id

    def _insert_answer(self, turn_id: int, key: str, answer: Answer) -> None:
        self._connection.execute(_SAVE_ANSWER, (turn_id, key, *answer_row(answer)))
