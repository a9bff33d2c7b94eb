"""Texts that are read before a question."""

from __future__ import annotations

from hashlib import sha256

import pytest

from app.core.tasks.items import BadItemsError, parse_items
from app.core.tasks.reading import BEHIND_TOKENS, counted, most_tokens, written

WORDS = "7 | The key hangs behind the clock. | Nora has a boat."


def test_a_text_is_the_same_wherever_it_is_written() -> None:
    told = written(WORDS)
    assert sha256(told.encode()).hexdigest()[:12] == "4f3691a80e88"
    sentences = told.split(". ")
    assert len(set(sentences)) == len(sentences)
    assert counted(told.split("Nora has a boat.")[1]) >= BEHIND_TOKENS
    assert counted(told) < most_tokens(WORDS) < 3_500
    assert written(WORDS.replace("7", "8", 1)) != told


@pytest.mark.parametrize("words", ["", "7", "x | Nora has a boat.", "7 |" + "a|" * 50, "-7 | a"])
def test_other_words_write_nothing(words: str) -> None:
    with pytest.raises(ValueError, match="words of a text"):
        written(words)


def test_a_question_is_asked_behind_its_text() -> None:
    (item,) = parse_items(f'{{"prompt": "Where?", "answer": "behind it", "text": "{WORDS}"}}')
    assert item.asked == f"{written(WORDS)}\n\nWhere?"
    assert item.most_tokens == most_tokens(WORDS) + len("Where?")
    with pytest.raises(BadItemsError, match="“text” is no text"):
        parse_items('{"prompt": "Where?", "answer": "there", "text": "told by nobody"}')
