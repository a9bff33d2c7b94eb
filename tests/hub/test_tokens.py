"""Tokens that the Hub does not accept: left out for what is public, and said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.base.gate import StopFlag
from app.hub.account import token_owner
from app.hub.catalogue import SearchQuery
from app.hub.connection import HubConnection
from app.hub.errors import HubGated, HubMissing, HubUnauthorized
from app.hub.settings import HubSettings
from app.hub.tokens import Tokens
from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository, Fault, FaultKind
from tests.helpers.hub_way import QUICK, Way, way_to

if TYPE_CHECKING:
    from pathlib import Path

REPO = "org/model-GGUF"


@pytest.fixture
def old(hub: FakeHub, tmp_path: Path) -> Way:
    """The way of somebody whose HF_TOKEN has run out."""
    hub.add(FakeRepository("org/secret", [FakeFile("m-Q8_0.gguf", b"x" * 9)], private=True))
    return way_to(hub, tmp_path, token="hf_old")


def sent(hub: FakeHub) -> list[str | None]:
    return [request.headers.get("authorization") for request in hub.requests]


def test_public_things_are_asked_for_without_it(hub: FakeHub, old: Way) -> None:
    found = old.catalogue.search_all(SearchQuery("model"), 5)
    assert [each.repo_id for each in found] == [REPO]
    assert sent(hub) == ["Bearer hf_old", None]
    (refused,) = old.connection.tokens.refused()
    assert refused.place == "HF_TOKEN"
    repository = old.catalogue.repository(REPO)
    (file,) = [file for file in repository.files if file.level == "Q4_K_M"]
    old.downloader.fetch_all(
        REPO, repository.commit, file.parts, stop=StopFlag(), tell=lambda _progress: None
    )
    assert not any(sent(hub)[1:])


def test_for_private_things_it_is_named(old: Way) -> None:
    for _ in range(2):
        with pytest.raises(HubUnauthorized, match="does not accept the token from HF_TOKEN"):
            old.catalogue.repository("org/secret")


def test_the_next_token_is_tried(hub: FakeHub, old: Way, tmp_path: Path) -> None:
    (tmp_path / "token").write_text('"hf_good"\n')
    hub.tokens["hf_good"] = True
    assert old.catalogue.repository("org/secret").repo_id == "org/secret"
    assert [token.place for token in old.connection.tokens.refused()] == ["HF_TOKEN"]
    hub.requests.clear()
    old.catalogue.repository("org/secret")
    assert sent(hub) == ["Bearer hf_good"]


def test_a_new_token_takes_its_place(hub: FakeHub, old: Way) -> None:
    old.catalogue.repository(REPO)
    hub.tokens["hf_good"] = True
    old.connection.tokens.keep("hf_good")
    assert old.catalogue.repository("org/secret").repo_id == "org/secret"


def test_the_same_token_is_tried_again_when_it_is_kept_again(hub: FakeHub, old: Way) -> None:
    old.catalogue.repository(REPO)
    hub.tokens["hf_old"] = True
    old.connection.tokens.keep("hf_old")
    assert old.catalogue.repository("org/secret").repo_id == "org/secret"


def test_a_token_that_may_not_read_is_left_out_once(hub: FakeHub, tmp_path: Path) -> None:
    hub.tokens["hf_narrow"] = True
    way = way_to(hub, tmp_path, token="hf_narrow")
    hub.api_faults.add(Fault(FaultKind.FORBIDDEN))
    assert way.catalogue.repository(REPO).repo_id == REPO
    assert way.connection.tokens.refused() == []
    hub.api_faults.add(*[Fault(FaultKind.FORBIDDEN)] * 2)
    with pytest.raises(HubUnauthorized, match="token from HF_TOKEN does not allow reading"):
        way.catalogue.repository(REPO)


def test_who_has_none_is_asked_to_sign_in(hub: FakeHub, way: Way) -> None:
    hub.api_faults.add(Fault(FaultKind.FORBIDDEN))
    with pytest.raises(HubUnauthorized, match="sign in with a token"):
        way.catalogue.repository(REPO)


def test_a_good_token_opens_not_everything(hub: FakeHub, tmp_path: Path) -> None:
    hub.tokens["hf_good"] = False
    way = way_to(hub, tmp_path, token="hf_good")
    with pytest.raises(HubMissing, match="token from HF_TOKEN does not open it"):
        way.catalogue.repository("org/nowhere")
    hub.add(FakeRepository("org/gated", [FakeFile("m-Q8_0.gguf", b"x" * 9)], gated=True))
    repository = way.catalogue.repository("org/gated")
    with pytest.raises(HubGated):
        way.downloader.fetch_all(
            "org/gated", repository.commit, repository.files[0].parts,
            stop=StopFlag(), tell=lambda _progress: None,
        )  # fmt: skip
    assert way.connection.tokens.refused() == []


@pytest.mark.parametrize("secret", ["two words", "hf_é", "x", "hf_\n_x"])
def test_what_cannot_be_a_token_is_said_like_one_that_is_not_accepted(
    hub: FakeHub, tmp_path: Path, secret: str
) -> None:
    way = way_to(hub, tmp_path, token=secret)
    way.catalogue.repository(REPO)
    assert sent(hub) == [None]
    assert [token.place for token in way.connection.tokens.refused()] == ["HF_TOKEN"]
    with pytest.raises(HubUnauthorized, match="does not accept the token from HF_TOKEN"):
        token_owner(way.connection)


@pytest.mark.parametrize(
    ("environ", "place"),
    [
        ({"HF_TOKEN": " 'hf_x' \n"}, "HF_TOKEN"),
        ({"HUGGING_FACE_HUB_TOKEN": "hf_x"}, "HUGGING_FACE_HUB_TOKEN"),
        ({"HF_TOKEN": "two words", "HUGGING_FACE_HUB_TOKEN": "hf_x"}, "HUGGING_FACE_HUB_TOKEN"),
    ],
)
def test_where_a_token_comes_from(environ: dict[str, str], place: str, tmp_path: Path) -> None:
    hub = "https://hub.example"
    environ |= {"HF_ENDPOINT": hub, "HF_HOME": str(tmp_path)}
    tokens = Tokens(hub, environ=environ, keyring=lambda: None)
    connection = HubConnection(HubSettings(hub, tmp_path, patience=QUICK), tokens)
    token = tokens.token()
    assert token is not None
    assert (token.place, connection.secret()) == (place, "hf_x")
