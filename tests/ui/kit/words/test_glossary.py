"""The window's words are those of docs/WORDS.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.ui.kit.words.glossary import glossary, word_of

DOCUMENT = Path(__file__).parents[4] / "docs" / "WORDS.md"


def written() -> dict[str, list[tuple[str, str]]]:
    """Of each chapter of the document: words and meanings."""
    chapters: dict[str, list[tuple[str, str]]] = {}
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            chapters[line[3:]] = []
        elif line.startswith("| ") and not line.startswith("| people read"):
            word, code, meaning = (cell.strip() for cell in line.strip("|").split("|"))
            assert code, line
            chapters[next(reversed(chapters))].append((word, meaning))
    return chapters


def test_the_window_has_the_words_of_the_document() -> None:
    shown = {c.title: [(word.word, word.meaning) for word in c.words] for c in glossary()}
    assert shown == written()


def test_each_key_names_one_word() -> None:
    keys = [word.key for chapter in glossary() for word in chapter.words]
    assert len(set(keys)) == len(keys)
    assert word_of("drift").word == "drift"
    with pytest.raises(KeyError):
        word_of("nothing of the kind")
