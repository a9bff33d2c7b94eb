"""What a model reads for its importance matrix: words become one text, alike of each."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from app.core.chats.chat import Answer, Chat, Turn
from app.core.errors import PersonError
from app.core.models.model_file import ModelFile
from app.lab.shrink.matrices.texts import HISTORY, as_word, calibration_of, own_chats
from app.lab.shrink.reader import bundled_calibration
from app.library.model_files import open_model_file
from app.store.chats import ChatStore
from app.store.database import open_database
from tests.helpers import gguf_files as files


@pytest.fixture
def model(tmp_path: Path) -> ModelFile:
    return open_model_file(files.write_tiny_llama(tmp_path / "tiny.gguf"))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A store with two chats."""
    path = tmp_path / "chats.sqlite3"
    with contextlib.closing(open_database(path)) as connection:
        for prompt in ("Why?", "And at dusk?"):
            chat = Chat(0, turns=[Turn(0, prompt, {"a": Answer("Because.")})])
            ChatStore(connection).create(chat)
    return path


def test_files_are_read_as_they_are(model: ModelFile, tmp_path: Path) -> None:
    code = tmp_path / "code.py"
    code.write_bytes(b"x = 1\r\n\x1b[0m\n")
    text = calibration_of([str(code)], model, tmp_path / "none")
    assert (text.name, text.data, text.marks) == ("code.py", b"x = 1\r\n\x1b[0m\n", False)
    for data, said in (
        ("Ümlaut".encode("cp1252"), "Ümlaut"),
        ("Ümlaut".encode("utf-16"), "Ümlaut"),
        ("\ufeffÜmlaut".encode(), "Ümlaut"),
    ):
        code.write_bytes(data)
        assert calibration_of([str(code)], model, tmp_path / "none").data == said.encode()
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"text": "One."}\n{"prompt": "2 + 2?", "answer": "4"}\n')
    said = calibration_of([str(rows)], model, tmp_path / "none").data
    assert said == b"One.\n\nuser: 2 + 2?\nassistant: 4"


def test_own_chats_and_several_texts_become_one(
    model: ModelFile, database: Path, tmp_path: Path
) -> None:
    chats = b"user: And at dusk?\nassistant: Because.\n\nuser: Why?\nassistant: Because."
    assert own_chats(database) == chats
    note = tmp_path / "note.md"
    note.write_bytes(b"# Note")
    found = calibration_of(["bundled", HISTORY, str(note)], model, database)
    assert found.name == "shrinkscope-mixed + own chats + note.md"
    assert found.data == b"\n\n".join([bundled_calibration(model).data, chats, b"# Note"])
    assert calibration_of([], model, database, 400_000) == bundled_calibration(model)


def test_long_texts_are_taken_alike_and_from_all_over(model: ModelFile, tmp_path: Path) -> None:
    short, long, wide = (tmp_path / name for name in ("short", "long", "wide"))
    short.write_bytes(b"short\n" * 10)
    long.write_text("".join(f"line {number}\n" for number in range(100_000)))
    wide.write_text("ü" * 100_000)
    words = [str(long), str(short), str(wide)]
    data = calibration_of(words, model, tmp_path / "none", 20_000).data.decode()
    assert 18_000 < len(data.encode()) <= 20_010
    assert data.count("short") == 10
    lines = [int(line[5:]) for line in data.split("\n") if line.startswith("line ")]
    assert lines == sorted(set(lines))
    assert lines[0] == 0
    assert max(lines) > 99_000
    assert data.count("ü") > 4_900


def test_what_is_no_text_is_refused(model: ModelFile, tmp_path: Path) -> None:
    none = tmp_path / "none"
    for words, part in (
        ([str(model.path)], "is no plain text"),
        ([str(none)], "cannot be read"),
        ([HISTORY], "no chat in History"),
        ([str(number) for number in range(51)], "At most 50 texts"),
    ):
        with pytest.raises(PersonError, match=part):
            calibration_of(words, model, none)


def test_words_stand_for_the_same_from_any_folder() -> None:
    assert as_word("history") == "history"
    assert as_word("a.txt") == str(Path.cwd() / "a.txt")


def test_the_bundled_text_has_several_languages_and_code(model: ModelFile) -> None:
    text = bundled_calibration(model).data.decode()
    parts = (
        " the ",
        " und ",
        " que ",
        " les ",
        " не ",
        "的",
        "の",
        "def ",
        "SELECT",
        "async function",
    )
    assert [part for part in parts if part not in text] == []
