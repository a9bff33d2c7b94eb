"""A fake Hub, and this program's way to it, for the tests of the hub."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.fake_hub import FakeHub
from tests.helpers.hub_way import Way, close_library, example_repository, way_to
from tests.helpers.tls import Authority


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


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Signs certificates; nobody knows it by itself."""
    return Authority.made(tmp_path / "authority")


@pytest.fixture
def secure_hub(authority: Authority) -> Iterator[FakeHub]:
    """A Hub with a certificate of that authority."""
    with FakeHub(example_repository(), tls=authority.server()) as hub:
        yield hub
    close_library()


@pytest.fixture
def secure_way(secure_hub: FakeHub, authority: Authority, tmp_path: Path) -> Iterator[Way]:
    """The way to it of a person who chose the authority's file."""
    way = way_to(secure_hub, tmp_path, certificates=authority.file)
    yield way
    way.connection.close()
