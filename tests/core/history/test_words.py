"""What is typed finds what is meant, and is never taken for syntax."""

from __future__ import annotations

import sqlite3

import pytest

from app.core.history.entry import MARKS
from app.core.history.words import around, contained, indexed, matching, shown

TEXTS = (
    "Grüße aus Köln: der Bär schläft.",
    "我喜欢猫和狗。",
    "東京で猫を見た",
    "ฉันชอบแมว",
    'He said "NEAR" and * and AND; 100% of C++ -> x_y',
    "gemma-3-1b-it-Q4_K_M.gguf",
    "Cafe\u0301 noir",
)


def found(words: str) -> list[int]:
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE VIRTUAL TABLE words USING fts5(text, tokenize = 'unicode61 remove_diacritics 2')"
    )
    connection.executemany("INSERT INTO words (text) VALUES (?)", [(indexed(t),) for t in TEXTS])
    asked = matching(words)
    if asked is None:
        query = "SELECT rowid FROM words WHERE text LIKE ? ESCAPE '\\'"
        rows = connection.execute(query, (contained(words),)).fetchall()
    else:
        rows = connection.execute("SELECT rowid FROM words WHERE words MATCH ?", (asked,))
        rows = rows.fetchall()
    connection.close()
    return [number - 1 for (number,) in rows]


@pytest.mark.parametrize(
    ("words", "texts"),
    [
        ("grüsse", []),
        ("gruße", [0]),
        ("KÖLN bär", [0]),
        ("koln", [0]),
        ("schlä", [0]),
        ("猫", [1, 2]),
        ("喜欢", [1]),
        ("欢喜", []),
        ("見た", [2]),
        ("แมว", [3]),
        ("near", [4]),
        ('"NEAR"', [4]),
        ("NEAR(", [4]),
        ("and OR", []),
        ("text:near", []),
        ('"', [4]),
        ("*", [4]),
        ("->", [4]),
        ("%", [4]),
        ("_", [4, 5]),
        ("\\", []),
        ("100%", [4]),
        ("q4_k_m", [5]),
        ("gemma-3", [5]),
        ("café", [6]),
        ("cafe\u0301", [6]),
        ("-near", [4]),
        ("^near", [4]),
    ],
)
def test_what_is_typed_is_text(words: str, texts: list[int]) -> None:
    assert found(words) == texts


def test_what_is_shown_is_what_was_written() -> None:
    for text in TEXTS[:-1]:
        assert shown(indexed(text)) == text
    assert shown(indexed("two\nlines \x02 and\x00 marks")) == "two lines and marks"


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("KOLN", "Grüße aus <Köln>: der Bär schläft."),
        ("bar schla", "Grüße aus Köln: der <Bär> <schlä>ft."),
        ("är", ""),
        ('"', ""),
    ],
)
def test_words_are_marked_where_they_stand(words: str, line: str) -> None:
    assert around(indexed(TEXTS[0]), words).replace("\x02", "<").replace("\x03", ">") == line


def test_what_stands_around_words_of_scripts_without_spaces() -> None:
    found = around(indexed("a " * 60 + TEXTS[1] + " b" * 200), "喜欢猫")
    assert "我\x02喜欢猫\x03和狗。" in found
    assert found.startswith("…")
    assert found.endswith("…")
    assert len(found) < 250


@pytest.mark.parametrize("place", [0, 1_850, 1_990, 1_997, 2_003, 7_996, 20_000])
def test_a_word_is_found_wherever_it_stands_in_a_long_text(place: int) -> None:
    """Long texts are looked through a piece at a time: nothing is cut where a piece ends."""
    text = indexed(f"{'a ' * (place // 2)}Die Größenordnung 猫 {'b ' * 9_000}")
    line = around(text, "grossenordnung größe")
    assert f"{MARKS[0]}Größe{MARKS[1]}nordnung" in line
    assert around(text, "猫 größenordnung").count(MARKS[0]) == 2
    assert around(text, "nowhere") == ""
