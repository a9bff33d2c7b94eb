from __future__ import annotations

from pathlib import Path

import pytest

from app.core.candidates.candidate import COLOURS, LETTERS, MAX_CANDIDATES, Candidate, new_candidate


def test_six_candidates_get_the_six_letters_in_order() -> None:
    taken: list[Candidate] = []
    for _ in range(MAX_CANDIDATES):
        taken.append(new_candidate(Path("/models/sky.gguf"), taken))

    assert "".join(candidate.letter for candidate in taken) == LETTERS
    assert len({candidate.key for candidate in taken}) == MAX_CANDIDATES
    with pytest.raises(ValueError, match="6"):
        new_candidate(Path("/models/sky.gguf"), taken)


def test_a_letter_that_became_free_is_given_again() -> None:
    taken = [Candidate("one", "A", "/a"), Candidate("three", "C", "/c")]

    assert new_candidate(Path("/b"), taken).letter == "B"


def test_every_letter_has_a_colour_of_its_own() -> None:
    assert list(COLOURS) == list(LETTERS)
    assert len(set(COLOURS.values())) == len(LETTERS)
    assert Candidate("one", "B", "/b").colour == "#E69F00"
