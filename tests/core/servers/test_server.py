"""What is kept of a server."""

from __future__ import annotations

import pytest

from app.core.errors import PersonError
from app.core.servers.server import Server, checked, is_called

URL = "http://127.0.0.1:9931"


def test_names_and_addresses_have_one_form() -> None:
    server = checked(Server(name="  the   big  PC ", url=URL))
    assert (server.name, server.url) == ("the big PC", URL + "/v1")
    assert is_called(server, "The Big  PC")


@pytest.mark.parametrize("name", ["", "  ", "a#b", "x" * 61])
def test_names_that_a_candidate_cannot_say(name: str) -> None:
    with pytest.raises(PersonError):
        checked(Server(name=name, url=URL))


@pytest.mark.parametrize("header", ["Authorization", "host", "a b", "x:y", "", "X\r\nY"])
def test_headers_that_are_not_the_persons(header: str) -> None:
    with pytest.raises(PersonError):
        checked(Server(name="a", url=URL, headers=(header,)))


def test_plain_http_over_a_network_needs_leave() -> None:
    assert not checked(Server(name="a", url=URL)).needs_leave
    far = checked(Server(name="a", url="http://big-pc:9931"))
    assert far.needs_leave
    assert not Server(name="a", url=far.url, allows_plain_http=True).needs_leave
