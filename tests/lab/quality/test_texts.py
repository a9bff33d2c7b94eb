"""Which texts there are to measure on, and what is read of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.core.chats.chat import Answer, Chat, Turn
from app.core.errors import PersonError
from app.core.quality.own_texts import TextPart
from app.lab.quality.kept_texts import KeptTexts
from app.lab.quality.texts import (
    BUNDLED_TEXT,
    DEMO_TEXT,
    HISTORY_TEXT,
    USUAL_TEXT,
    MeasuredText,
    TextSource,
    measured_text,
    suited,
    text_called,
    text_choices,
    text_file,
)
from app.library.model_files import open_model_file
from app.store.chats import ChatStore
from app.store.database import open_database
from tests.helpers.gguf_files import write_tiny_llama


def fill(database: Path, *prompts: str) -> None:
    connection = open_database(database)
    store = ChatStore(connection)
    for prompt in prompts:
        store.create(Chat(0, turns=[Turn(0, prompt, {"a": Answer("An answer to that.")})]))
    connection.close()


def test_demo_files_are_measured_on_the_demo_models_chats(tmp_path: Path, demo_model: Path) -> None:
    demo = open_model_file(demo_model)
    other = open_model_file(write_tiny_llama(tmp_path / "other.gguf"))
    assert suited(TextSource.USUAL, [demo, demo]) is TextSource.DEMO
    assert suited(TextSource.USUAL, [demo, other]) is TextSource.USUAL
    assert suited(TextSource.USUAL, []) is TextSource.USUAL
    assert suited(TextSource.BUNDLED, [demo]) is TextSource.BUNDLED
    text = measured_text(TextSource.DEMO, tmp_path / "chats.sqlite3")
    assert text.name == DEMO_TEXT
    assert text.answers_only
    assert text_called(DEMO_TEXT, tmp_path / "chats.sqlite3").sha256 == text.sha256


def test_without_chats_the_usual_text_is_the_bundled_one(tmp_path: Path) -> None:
    database = tmp_path / "chats.sqlite3"
    usual, bundled, file, history = text_choices(database)
    assert [usual.source, bundled.source, file.source, history.source] == [
        TextSource.USUAL, TextSource.BUNDLED, TextSource.FILE, TextSource.HISTORY,
    ]  # fmt: skip
    assert usual.name == bundled.name == BUNDLED_TEXT
    assert usual.size_bytes == bundled.size_bytes > 60_000
    assert bundled.about_chunks > 48
    assert bundled.chats >= 12  # rendered by the model's own template
    assert str(history.why_not) == "There is no chat in History yet."
    assert not database.exists()


def test_stored_chats_are_a_text_of_their_own_and_part_of_the_usual_one(tmp_path: Path) -> None:
    database = tmp_path / "chats.sqlite3"
    fill(database, "Why is the sky blue?", "And at dusk? " * 3000)
    usual, bundled, _, history = text_choices(database)
    assert usual.name == USUAL_TEXT
    assert history.name == HISTORY_TEXT
    assert history.chats == 2
    assert usual.chats == bundled.chats + 1  # the newest fills what they may take of it
    own = measured_text(TextSource.HISTORY, database)
    assert all(part.is_own for part in own.parts)
    assert own.parts[0].chats[1][0].content == "Why is the sky blue?"
    assert text_called(HISTORY_TEXT, database).sha256 == own.sha256
    assert text_called(USUAL_TEXT, database).size_bytes == usual.size_bytes
    assert text_called(BUNDLED_TEXT, database).size_bytes == bundled.size_bytes


def test_files(tmp_path: Path) -> None:
    plain, rows = tmp_path / "a.txt", tmp_path / "b.JSONL"
    plain.write_bytes("Ümläute\n".encode())
    rows.write_text('{"prompt": "2 + 2?"}\n', encoding="utf-8")
    assert text_file(plain).raw == "Ümläute\n".encode()
    assert text_file(plain).size_bytes == 10
    assert len(text_file(rows).parts[0].chats) == 1
    assert text_called(str(plain), tmp_path / "none").name == str(plain)
    rows.write_text('{"prompt": "2 + 2?"}\n{"prompt"}\n', encoding="utf-8")
    with pytest.raises(PersonError, match=r"b\.JSONL: Line 2 is not valid JSON"):
        text_file(rows)
    rows.write_bytes(b"\xff\xfe")
    with pytest.raises(PersonError, match="is no UTF-8 text: its byte 1 cannot be read"):
        text_file(rows)
    with pytest.raises(PersonError, match="cannot be read"):
        text_file(tmp_path)
    with pytest.raises(PersonError, match="Name a text file"):
        measured_text(TextSource.FILE, tmp_path / "none")


def test_a_text_with_chats_stays_as_it_was_measured(tmp_path: Path) -> None:
    database = tmp_path / "chats.sqlite3"
    fill(database, "Why is the sky blue?")
    kept = KeptTexts(tmp_path / "texts")
    before = measured_text(TextSource.USUAL, database)
    kept.keep(before)
    fill(database, "And at dusk?")
    assert measured_text(TextSource.USUAL, database).sha256 != before.sha256
    assert kept.read(before.name, before.sha256, database) == before
    assert kept.read(before.name, "", database).sha256 != before.sha256  # as it is now
    (path,) = (tmp_path / "texts").iterdir()
    path.write_bytes(b"broken")
    assert kept.read(before.name, before.sha256, database).sha256 != before.sha256
    bundled = measured_text(TextSource.BUNDLED, database)
    kept.keep(bundled)  # can be had at any time
    assert len(list((tmp_path / "texts").iterdir())) == 1
    assert kept.read(bundled.name, bundled.sha256, database) == bundled


def test_only_the_newest_texts_are_kept(tmp_path: Path) -> None:
    kept = KeptTexts(tmp_path / "texts")
    texts = [
        MeasuredText("own chats", (TextPart(text=f"Text {n}", is_own=True),)) for n in range(25)
    ]
    for text in texts:
        kept.keep(text)
    names = {path.stem for path in (tmp_path / "texts").iterdir()}
    assert len(names) == 20
    assert texts[-1].sha256 in names
    for path in (tmp_path / "texts").iterdir():
        os.utime(path, (4e9, 4e9))  # times are equal on a coarse clock, and wrong on one set back
    late = MeasuredText("own chats", (TextPart(text="The last", is_own=True),))
    kept.keep(late)
    assert kept.kept(late.name, late.sha256) == late
