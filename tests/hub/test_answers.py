"""What no Hub answers: too much, too deep, too slow, a page for people. Each becomes a sentence.

Tests app.hub.errors.
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import pytest

from app.base.gate import StopFlag
from app.core.listing import ListedFile, RepoFile
from app.core.models.kinds import ModelKind
from app.hub.catalogue import SearchQuery
from app.hub.errors import (
    DownloadError,
    HubAstray,
    HubBroken,
    HubClosed,
    HubError,
    HubPage,
    HubSilent,
    HubTrouble,
)
from app.hub.headers import HeaderReader
from app.hub.net.http_client import MOST_BYTES
from app.hub.settings import Patience
from app.hub.source import FileSource
from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository, Fault, FaultKind
from tests.helpers.hub_way import QUICK, Way, content, way_to

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

REPO = "org/model-GGUF"
SINGLE = "model-Q4_K_M.gguf"
HASTE = Patience(
    connect_s=2.0, read_s=2.0, stall_s=1.0, first_retry_s=0.01, most_retry_s=0.02,
    attempts=2, answer_s=0.3,
)  # fmt: skip


def ask(way: Way) -> None:
    way.catalogue.repository(REPO)


def search(way: Way) -> None:
    way.catalogue.search_all(SearchQuery("model"), 5)


def head(way: Way) -> None:
    FileSource(way.connection, REPO, "a" * 40, SINGLE).facts(RepoFile(SINGLE, 3_000_000))


def listed(hub: FakeHub) -> tuple[str, RepoFile]:
    """The commit and the file without asking: somebody in haste may not even get that far."""
    repository = hub.repositories[REPO]
    file = repository.file(SINGLE)
    assert file is not None
    return repository.commit, RepoFile(SINGLE, file.size, file.sha256)


def read_header(hub: FakeHub, way: Way) -> None:
    commit, file = listed(hub)
    reader = HeaderReader(way.connection, way.cache.folder / "headers")
    reader.read(REPO, commit, ListedFile(SINGLE, ModelKind.LANGUAGE_MODEL, None, (file,)))


def get(hub: FakeHub, way: Way) -> None:
    commit, file = listed(hub)
    way.downloader.fetch_all(REPO, commit, [file], stop=StopFlag(), tell=lambda _progress: None)


# --- too much -----------------------------------------------------------------------------------


@pytest.mark.parametrize("call", [ask, search])
@pytest.mark.parametrize("kind", [FaultKind.ENDLESS, FaultKind.BOMB])
def test_an_answer_without_measure_is_not_read(
    hub: FakeHub, way: Way, call: Callable[[Way], None], kind: FaultKind
) -> None:
    hub.api_faults.add(Fault(kind))
    with pytest.raises(HubBroken, match="too large"):
        call(way)
    call(way)  # and the connection serves again


def test_an_answer_whose_values_would_fill_the_memory_is_not_parsed(hub: FakeHub, way: Way) -> None:
    many = "[" + "[]," * (MOST_BYTES // 3 - 2) + "[]]"
    hub.api_faults.add(Fault(FaultKind.BODY, text=many))
    with pytest.raises(HubBroken, match="too large"):
        ask(way)


def test_a_large_repository_is_read(hub: FakeHub, way: Way) -> None:
    files = [FakeFile(f"part/m-Q8_0-{n:05d}-of-06000.gguf", b"x") for n in range(1, 6001)]
    hub.add(FakeRepository("org/large", files))
    (file,) = way.catalogue.repository("org/large").files
    assert file.complete


# --- too deep, too odd --------------------------------------------------------------------------

GARBAGE = {
    "nothing": "",
    "lists": "[" * 200_000,
    "objects": '{"a":' * 100_000,
    "deep but closed": '{"id":' + "[" * 900 + "]" * 900 + "}",
    "a long number": '{"id":' + "9" * 100_000 + "}",
    "another kind": "[]",
    "a text": '"x"',
    "null": "null",
    "twice": '{"sha":"' + "a" * 40 + '","sha":1}',
}


@pytest.mark.parametrize("call", [ask, search])
def test_garbage_is_a_sentence(hub: FakeHub, way: Way, call: Callable[[Way], None]) -> None:
    for name, body in GARBAGE.items():
        hub.api_faults.add(Fault(FaultKind.BODY, text=body))
        if call is search and body == "[]":
            call(way)
            continue
        with pytest.raises(HubBroken) as caught:
            call(way)
        assert caught.value.sentence.endswith("."), name


# --- too slow -----------------------------------------------------------------------------------


@pytest.mark.parametrize("call", [ask, search, head])
@pytest.mark.parametrize("kind", [FaultKind.DRIP, FaultKind.DRIP_HEADERS])
def test_an_answer_that_drips_has_its_time_and_no_more(
    hub: FakeHub, tmp_path: Path, call: Callable[[Way], None], kind: FaultKind
) -> None:
    if call is head and kind is FaultKind.DRIP:
        return  # has no body
    way = way_to(hub, tmp_path, patience=HASTE)
    hub.api_faults.add(Fault(kind))
    with pytest.raises(HubSilent):
        call(way)


@pytest.mark.parametrize("kind", [FaultKind.DRIP, FaultKind.DRIP_HEADERS])
def test_a_header_that_drips_is_given_up(hub: FakeHub, tmp_path: Path, kind: FaultKind) -> None:
    way = way_to(hub, tmp_path, patience=HASTE)
    hub.content_faults.add(*[Fault(kind)] * 9)
    with pytest.raises(HubTrouble):
        read_header(hub, way)


def test_a_download_whose_answer_never_begins_is_given_up(hub: FakeHub, tmp_path: Path) -> None:
    way = way_to(hub, tmp_path, patience=HASTE)
    hub.content_faults.add(*[Fault(FaultKind.DRIP_HEADERS)] * 9)
    with pytest.raises(DownloadError, match="does not answer"):
        get(hub, way)


@pytest.mark.parametrize("kind", [FaultKind.DRIP, FaultKind.DRIP_HEADERS, FaultKind.SILENT])
@pytest.mark.parametrize("call", [ask, search])
def test_abandoned_requests_end(
    hub: FakeHub, tmp_path: Path, call: Callable[[Way], None], kind: FaultKind
) -> None:
    way = way_to(hub, tmp_path, patience=Patience(read_s=1e6, answer_s=1e6))
    hub.api_faults.add(Fault(kind))
    ends: list[Exception] = []

    def run() -> None:
        try:
            call(way)
        except HubError as error:
            ends.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    while not hub.requests:
        thread.join(0.01)
        assert thread.is_alive() or hub.requests
    way.connection.abandon()
    thread.join(60)
    assert not thread.is_alive()
    assert isinstance(ends[0], HubClosed)
    asked = len(hub.requests)
    with pytest.raises(HubClosed):
        call(way)
    assert len(hub.requests) == asked


# --- pages for people ---------------------------------------------------------------------------


@pytest.mark.parametrize("call", [ask, search, head])
def test_a_page_in_place_of_an_answer_is_called_one(
    hub: FakeHub, way: Way, call: Callable[[Way], None]
) -> None:
    hub.api_faults.add(Fault(FaultKind.PAGE))
    with pytest.raises(HubPage, match="web page"):
        call(way)


@pytest.mark.parametrize("kind", [FaultKind.PAGE, FaultKind.NAMELESS_PAGE])
def test_a_page_in_place_of_a_file_is_called_one_soon(
    hub: FakeHub, way: Way, kind: FaultKind
) -> None:
    hub.content_faults.add(*[Fault(kind)] * 99)
    with pytest.raises(DownloadError, match="web page"):
        get(hub, way)
    assert len(hub.asked("content")) == 2
    hub.content_faults.clear()
    get(hub, way)


def test_the_same_beginning_again_and_again_is_no_progress(hub: FakeHub, way: Way) -> None:
    hub.content_faults.add(*[Fault(FaultKind.SAME_START, 5_000)] * 999)
    with pytest.raises(DownloadError, match="does not go on"):
        get(hub, way)
    assert len(hub.asked("content")) <= 2 * QUICK.attempts
    hub.content_faults.clear()
    get(hub, way)


def test_a_search_whose_pages_go_round_in_a_circle_ends(hub: FakeHub, tmp_path: Path) -> None:
    way = way_to(hub, tmp_path, patience=HASTE)
    hub.next_page = f"{hub.endpoint}/api/models?search=nothing-like-this"
    with pytest.raises(HubSilent):  # page after page, and nothing on any
        way.catalogue.search_all(SearchQuery("nothing-like-this"), 5)
    hub.add(FakeRepository("no/name--of-a-repository"))
    hub.next_page = f"{hub.endpoint}/api/models?search=no/name"
    patient = way_to(hub, tmp_path)
    assert patient.catalogue.search_all(SearchQuery("no/name"), 2) == []
    hub.next_page = f"{hub.endpoint}/api/models?search=model-GGUF"
    assert len(patient.catalogue.search_all(SearchQuery("model-GGUF"), 50)) == 50


# --- sizes that lie -----------------------------------------------------------------------------


@pytest.mark.parametrize("size", [2**62, 2**63 - 1, 2**63, 10**30, -5, "x", 1.5, True, None])
def test_a_size_that_no_file_has_is_not_believed(hub: FakeHub, way: Way, size: object) -> None:
    told = hub.repositories[REPO].info()
    told["siblings"][0] |= {"size": size, "lfs": {"size": size}}
    hub.api_faults.add(Fault(FaultKind.BODY, text=json.dumps(told)))
    (file,) = [file for file in way.catalogue.repository(REPO).files if file.name == SINGLE]
    assert file.size_bytes == 3_000_000  # as the Hub answers about the file itself
    told["siblings"][0]["rfilename"] = "never-there-Q4_K_M.gguf"
    hub.api_faults.add(Fault(FaultKind.BODY, text=json.dumps(told)))
    repository = way.catalogue.repository(REPO)
    assert repository.unsized == ("never-there-Q4_K_M.gguf",)
    assert len(repository.files) == 4
    told["siblings"] = told["siblings"][:1]
    hub.api_faults.add(Fault(FaultKind.BODY, text=json.dumps(told)))
    with pytest.raises(HubBroken, match="no size that can be right for the files"):
        way.catalogue.repository(REPO)


def test_a_count_that_cannot_be_one_is_not_known(hub: FakeHub, way: Way) -> None:
    odd = {"downloads": 10**400, "likes": -1, "gguf": {"total": 2**64, "context_length": "8k"}}
    hub.add(FakeRepository("org/odd-model", facts=odd))
    (found,) = way.catalogue.search_all(SearchQuery("odd"), 5)
    assert (found.downloads, found.likes) == (None, None)
    assert (found.parameters, found.context_tokens) == (None, None)


def test_a_file_larger_than_every_disk_is_refused_before_a_byte(hub: FakeHub, way: Way) -> None:
    file = FakeFile("m-Q8_0.gguf", content(1000))
    file.size = 10**15
    hub.add(FakeRepository(REPO, [file]))
    (told,) = way.catalogue.repository(REPO).files
    with pytest.raises(DownloadError, match="too full"):
        way.downloader.fetch_all(
            REPO,
            hub.repositories[REPO].commit,
            told.parts,
            stop=StopFlag(),
            tell=lambda _progress: None,
        )
    assert hub.asked("content") == []


def test_redirects_in_a_circle_are_called_that(hub: FakeHub, way: Way) -> None:
    hub.api_faults.add(*[Fault(FaultKind.REDIRECT, text=f"{hub.endpoint}/again")] * 50)
    for call in (ask, head):
        with pytest.raises(HubAstray, match="circle"):
            call(way)
    hub.api_faults.clear()
    target = f"{hub.content_endpoint}/again"
    hub.content_faults.add(*[Fault(FaultKind.REDIRECT, text=target)] * 50)
    with pytest.raises(DownloadError, match="circle"):
        get(hub, way)
