"""A part of ``python -m tests.fuzz headers``: the same each time, new ones with EXPLORE=1."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fuzz.headers import HeaderFuzz
from tests.fuzz.page import LibraryOnScreen
from tests.fuzz.sources import drafts
from tests.helpers.mutants import Draft, mutants

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

SEED = secrets.randbits(32) if os.environ.get("EXPLORE") else 2026
COUNT, PLANNED = 120, 10


@pytest.fixture(scope="module")
def sources(demo_model: Path) -> list[Draft]:
    return drafts(demo_model)


@pytest.fixture
def page(qtbot: QtBot) -> Iterator[LibraryOnScreen]:
    page = LibraryOnScreen()
    yield page
    page.close()


def test_a_sound_file_taken_apart_is_the_same_put_together(demo_model: Path) -> None:
    """Else mutants would be broken in ways that nobody chose."""
    data = demo_model.read_bytes()
    written, size = Draft.read(data).to_bytes()
    assert size == len(data)
    assert written == data


def test_the_same_seed_makes_the_same_mutants(sources: list[Draft]) -> None:
    one, two, other = (mutants(sources, seed) for seed in (1, 1, 2))
    first = [one()[0].to_bytes() for _ in range(20)]
    assert first == [two()[0].to_bytes() for _ in range(20)]
    assert first != [other()[0].to_bytes() for _ in range(20)]


def test_every_mutant_is_a_row_and_a_sentence_at_worst(
    sources: list[Draft], page: LibraryOnScreen, tmp_path: Path
) -> None:
    found = HeaderFuzz(tmp_path, sources, SEED, page.show).run(COUNT)
    assert not found.faults, (SEED, found.faults[:3])
    assert found.outcomes["sound"] > COUNT // 4  # so that what comes after the reader is tried
    assert found.outcomes["refused"] > COUNT // 10


def test_llama_cpps_plan_of_a_mutant_is_an_answer_or_a_sentence(
    sources: list[Draft], tmp_path: Path
) -> None:
    found = HeaderFuzz(tmp_path, sources, SEED + 1, plans=True).run(PLANNED)
    assert not found.faults, (SEED + 1, found.faults[:3])
