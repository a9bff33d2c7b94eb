"""A program that is killed at any moment has lost nothing that it had written."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.core.chats.chat import Chat, StopReason
from app.store.chats import ChatStore
from app.store.database import open_database
from app.store.schema import MIGRATIONS

if TYPE_CHECKING:
    import subprocess

ROUNDS = 24

# Writes chats as the program does, and says each thing once it is written.
WRITER = """
import itertools
import sys
from pathlib import Path
from app.core.chats.chat import Answer, Chat, StopReason, Turn
from app.store.chats import ChatStore
from app.store.database import open_database

store = ChatStore(open_database(Path(sys.argv[1])))
run = sys.argv[2]
print("open", flush=True)
for number in itertools.count():
    chat = store.create(Chat(0, f"{run}.{number}"))
    for prompt in range(3):
        turn = Turn(0, f"{run}.{number}.{prompt} " + "p" * 900, {"a": Answer(), "b": Answer()})
        store.add_turn(chat.id, turn)
        print("turn", chat.id, turn.id, flush=True)
        for length in (1, 300, 5_000, 20_000):
            for key in "ab":
                final = length == 20_000
                reason = StopReason.END if final else None
                store.save_answer(turn.id, key, Answer("x" * length, stop_reason=reason), final)
                print("answer", turn.id, key, length, flush=True)
"""


def test_nothing_that_was_written_is_lost(
    database: Path, start_child: Callable[..., subprocess.Popen[str]]
) -> None:
    chance = random.Random(1)
    turns: dict[int, int] = {}
    lengths: dict[tuple[int, str], int] = {}
    for run in range(ROUNDS):
        writer = start_child(WRITER, database, run)
        lines = [writer.stdout.readline() for _ in range(chance.randrange(0, 120))]
        writer.kill()
        lines += writer.stdout.readlines()
        for kind, *values in (line.split() for line in lines if line.endswith("\n")):
            if kind == "turn":
                turns[int(values[1])] = int(values[0])
            elif kind == "answer":
                lengths[int(values[0]), values[1]] = int(values[2])
        writer.wait()
        check(database, turns, lengths)
    assert len(lengths) > ROUNDS


def check(database: Path, turns: dict[int, int], lengths: dict[tuple[int, str], int]) -> None:
    said: list[str] = []
    connection = open_database(database, tell=said.append)
    assert said == []
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    store = ChatStore(connection)
    chats = {summary.id: store.load(summary.id) for summary in store.list_chats()}
    connection.close()
    stored = {turn.id: (chat, turn) for chat in chats.values() for turn in chat.turns}
    for turn_id, chat_id in turns.items():
        assert stored[turn_id][0].id == chat_id
    for (turn_id, key), length in lengths.items():
        answer = stored[turn_id][1].answers[key]
        assert len(answer.text) >= length
        assert (answer.stop_reason is StopReason.END) == (len(answer.text) == 20_000)
    for _, turn in stored.values():
        assert len(turn.prompt) > 900
        assert set(turn.answers) == {"a", "b"}


NEXT = ("ALTER TABLE chat ADD COLUMN mood TEXT", "CREATE TABLE vote (x)")

# Opens copies of a database and brings them up to date, each in a process that ends itself at a
# later statement, as kill -9 would, until one comes to the end; says how many there were.
OPENER = """
import os
import shutil
import signal
import sys
from pathlib import Path
from app.store import connecting, database

folder, before = Path(sys.argv[1]), Path(sys.argv[2])
steps = [*database.MIGRATIONS, sys.argv[3:]]


def mortal(self, *given):
    global left
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    return execute(self, *given)


execute = connecting.Connection.execute
connecting.Connection.execute = mortal
for left in range(100):
    path = folder / f"{left}.sqlite3"
    if before.exists():
        shutil.copy(before, path)
    child = os.fork()
    if child == 0:
        database.open_database(path, migrations=steps).close()
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        print(left + 1)
        break
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the signal has no like there")
@pytest.mark.parametrize("existing", [True, False])
def test_killed_while_opening_for_the_first_time_or_bringing_up_to_date(
    tmp_path: Path, start_child: Callable[..., subprocess.Popen[str]], existing: bool
) -> None:
    before, folder = tmp_path / "before.sqlite3", tmp_path / "opened"
    folder.mkdir()
    if existing:
        connection = open_database(before)
        ChatStore(connection).create(Chat(0, "kept"))
        connection.close()
    opener = start_child(OPENER, folder, before, *NEXT)
    opened = int(opener.stdout.read())
    opener.wait()
    assert opened > 16
    for left in range(opened):
        assert reopened(folder / f"{left}.sqlite3") == (["kept"] if existing else [])


def reopened(database: Path) -> list[str]:
    """What a program of the newer version finds."""
    said: list[str] = []
    connection = open_database(database, tell=said.append, migrations=[*MIGRATIONS, NEXT])
    assert said == []
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS) + 1,)
    connection.execute("SELECT mood FROM chat").fetchall()
    titles = [title for (title,) in connection.execute("SELECT title FROM chat")]
    connection.close()
    return titles
