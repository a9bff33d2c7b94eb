"""The model card, from the fake Hub."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from app.hub.errors import HubGated
from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository
from tests.helpers.hub_way import Way, close_library, way_to

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    card = FakeFile("README.md", b"---\nlicense: mit\n---\n# Wren\n\nIt sings.", lfs=False)
    long = FakeFile("README.md", b"word " * 300_000, lfs=False)
    model = FakeFile("wren-Q8_0.gguf", b"GGUF" * 100)
    with FakeHub(
        FakeRepository("org/wren", [card, model]),
        FakeRepository("org/without", [model]),
        FakeRepository("org/empty", [FakeFile("README.md", b"", lfs=False), model]),
        FakeRepository("org/long", [long, model]),
    ) as made:
        yield made
    close_library()


@pytest.fixture
def way(hub: FakeHub, tmp_path: Path) -> Iterator[Way]:
    made = way_to(hub, tmp_path)
    yield made
    made.connection.close()


def card(way: Way, repo_id: str) -> str:
    return way.catalogue.card(way.catalogue.repository(repo_id))


def test_the_card_is_read_without_its_head(way: Way) -> None:
    assert card(way, "org/wren") == "# Wren\n\nIt sings."


def test_a_repository_may_have_none(way: Way) -> None:
    assert card(way, "org/without") == ""
    assert card(way, "org/empty") == ""


def test_a_card_of_any_length_is_bounded(way: Way, hub: FakeHub) -> None:
    assert 100_000 < len(card(way, "org/long")) <= 200_000


def test_a_card_behind_a_licence_says_so(way: Way, hub: FakeHub) -> None:
    repository = way.catalogue.repository("org/wren")
    hub.repositories["org/wren"].gated = True
    with pytest.raises(HubGated):
        way.catalogue.card(repository)
