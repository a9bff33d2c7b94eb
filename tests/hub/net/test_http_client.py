"""The token goes to the Hub and to nobody else, whatever brings the next address."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from app.core.listing import RepoFile
from app.hub.catalogue import SearchQuery
from app.hub.errors import HubAstray, HubError
from app.hub.net.http_client import HubClient
from app.hub.settings import HubSettings
from app.hub.source import FileFacts, FileSource
from tests.helpers.fake_hub import FakeHub, Fault, FaultKind
from tests.helpers.hub_way import Way, example_repository, way_to

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

REPO = "org/model-GGUF"
SINGLE = "model-Q4_K_M.gguf"
TOKEN = "hf_good"
LISTED = RepoFile(SINGLE, 3_000_000)

# As they may stand in a Location or a Link; {other} is a stranger's host and port, {hub} the Hub's.
ADDRESSES = [
    "http://{other}/x",
    "http://{other}{path}",
    "http://LOCALHOST:{port}/x",
    "//{other}/x",
    "http://{hub}@{other}/x",
    "http://me:secret@{other}/x",
    "http://{other}#@{hub}/",
    "http://{other}/?@{hub}/",
    "http://{other}\\@{hub}/x",
    "/\\{other}/x",
    "\\\\{other}\\x",
    "http:{other}/x",
    "http:///{other}/x",
    "http://[::1]:{port}/x",
    "https://{other}/x",
    " http://{other}/x",
    "http://{other}/%0d%0aX: y",
    "http://127.0.0.1:{port}",
    "http://{hub}.{other}/x",
    "",
    "?",
    "#",
    "/",
]
# Never asked at all.
UNSAFE = [
    "http://hub.example/x",
    "http://10.0.0.1/x",
    "http://0.0.0.0:{port}/x",
    "http://127.1:{port}/x",
    "http://2130706433:{port}/x",
    "http://0x7f000001:{port}/x",
    "http://127.0.0.1.example:{port}/x",
    "file:///etc/passwd",
    "ftp://{other}/x",
    "data:,hello",
    "javascript:1",
    "unix:///run/x",
    "ws://{other}/x",
]


def ask(hub: FakeHub, way: Way, address: str) -> None:
    hub.api_faults.add(Fault(FaultKind.REDIRECT, text=address))
    way.catalogue.repository(REPO)


def next_page(hub: FakeHub, way: Way, address: str) -> None:
    hub.next_page = address
    way.catalogue.search_all(SearchQuery("model"), 30)


def head(hub: FakeHub, way: Way, address: str) -> None:
    hub.api_faults.add(Fault(FaultKind.REDIRECT, text=address))
    FileSource(way.connection, REPO, hub.repositories[REPO].commit, SINGLE).facts(LISTED)


def content(hub: FakeHub, way: Way, address: str) -> None:
    source = FileSource(way.connection, REPO, hub.repositories[REPO].commit, SINGLE)
    facts = source.facts(LISTED)
    hub.content_faults.add(Fault(FaultKind.REDIRECT, text=address))
    source.open(facts, 0).close()


def listed(hub: FakeHub, way: Way, address: str) -> None:
    commit = hub.repositories[REPO].commit
    source = FileSource(way.connection, REPO, commit, SINGLE)
    source.open(FileFacts("0" * 64, 10, commit, address), 0).close()


@pytest.fixture
def stranger() -> Iterator[FakeHub]:
    """Somebody else's Hub, which would answer all that is asked."""
    with FakeHub(example_repository()) as stranger:
        yield stranger


@pytest.fixture
def trusted(hub: FakeHub, tmp_path: Path) -> Iterator[Way]:
    """The way to the Hub of somebody who has a token."""
    hub.tokens[TOKEN] = True
    way = way_to(hub, tmp_path, token=TOKEN)
    yield way
    way.connection.close()


def filled(address: str, hub: FakeHub, stranger: FakeHub) -> str:
    other = stranger.endpoint.partition("//")[2]
    return address.format(
        other=other,
        port=other.rpartition(":")[2],
        hub=hub.endpoint.partition("//")[2],
        path=f"/api/models/{REPO}",
    )


@pytest.mark.parametrize("place", [ask, next_page, head, content, listed])
def test_no_token_reaches_a_stranger(
    hub: FakeHub,
    trusted: Way,
    stranger: FakeHub,
    place: Callable[[FakeHub, Way, str], None],
) -> None:
    for address in ADDRESSES:
        with contextlib.suppress(HubError):  # and nothing else
            place(hub, trusted, filled(address, hub, stranger))
        hub.api_faults.clear()
        hub.content_faults.clear()
        for request in [*stranger.requests, *hub.asked("content")]:
            assert "authorization" not in request.headers, address
        sent = {request.headers.get("authorization") for request in hub.asked("api")}
        # And no name and password from an address.
        assert sent <= {f"Bearer {TOKEN}", None}, address
    assert stranger.requests or place is head  # which follows to nobody


@pytest.mark.parametrize("place", [ask, next_page, head, content, listed])
def test_what_is_unsafe_is_not_asked(
    hub: FakeHub,
    trusted: Way,
    stranger: FakeHub,
    place: Callable[[FakeHub, Way, str], None],
) -> None:
    for address in UNSAFE:
        with pytest.raises(HubError):
            place(hub, trusted, filled(address, hub, stranger))
        hub.api_faults.clear()
        hub.content_faults.clear()
        assert stranger.requests == [], address


def test_a_stranger_may_answer_without_the_token(
    hub: FakeHub, trusted: Way, stranger: FakeHub
) -> None:
    ask(hub, trusted, f"{stranger.endpoint}/api/models/{REPO}")
    assert len(stranger.requests) == 1
    next_page(hub, trusted, f"{stranger.endpoint}/api/models?cursor=0")
    assert len(stranger.requests) == 2


def test_a_user_in_an_address_takes_no_tokens_place(hub: FakeHub, trusted: Way) -> None:
    host = hub.endpoint.partition("//")[2]
    ask(hub, trusted, f"http://me:secret@{host}/api/models/{REPO}")
    assert [request.headers["authorization"] for request in hub.requests] == [f"Bearer {TOKEN}"] * 2


def test_a_hub_elsewhere_points_to_no_plain_http(tmp_path: Path, stranger: FakeHub) -> None:
    with HubClient(HubSettings("https://hub.example", tmp_path)) as client:
        for address in (stranger.endpoint, "http://hub.example/x", "http://huggingface.co/x"):
            with pytest.raises(HubAstray, match="unsafe"):
                client.get(address)
    assert stranger.requests == []
