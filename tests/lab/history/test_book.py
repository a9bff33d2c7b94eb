"""The history of a store: listed, searched, brought up to date.

Tests app.lab.history.facts and app.store.history.index.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from app.bootstrap import House, open_house
from app.core.chats.chat import Answer, Chat, Turn
from app.core.history.entry import MARKS, EntryKind, Wanted
from app.lab.history.book import HistoryBook, Page
from app.store.chats import ChatStore
from app.store.database import StoreFailed
from app.store.history.index import MOST_CHARACTERS
from app.store.history.marks import EntryMarks
from app.store.paths import Paths
from tests.helpers import histories
from tests.helpers.histories import SKY, Clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHAT, LADDER, BENCH, BATCH, VOTE = EntryKind
KINDS = [VOTE, BATCH, BENCH, LADDER, CHAT]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def house(tmp_path: Path, clock: Clock) -> Iterator[House]:
    """An entry of each kind; what is in the index is up to the test."""
    opened = open_house(Paths.below(tmp_path))
    connection = opened.connection
    histories.add_chat(connection, clock, "Weather", ("Why is it?", "The quokka is 100% grün."))
    histories.add_ladder(connection, clock, "My levels")
    histories.add_bench(connection, clock, 20.0, 21.0)
    histories.add_batch(
        connection, clock, "/tmp/animals.txt", ("A cat?", "Meow"), ("A dog?", "Wau")
    )
    histories.add_vote(connection, clock, "Say 猫!", "The left one", "The right one")
    ChatStore(connection, clock).create(Chat(0, "empty"))
    yield opened
    opened.close()


@pytest.fixture
def book(house: House) -> HistoryBook:
    return HistoryBook(house.paths)


def kinds(page: Page) -> list[EntryKind]:
    return [entry.kind for entry in page.entries]


def said(book: HistoryBook, words: str) -> list[EntryKind]:
    return kinds(book.find(Wanted(words=words)))


def test_everything_is_there_newest_first_before_and_after_it_is_indexed(
    book: HistoryBook,
) -> None:
    before = book.find(Wanted())
    assert (kinds(before), before.total, book.unread()) == (KINDS, 5, 6)
    assert book.read() == 6
    after = book.find(Wanted())
    assert after.entries == before.entries
    assert book.unread() == 0
    titles = [entry.facts.title for entry in after.entries]
    assert titles == ["Say 猫!", "animals.txt", "", "My levels", "Weather"]
    assert [entry.facts.parts for entry in after.entries] == [2, 2, 2, 5, 1]
    assert after.entries[0].facts.told == "candidate better"
    assert book.read() == 0
    assert kinds(book.find(Wanted(), most=2, start=1)) == [BATCH, BENCH]


def test_words_are_found_in_all_that_was_asked_and_said(book: HistoryBook) -> None:
    book.read()
    assert said(book, "quokka") == [CHAT]
    assert said(book, "weather grun") == [CHAT]
    assert CHAT in said(book, "100%")
    assert said(book, "meow") == said(book, "dog animals") == [BATCH]
    assert said(book, "猫") == [VOTE]
    assert said(book, "sky-q4_k_m") == [VOTE, BATCH, BENCH, CHAT]
    assert said(book, "levels") == [LADDER]
    for hostile in ('"', "*", "NEAR(", "meow OR quokka", "text:meow", "%", "'; DROP TABLE entry"):
        assert set(said(book, hostile)) <= {CHAT, LADDER}
    assert said(book, "   ") == KINDS
    (entry,) = book.find(Wanted(words="quokka")).entries
    begin, end = MARKS
    assert f"The {begin}quokka{end} is 100% grün." in entry.found


def test_the_questions_of_a_ladder_are_found(house: House, book: HistoryBook) -> None:
    book.read()
    (entry,) = book.find(Wanted(kinds=(LADDER,))).entries
    with closing(sqlite3.connect(house.paths.database)) as store:
        query = "SELECT json_extract(result, '$.items[0].prompt') FROM ladder_step"
        question = store.execute(f"{query} WHERE name = 'about'").fetchone()[0]
    assert said(book, question) == [LADDER]
    assert any(one.accuracy for one in entry.facts.candidates)
    assert all(one.speed for one in entry.facts.candidates)


def test_what_the_search_leaves_out_of_a_long_entry_is_known(
    house: House, book: HistoryBook, clock: Clock
) -> None:
    talk = ("Why?", "quagga " + "x" * MOST_CHARACTERS + " okapi")
    histories.add_chat(house.connection, clock, "Long", talk)
    assert book.find(Wanted()).entries[0].facts.unsearched > 0  # before it is indexed, too
    book.read()
    (entry,) = book.find(Wanted(words="quagga")).entries
    assert said(book, "okapi") == []
    rest = len("Long\nWhy?\nquagga  okapi\nsky-Q4_K_M")
    assert entry.facts.unsearched == rest
    again = book.entry(entry.id)
    assert again is not None
    assert again.facts.unsearched == rest


def test_filters_by_kind_model_time_folder_and_pin(
    house: House, book: HistoryBook, clock: Clock
) -> None:
    book.read()
    assert kinds(book.find(Wanted(kinds=(CHAT, BENCH)))) == [BENCH, CHAT]
    assert kinds(book.find(Wanted(model="KV=Q8"))) == [VOTE]
    assert kinds(book.find(Wanted(model="sky", words="cat"))) == [BATCH]
    assert kinds(book.find(Wanted(key=SKY.key(), kinds=(BENCH,)))) == [BENCH]
    newest = book.find(Wanted()).entries[0]
    assert kinds(book.find(Wanted(since_ns=newest.when_ns))) == [VOTE]
    marks = EntryMarks(house.connection, clock)
    marks.pin([1], pinned=True)
    marks.put([3], "speeds")
    assert kinds(book.find(Wanted())) == [CHAT, VOTE, BATCH, BENCH, LADDER]
    assert kinds(book.find(Wanted(pinned=True))) == [CHAT]
    assert kinds(book.find(Wanted(folder="speeds"))) == [BENCH]
    assert book.find(Wanted(folder="speeds")).total == 1
    choices = book.choices()
    assert choices.folders == ("speeds",)
    assert choices.models[0] == "sky-Q4_K_M"


def test_what_changes_is_read_again_and_what_goes_is_forgotten(
    house: House, book: HistoryBook
) -> None:
    book.read()
    chats = ChatStore(house.connection)
    turn = Turn(0, "And a wombat?")
    chats.add_turn(1, turn)
    chats.save_answer(turn.id, "a", Answer("A wombat, too."), final=True)
    assert said(book, "wombat") == []
    assert book.read() == 1
    assert said(book, "wombat") == [CHAT]
    assert kinds(book.find(Wanted()))[0] is CHAT

    marks = EntryMarks(house.connection)
    marks.delete([1])
    assert said(book, "wombat") == []
    assert book.entry(1) is None
    marks.restore([1])
    assert said(book, "wombat") == [CHAT]
    marks.delete([1])
    marks.purge()
    book.read()
    with closing(sqlite3.connect(house.paths.history_index)) as index:
        index.execute("VACUUM")
        (rows,) = index.execute("SELECT count(*) FROM words").fetchone()
    assert rows == 5
    index_file = house.paths.history_index
    assert b"wombat" not in index_file.read_bytes()


def test_an_index_that_is_damaged_or_gone_is_made_anew(house: House, book: HistoryBook) -> None:
    book.read()
    file = house.paths.history_index
    for damage in (b"no database at all" * 100, None):
        for each in file.parent.glob(f"{file.name}-*"):
            each.unlink()
        if damage is None:
            file.unlink()
        else:
            file.write_bytes(damage)
        assert kinds(book.find(Wanted())) == KINDS
        assert book.read() == 6
        assert said(book, "quokka") == [CHAT]


def test_progress_is_told_and_reading_can_be_broken_off(
    house: House, book: HistoryBook, clock: Clock
) -> None:
    for number in range(250):
        histories.add_chat(house.connection, clock, f"Chat {number}", ("Why?", "So."))

    def stop(done: int, total: int) -> None:
        assert (done, total) == (100, 256)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        book.read(stop)
    assert book.unread() == 156
    steps: list[int] = []
    book.read(lambda done, _total: steps.append(done))
    assert steps == [100, 156]


def test_a_store_that_is_not_there_is_said(tmp_path: Path) -> None:
    paths = Paths.below(tmp_path)
    paths.create()
    with pytest.raises(StoreFailed, match="history cannot be read"):
        HistoryBook(paths).find(Wanted())


def test_who_looks_again_gets_the_same_entries_but_for_what_has_changed(
    house: House, book: HistoryBook, clock: Clock
) -> None:
    book.read()
    before = book.find(Wanted()).entries
    chat = next(entry for entry in before if entry.kind is CHAT)
    assert all(one is other for one, other in zip(before, book.find(Wanted()).entries, strict=True))
    EntryMarks(house.connection, clock).pin([chat.id], pinned=True)
    after = {entry.id: entry for entry in book.find(Wanted()).entries}
    assert after[chat.id].pinned
    assert all(after[one.id] is one for one in before if one is not chat)
    (found,) = book.find(Wanted("quokka")).entries
    assert (found.id, MARKS[0] in found.found) == (chat.id, True)
    assert after[chat.id].found == ""
