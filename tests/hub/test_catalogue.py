"""Search and listings, against a Hub that the real huggingface_hub speaks to.

Tests app.hub.repositories.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.core.models.kinds import ModelKind
from app.hub.catalogue import SearchQuery, SearchSort
from app.hub.errors import (
    HubBroken,
    HubError,
    HubGated,
    HubMissing,
    HubOffline,
    HubRateLimited,
    HubSilent,
    HubSwitchedOff,
    HubUnauthorized,
)
from app.hub.settings import HubSettings
from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository, Fault, FaultKind
from tests.helpers.hub_way import HASTY, Way, way_to

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

REPO = "org/model-GGUF"


def test_a_search_finds_repositories_with_their_facts(way: Way) -> None:
    (found,) = way.catalogue.search_all(SearchQuery("model"), 5)
    assert found.repo_id == REPO
    assert (found.downloads, found.likes, found.gated) == (1234, 5, False)
    assert (found.parameters, found.context_tokens) == (1_100_000_000, 8192)
    assert (found.architecture, found.licence) == ("llama", "apache-2.0")
    assert found.made_from == ("org/model",)


def test_a_search_asks_for_what_was_chosen(hub: FakeHub, way: Way) -> None:
    sizes = {"small": 500_000_000, "middle": 3_000_000_000, "large": 70_000_000_000}
    for likes, (name, total) in enumerate(sizes.items()):
        facts = {"gguf": {"total": total}, "likes": likes, "downloads": 100 - likes}
        hub.add(FakeRepository(f"maker/{name}", gated=name == "large", facts=facts))
    search = way.catalogue.search_all
    names = [found.repo_id for found in search(SearchQuery(author="maker"), 9)]
    assert len(names) == 3
    query = SearchQuery(author="maker", sort=SearchSort.LIKES)
    assert [found.repo_id for found in search(query, 2)] == ["maker/large", "maker/middle"]
    query = SearchQuery(author="maker", least_parameters=10**9, most_parameters=8 * 10**9)
    assert [found.repo_id for found in search(query, 9)] == ["maker/middle"]
    query = SearchQuery(author="maker", gated=True)
    assert [found.repo_id for found in search(query, 9)] == ["maker/large"]
    assert search(SearchQuery("nothing like this"), 9) == []


def test_pages_are_asked_for_one_by_one(hub: FakeHub, way: Way) -> None:
    for number in range(25):
        hub.add(FakeRepository(f"many/model-{number}"))
    hub.page = 10
    pages = way.catalogue.search(SearchQuery(author="many"), page=10)
    assert hub.requests == []
    assert len(next(pages)) == 10
    assert len(hub.requests) == 1
    assert [len(page) for page in pages] == [10, 5]
    assert len(hub.requests) == 3


def test_versions_made_from_original_weights_are_found(way: Way) -> None:
    assert [found.repo_id for found in way.catalogue.made_from("org/model")] == [REPO]
    assert way.catalogue.made_from("org/other") == []


def test_a_repository_is_resolved_to_one_commit_with_its_model_files(
    hub: FakeHub, way: Way
) -> None:
    repository = way.catalogue.repository(REPO)
    assert repository.commit == hub.repositories[REPO].commit
    shown = [(file.level, file.kind, file.shards, file.size_bytes) for file in repository.files]
    assert shown == [
        ("Q8_0", ModelKind.LANGUAGE_MODEL, 2, 1_600_000),
        ("Q4_K_M", ModelKind.LANGUAGE_MODEL, 1, 3_000_000),
        ("Q2_K", ModelKind.LANGUAGE_MODEL, 1, 2_000),
        ("F16", ModelKind.PROJECTOR, 1, 1_000),
        (None, ModelKind.IMPORTANCE_MATRIX, 1, 1_000),
    ]
    digests = [part.sha256 for part in repository.files[0].parts]
    assert digests == [file.sha256 for file in hub.repositories[REPO].files[1:3]]


def test_files_with_unsafe_names_are_left_out_and_told(hub: FakeHub, way: Way) -> None:
    files = [FakeFile(name, b"x") for name in ("../evil-Q8_0.gguf", "a\\b.gguf", "fine-Q8_0.gguf")]
    hub.add(FakeRepository("org/odd", files))
    repository = way.catalogue.repository("org/odd")
    assert [file.name for file in repository.files] == ["fine-Q8_0.gguf"]
    assert repository.skipped == ("../evil-Q8_0.gguf", "a\\b.gguf")


def test_a_missing_repository_is_said(way: Way) -> None:
    with pytest.raises(HubMissing, match="no repository org/none") as caught:
        way.catalogue.repository("org/none")
    assert not isinstance(caught.value, HubGated)


def test_a_missing_revision_is_said(way: Way) -> None:
    with pytest.raises(HubMissing, match="is not there"):
        way.catalogue.repository(REPO, "no-such-branch")


def test_a_private_repository_needs_the_token(hub: FakeHub, way: Way, tmp_path: Path) -> None:
    hub.add(FakeRepository("org/secret", private=True))
    hub.tokens["hf_good"] = False
    with pytest.raises(HubMissing, match="needs a token"):
        way.catalogue.repository("org/secret")
    known = way_to(hub, tmp_path, token="hf_good")
    assert known.catalogue.repository("org/secret").repo_id == "org/secret"


def test_a_token_that_is_not_accepted_is_said(hub: FakeHub, tmp_path: Path) -> None:
    hub.add(FakeRepository("org/secret", [], private=True))
    stranger = way_to(hub, tmp_path, token="hf_wrong")
    with pytest.raises(HubUnauthorized, match="does not accept the token from HF_TOKEN"):
        stranger.catalogue.repository("org/secret")


def test_the_token_appears_in_no_error(hub: FakeHub, tmp_path: Path) -> None:
    hub.add(FakeRepository("org/secret", [], private=True))
    stranger = way_to(hub, tmp_path, token="hf_very_secret")
    assert "hf_very_secret" not in repr(stranger.connection.tokens.token())
    with pytest.raises(HubUnauthorized) as caught:
        stranger.catalogue.repository("org/secret")
    assert "hf_very_secret" not in caught.value.sentence + caught.value.detail
    assert "hf_very_secret" not in repr(stranger.connection.tokens.present())


def test_a_gated_repository_can_be_looked_at_and_names_its_page(
    hub: FakeHub, way: Way, tmp_path: Path
) -> None:
    hub.add(FakeRepository("org/gated", [FakeFile("m-Q8_0.gguf", b"x" * 9)], gated=True))
    hub.tokens |= {"hf_signed": True, "hf_other": False}
    repository = way.catalogue.repository("org/gated")
    assert repository.facts.gated
    from app.core.listing import RepoFile
    from app.hub.source import FileSource

    for token in ("", "hf_other"):
        connection = way_to(hub, tmp_path, token=token).connection
        source = FileSource(connection, "org/gated", repository.commit, "m-Q8_0.gguf")
        with pytest.raises(HubGated, match="licence first") as caught:
            source.facts(RepoFile("m-Q8_0.gguf", 9))
        assert caught.value.link == f"{hub.endpoint}/org/gated"
    connection = way_to(hub, tmp_path, token="hf_signed").connection
    source = FileSource(connection, "org/gated", repository.commit, "m-Q8_0.gguf")
    assert source.facts(RepoFile("m-Q8_0.gguf", 9)).size_bytes == 9


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(FaultKind.SILENT), HubSilent),
        (Fault(FaultKind.TOO_MANY, 120), HubRateLimited),
        (Fault(FaultKind.UNAVAILABLE), HubBroken),
        (Fault(FaultKind.RESET), HubBroken),
        (Fault(FaultKind.CLOSE), HubBroken),
    ],
)
def test_faults_of_the_hub_are_said_at_once(
    hub: FakeHub, way: Way, tmp_path: Path, fault: Fault, kind: type[HubError]
) -> None:
    hasty = way_to(hub, tmp_path, patience=HASTY) if kind is HubSilent else way
    calls: tuple[Callable[[Way], object], ...] = (
        lambda asked: asked.catalogue.search_all(SearchQuery("model"), 5),
        lambda asked: asked.catalogue.repository(REPO),
    )
    for call in calls:
        hub.requests.clear()
        hub.api_faults.add(fault)
        with pytest.raises(kind) as caught:
            call(hasty)
        assert caught.value.sentence.endswith((".", "?"))
        assert len(hub.requests) == 1  # the library's own attempts would take half a minute
        call(way)


def test_how_long_to_wait_is_said(hub: FakeHub, way: Way) -> None:
    hub.api_faults.add(Fault(FaultKind.TOO_MANY, 120))
    with pytest.raises(HubRateLimited, match="in 2 min") as caught:
        way.catalogue.repository(REPO)
    assert caught.value.retry_after_s == 120


def test_nobody_there_is_said_at_once(tmp_path: Path) -> None:
    with FakeHub() as hub:
        way = way_to(hub, tmp_path)
    with pytest.raises(HubOffline, match="cannot be reached"):
        way.catalogue.search_all(SearchQuery("model"), 5)
    with pytest.raises(HubOffline, match="cannot be reached"):
        way.catalogue.repository(REPO)


def test_a_hub_that_is_switched_off_is_not_asked(hub: FakeHub, tmp_path: Path) -> None:
    way = way_to(hub, tmp_path)
    settings = HubSettings(hub.endpoint, tmp_path, offline=True)
    object.__setattr__(way.connection, "settings", settings)
    with pytest.raises(HubSwitchedOff, match="HF_HUB_OFFLINE"):
        way.catalogue.search_all(SearchQuery("model"), 5)
    assert hub.requests == []


@pytest.mark.parametrize("facts", [{"sha": None}, {"sha": "x"}, {"tags": None}, {"gguf": []}])
def test_odd_answers_are_errors_or_gaps_but_no_crash(
    hub: FakeHub, way: Way, facts: dict[str, object]
) -> None:
    hub.add(FakeRepository("org/odd", facts=facts))
    try:
        repository = way.catalogue.repository("org/odd")
    except HubError as error:
        assert error.sentence.endswith(".")  # noqa: PT017
    else:
        assert repository.facts.parameters is None
