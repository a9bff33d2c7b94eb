"""Whose token is in use, as the Hub says."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.hub.account import token_owner
from app.hub.errors import HubBroken, HubOffline, HubUnauthorized
from tests.helpers.fake_hub import FakeHub, Fault, FaultKind
from tests.helpers.hub_way import Way, way_to


def test_the_owner_is_told(hub: FakeHub, tmp_path: Path) -> None:
    hub.tokens["hf_mine"] = True
    way = way_to(hub, tmp_path, token="hf_mine")
    assert token_owner(way.connection) == "owner-of-hf_mine"
    way.connection.close()


def test_without_a_token_nothing_is_asked(hub: FakeHub, way: Way) -> None:
    assert token_owner(way.connection) is None
    assert hub.requests == []


def test_a_token_that_is_not_accepted(hub: FakeHub, tmp_path: Path) -> None:
    way = way_to(hub, tmp_path, token="hf_old")
    with pytest.raises(HubUnauthorized, match="does not accept the token"):
        token_owner(way.connection)
    hub.tokens["hf_old"] = True
    hub.api_faults.add(*[Fault(FaultKind.UNAVAILABLE)] * 9)
    with pytest.raises((HubBroken, HubOffline)):
        token_owner(way.connection)
    way.connection.close()
