from __future__ import annotations

import pytest

from app.core.candidates.candidate import LETTERS, MAX_CANDIDATES, candidate_of
from app.core.chats.panes import ChatPane, new_pane


def test_six_panes_get_the_six_letters_in_order() -> None:
    taken: list[ChatPane] = []
    for _ in range(MAX_CANDIDATES):
        taken.append(new_pane(candidate_of("/models/sky.gguf"), taken))

    assert "".join(pane.letter for pane in taken) == LETTERS
    assert len({pane.key for pane in taken}) == MAX_CANDIDATES
    with pytest.raises(ValueError, match="6"):
        new_pane(candidate_of("/models/sky.gguf"), taken)


def test_a_letter_that_became_free_is_given_again() -> None:
    taken = [ChatPane("one", "A", candidate_of("/a")), ChatPane("three", "C", candidate_of("/c"))]

    assert new_pane(candidate_of("/b"), taken).letter == "B"


def test_a_pane_has_the_colour_of_its_letter() -> None:
    assert ChatPane("one", "B", candidate_of("/b")).colour == "#E69F00"
