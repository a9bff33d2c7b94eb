"""How a vocabulary cuts texts, from its header alone, beside what llama.cpp makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.library.vocabulary import bytes_a_token
from tests.engine.conftest import PATIENCE_SECONDS, RecordedEngine
from tests.engine.host.measuring.test_score import tokens_of
from tests.helpers.gguf_files import write_first_message_crash_model, write_tiny_llama

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "What is 12 + 30? Spell the word yellow. Which month comes after May? Über 漢字.\n"


def test_tokens_are_nearly_as_long_as_the_engine_makes_them(
    demo_model: Path, tmp_path: Path
) -> None:
    engine = RecordedEngine(tmp_path / "state")
    engine.start()
    for path in (demo_model, write_tiny_llama(tmp_path / "tiny.gguf")):
        engine.load(path)
        truth = len(TEXT.encode()) / len(tokens_of(engine, tmp_path, TEXT))
        assert bytes_a_token(path, TEXT) == pytest.approx(truth, rel=0.15)
    engine.client.close()
    assert engine.client.join(PATIENCE_SECONDS)


def test_words_of_other_vocabularies_begin_with_a_mark(tmp_path: Path) -> None:
    path = write_first_message_crash_model(tmp_path / "marks.gguf")
    assert bytes_a_token(path, " the the") == 4.0
    assert bytes_a_token(path, " then") == 2.5  # a letter that is in no token goes by itself


def test_of_nothing_nothing_is_told(demo_model: Path) -> None:
    assert bytes_a_token(demo_model, "") is None
