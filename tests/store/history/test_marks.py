"""Pins, folders, and deleting with a way back.

Tests app.store.history.measured and app.core.history.entry.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from app.core.candidates.candidate import candidate_of
from app.core.chats.chat import Answer, Chat, Turn
from app.core.history.entry import EntryKind
from app.core.votes.choices import Choice
from app.core.votes.pairs import VotedCandidate, VotedFile, VotePair, VoteSettings
from app.store.chats import ChatStore
from app.store.database import in_memory
from app.store.history.marks import EntryMarks
from app.store.history.measured import MeasuredStore
from app.store.ladders import LadderStore
from app.store.votes import VoteStore

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator


@pytest.fixture
def store() -> Iterator[sqlite3.Connection]:
    connection = in_memory()
    yield connection
    connection.close()


def kinds(connection: sqlite3.Connection) -> list[str]:
    return [kind for (kind,) in connection.execute("SELECT kind FROM entry ORDER BY id")]


def a_vote(connection: sqlite3.Connection) -> int:
    votes = VoteStore(connection)
    one, other = (
        VotedCandidate(candidate_of(name), VotedFile(name, "F16", 1, 1)) for name in ("/a", "/b")
    )
    pair = VotePair("Why?", one, other, VoteSettings(), 1, 0, candidate_left=True)
    (added,) = votes.add([pair])
    return votes.cast(added.id, Choice.TIE).id


def test_each_kind_has_an_entry_that_goes_with_it(store: sqlite3.Connection) -> None:
    chat = ChatStore(store).create(Chat(id=0, title="Sky"))
    ladders = LadderStore(store)
    ladder = ladders.begin("key", "{}")
    measured = MeasuredStore(store)
    measured.add_bench("{}")
    measured.begin_batch("{}", "{}")
    vote = a_vote(store)
    assert kinds(store) == ["chat", "ladder", "bench", "batch", "vote"]
    marks = EntryMarks(store)
    assert marks.id_of(EntryKind.BATCH, 1) == 4

    ChatStore(store).delete(chat.id)
    ladders.delete(ladder.id)
    VoteStore(store).undo(vote)

    assert kinds(store) == ["bench", "batch"]


def test_what_changes_has_another_revision(store: sqlite3.Connection) -> None:
    chats = ChatStore(store)
    chat = chats.create(Chat(id=0))
    seen: set[int] = set()

    def is_new() -> bool:
        before = len(seen)
        seen.add(store.execute("SELECT revision FROM entry").fetchone()[0])
        return len(seen) > before

    assert is_new()
    assert not is_new()
    turn = Turn(0, "Why?")
    chats.add_turn(chat.id, turn)
    assert is_new()
    chats.save_answer(turn.id, "a", Answer("Because"), final=False)
    assert is_new()
    chats.retire_turns([turn.id], by=turn.id)
    assert is_new()


def test_pinned_chats_stand_first_and_folders_go_when_they_are_empty(
    store: sqlite3.Connection,
) -> None:
    times = itertools.count(1)
    chats = ChatStore(store, clock_ns=lambda: next(times))
    for title in ("old", "new"):
        chats.create(Chat(id=0, title=title))
    marks = EntryMarks(store)
    marks.pin([1], pinned=True)
    marks.put([1], " My \n folder ")
    assert [(c.title, c.pinned, c.folder) for c in chats.list_chats()] == [
        ("old", True, "My folder"),
        ("new", False, ""),
    ]
    marks.put([2], "another")
    assert marks.folders() == ["another", "My folder"]
    marks.pin([1], pinned=False)
    marks.put([1, 2], "another")
    assert marks.folders() == ["another"]
    assert [c.title for c in chats.list_chats()] == ["new", "old"]
    marks.put([1, 2], "")
    assert marks.folders() == []


def test_what_is_deleted_is_nowhere_and_comes_back(store: sqlite3.Connection) -> None:
    chats, ladders, votes = ChatStore(store), LadderStore(store), VoteStore(store)
    chats.create(Chat(id=0, title="Sky"))
    ladders.begin("key", "{}")
    a_vote(store)
    marks = EntryMarks(store)
    all_of_them = [1, 2, 3]

    def there() -> tuple[int, int, int, int]:
        pairs = votes.all_pairs()
        found = len(chats.list_chats()), len(ladders.list_ladders()), len(votes.ballots())
        return *found, len(pairs)

    marks.delete(all_of_them)
    assert there() == (0, 0, 0, 0)
    assert votes.open_pairs() == []
    assert marks.id_of(EntryKind.CHAT, 1) is None
    marks.restore(all_of_them)
    assert there() == (1, 1, 1, 1)
    assert ladders.begin("key", "{}").id == 1  # it goes on


def test_only_what_was_deleted_long_enough_ago_goes_for_good(store: sqlite3.Connection) -> None:
    now = 100
    marks = EntryMarks(store, clock_ns=lambda: now)
    measured = MeasuredStore(store)
    for _ in range(2):
        number = measured.begin_batch("{}", "{}")
        measured.add_answer(number, 0, 0, "{}")
    measured.add_bench("{}")
    a_vote(store)
    marks.delete([1])
    now = 150
    marks.delete([3, 4])
    marks.delete([1])  # once more: its time stays

    assert marks.purge(older_than_ns=60) == 0
    assert marks.purge(older_than_ns=50) == 1
    with pytest.raises(KeyError):
        measured.batch(1)
    assert measured.bench(1).result == "{}"
    marks.restore([3])
    assert marks.purge() == 1

    assert kinds(store) == ["batch", "bench"]
    assert VoteStore(store).all_pairs() == []
    counts = [
        store.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("batch_answer", "blind_vote", "blind_pair")
    ]
    assert counts == [1, 0, 0]
