"""Mirrors and caches that leave headers out, put their own in, or do not know ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.base.gate import StopFlag
from app.hub.errors import DownloadError, HubBarred, HubPage
from app.hub.headers import HeaderReader
from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository, Fault, FaultKind
from tests.helpers.gguf_files import write_tiny_llama

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.hub_way import Way

REPO = "org/model-GGUF"
SINGLE = "model-Q4_K_M.gguf"


def bring(way: Way, level: str = "Q4_K_M") -> bytes:
    repository = way.catalogue.repository(REPO)
    (file,) = [file for file in repository.files if file.level == level]
    (fetched,) = way.downloader.fetch_all(
        REPO, repository.commit, file.parts, stop=StopFlag(), tell=lambda _progress: None
    )
    return fetched.path.read_bytes()


def original(hub: FakeHub, name: str = SINGLE) -> bytes:
    file = hub.repositories[REPO].file(name)
    assert file is not None
    return file.read(0, file.size)


LEFT_OUT = [
    {"x-linked-etag"},
    {"x-linked-size"},
    {"x-linked-etag", "x-linked-size", "etag"},
    {"x-repo-commit"},
    {"accept-ranges"},
    {"content-length"},
    {"content-range"},
    {"content-range", "content-length"},
    {
        "x-linked-etag", "x-linked-size", "etag", "x-repo-commit", "accept-ranges", "content-range",
        "content-length",
    },
]  # fmt: skip


@pytest.mark.parametrize("left_out", LEFT_OUT, ids=lambda names: "+".join(sorted(names)))
def test_a_file_is_brought_whatever_headers_are_left_out(
    hub: FakeHub, way: Way, left_out: set[str]
) -> None:
    hub.left_out = frozenset(left_out)
    hub.content_faults.add(Fault(FaultKind.CLOSE, 1_000_000))
    assert bring(way) == original(hub)


@pytest.mark.parametrize("etag", ['W/"1234"', '"5f3c-mirror"', '"' + "a" * 32 + '"', "", '""'])
def test_an_etag_of_the_mirrors_own_is_not_taken_for_the_content(
    hub: FakeHub, way: Way, etag: str
) -> None:
    hub.etag = etag
    assert bring(way) == original(hub)


def test_another_content_than_listed_is_not_brought(hub: FakeHub, way: Way) -> None:
    hub.etag = f'"{"b" * 64}"'
    with pytest.raises(DownloadError, match="not what the Hub’s list of files says"):
        bring(way)
    assert not hub.asked("content")


def test_what_cannot_be_verified_is_not_brought(hub: FakeHub, way: Way) -> None:
    hub.left_out = frozenset({"etag"})
    with pytest.raises(DownloadError, match="says no checksum of “tiny-Q2_K"):
        bring(way, "Q2_K")


@pytest.mark.parametrize("left_out", LEFT_OUT, ids=lambda names: "+".join(sorted(names)))
@pytest.mark.parametrize("ranges", [True, False])
def test_headers_are_read_whatever_is_left_out(
    hub: FakeHub, way: Way, tmp_path: Path, left_out: set[str], ranges: bool
) -> None:
    path = tmp_path / "m-Q8_0.gguf"
    write_tiny_llama(path, chat_template="{# " + "x" * 2_500_000 + " #}hello")
    data = path.read_bytes()
    hub.add(FakeRepository("org/large-GGUF", [FakeFile("m-Q8_0.gguf", data)]))
    hub.left_out = frozenset(left_out)
    if not ranges:
        hub.content_faults.add(*[Fault(FaultKind.RANGE_IGNORED)] * 9)
    repository = way.catalogue.repository("org/large-GGUF")
    reader = HeaderReader(way.connection, tmp_path / "headers")
    (header,) = reader.read("org/large-GGUF", repository.commit, repository.files[0])
    assert len(header.data) > 1 << 20
    assert data.startswith(header.data)


def test_a_login_page_in_place_of_the_hub(hub: FakeHub, way: Way) -> None:
    hub.api_faults.add(Fault(FaultKind.REDIRECT, text=f"{hub.content_endpoint}/login"))
    hub.content_faults.add(Fault(FaultKind.PAGE))
    with pytest.raises(HubPage, match="perhaps this network asks you to sign in first"):
        way.catalogue.repository(REPO)
    hub.api_faults.add(Fault(FaultKind.NAMELESS_PAGE))
    with pytest.raises(HubPage):
        way.catalogue.repository(REPO)
    hub.api_faults.add(Fault(FaultKind.REDIRECT, text="http://portal.hotel/login"))
    with pytest.raises(Exception, match="perhaps this network asks you to sign in first"):
        way.catalogue.repository(REPO)


def test_a_login_page_in_place_of_a_file(hub: FakeHub, way: Way) -> None:
    way.catalogue.repository(REPO)
    repository = way.catalogue.repository(REPO)
    (file,) = [file for file in repository.files if file.level == "Q4_K_M"]
    hub.api_faults.add(*[Fault(FaultKind.REDIRECT, text="http://portal.hotel/login")] * 9)
    with pytest.raises(DownloadError, match="perhaps this network asks you to sign in first"):
        way.downloader.fetch_all(
            REPO, repository.commit, file.parts, stop=StopFlag(), tell=lambda _progress: None
        )
    assert not hub.asked("content")


@pytest.mark.parametrize(
    ("status", "words"),
    [(403, "Something on the way to 127.0.0.1"), (511, "asks you to sign in first")],
)
def test_a_filter_that_answers_in_the_hubs_place(
    hub: FakeHub, way: Way, status: int, words: str
) -> None:
    hub.api_faults.add(Fault(FaultKind.REFUSAL_PAGE, status))
    with pytest.raises((HubBarred, HubPage), match=words):
        way.catalogue.repository(REPO)
