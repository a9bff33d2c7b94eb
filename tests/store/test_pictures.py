"""Pictures of messages and votes go with what showed them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.candidates.candidate import candidate_of
from app.core.chats.chat import Chat, Turn
from app.core.chats.pictures import Picture
from app.core.votes.pairs import VotedCandidate, VotedFile, VotePair, VoteSettings
from app.store.kept import forget_measured
from app.store.pictures import FOLDER, remove_unused, shown_pictures
from app.store.vote_prompts import recent_prompts
from app.store.votes import VoteStore

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from app.store.chats import ChatStore

ONE = Picture("1" * 64, 640, 480, "Größe 猫.jpg", 4000, 3000, frames=3)
TWO = Picture("2" * 64, 8, 8)


def put(database: Path, *pictures: Picture) -> Path:
    folder = database.with_name(FOLDER)
    folder.mkdir(exist_ok=True)
    for picture in pictures:
        (folder / picture.file_name).write_bytes(b"picture")
    return folder


def test_pictures_go_with_their_chat(store: ChatStore, chat: Chat, database: Path) -> None:
    folder = put(database, ONE, TWO)
    store.create(chat)
    other = store.create(Chat(0, "another", turns=[Turn(0, "This too", pictures=(TWO,))]))
    asked = Turn(0, "What is this?", pictures=(ONE, TWO))
    store.add_turn(chat.id, asked)
    edited = Turn(0, "Who is this?")
    store.add_turn(chat.id, edited)
    store.retire_turns([asked.id], by=edited.id)
    assert {file.name for file in folder.iterdir()} == {ONE.file_name, TWO.file_name}

    store.delete(chat.id)
    assert [file.name for file in folder.iterdir()] == [TWO.file_name]

    store.delete(other.id)
    assert list(folder.iterdir()) == []


def test_pictures_of_votes_go_with_them(
    store: ChatStore, connection: sqlite3.Connection, database: Path
) -> None:
    folder = put(database, ONE, TWO)
    voted = VotedCandidate(candidate_of("/m.gguf"), VotedFile("/m.gguf"))
    settings = VoteSettings(pictures=(ONE, TWO))
    votes = VoteStore(connection)
    (added,) = votes.add([VotePair("?", voted, voted, settings, 1, 0, candidate_left=False)])
    assert votes.pair(added.id).settings.pictures == (ONE, TWO)
    store.create(Chat(0, "asked", turns=[Turn(0, "What is this?", pictures=(TWO,))]))
    assert shown_pictures(connection) == {ONE.digest, TWO.digest}

    forget_measured(connection)

    assert [file.name for file in folder.iterdir()] == [TWO.file_name]


def test_no_file_outside_the_folder_is_meant(
    connection: sqlite3.Connection, database: Path
) -> None:
    outside = database.with_name("mine.png")
    outside.write_bytes(b"mine")
    put(database)

    remove_unused(connection, {"../mine", str(outside.with_suffix(""))})

    assert outside.read_bytes() == b"mine"


def test_what_was_asked_of_a_picture_is_no_prompt_without_it(
    store: ChatStore, connection: sqlite3.Connection
) -> None:
    turns = [Turn(0, "What is this?", pictures=(ONE,)), Turn(0, "Why?")]
    store.create(Chat(0, "asked", turns=turns))

    assert [each.prompt for each in recent_prompts(connection)] == ["Why?"]
