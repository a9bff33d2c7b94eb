"""A fake Hub, and this program's way to it, for the tests of the hub."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.hub.connection import close_library
from tests.helpers.fake_hub import FakeHub
from tests.helpers.hub_way import Way, example_repository, way_to


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    """A fake Hub with one repository."""
    with FakeHub(example_repository()) as hub:
        yield hub
    close_library()


@pytest.fixture
def way(hub: FakeHub, tmp_path: Path) -> Iterator[Way]:
    """The way to it."""
    way = way_to(hub, tmp_path)
    yield way
    way.connection.close()
