"""What a pane is said to be doing."""

from __future__ import annotations

import pytest

from app.core.candidates.candidate import Candidate, ServerModel, candidate_of
from app.core.chats.panes import ChatPane
from app.lab.compare.panes import Pane, PaneState
from app.ui.kit.words.format import NBSP
from app.ui.pages.compare.words import state_words


@pytest.mark.parametrize(
    ("characters", "words"),
    [
        (0, "reading the prompt"),
        (300, "reading the prompt"),
        (600_000, "turning 600,000 characters into tokens"),
    ],
)
def test_a_long_text_that_becomes_tokens_is_told_as_work(characters: int, words: str) -> None:
    pane = Pane(ChatPane("a", "A", candidate_of("m.gguf")), PaneState.READING)
    pane.tokenizing_characters = characters
    assert state_words(pane).replace(",", "") == words.replace(",", "")
    pane.become(PaneState.GENERATING)
    assert state_words(pane) == "answering"


def test_the_silence_of_a_server_is_said_until_something_comes() -> None:
    model = ServerModel(url="http://127.0.0.1:9931/v1", model="m")
    pane = Pane(ChatPane("a", "A", Candidate(model)), PaneState.READING)
    pane.silent_seconds = 120.0
    assert state_words(pane) == f"silent for 2{NBSP}min"
    pane.become(PaneState.GENERATING)
    pane.note_tokens(1, 0)
    assert state_words(pane) == "answering"
