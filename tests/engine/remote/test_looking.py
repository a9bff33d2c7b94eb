"""What is at an address, in whichever form it says so."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.servers.server import ServerKind
from app.engine.api import Ability
from app.engine.remote.access import Access
from app.engine.remote.looking import probe
from app.engine.remote.troubles import Trouble
from tests.helpers.replay import forms
from tests.helpers.replay.forms import said
from tests.helpers.replay.server import Replay, Reply, events, told

ANSWER = events(*said("Four"))


@pytest.mark.parametrize(
    ("ways", "kind", "version", "model"),
    [
        (forms.llama_server(), ServerKind.LLAMA_SERVER, "b1-0c1e570", forms.MODEL),
        (forms.ollama(), ServerKind.OLLAMA, "0.13.1", "small:7b"),
        (forms.vllm(), ServerKind.VLLM, "0.11.2", "org/Model-7B"),
        (forms.sglang(), ServerKind.SGLANG, "0.5.4", "org/Model-7B"),
        (forms.lm_studio(), ServerKind.LM_STUDIO, "", "org/small"),
        (forms.exo(), ServerKind.EXO, "", "mlx/small"),
        (forms.gpustack(), ServerKind.GPUSTACK, "", "small"),
        (forms.openai(ANSWER), ServerKind.OPENAI, "", "gpt-small"),
    ],
)
def test_each_server_is_known_by_what_it_says(
    ways: forms.Ways, kind: ServerKind, version: str, model: str
) -> None:
    with Replay(ways) as server:
        found = probe(Access(server.url))
        again = probe(Access(server.root, kind=kind))  # as it is kept, and without a version
    for each in (found, again):
        assert (each.kind, each.version, each.why_not) == (kind, version, None)
        assert [one.id for one in each.models] == [model]
        assert Ability.ANSWER in each.abilities
        assert each.round_trip_ns


@pytest.mark.parametrize(
    ("listing", "names"),
    [
        ({"data": [{"id": "a"}]}, ["a"]),  # nothing but a name
        ({"data": [{"id": "/models/a b.gguf", "created": None}]}, ["/models/a b.gguf"]),
        ({"data": [{"id": ""}, {"name": "b"}, {"id": 7}, None, "c"]}, ["b", "c"]),
        ([{"id": "a"}], ["a"]),
        ({"models": [{"name": "a"}]}, ["a"]),
        (["a", "b"], ["a", "b"]),
    ],
)
def test_lists_of_models_are_read_leniently(listing: Any, names: list[str]) -> None:
    with Replay({"GET /v1/models": told(listing)}) as server:
        found = probe(Access(server.url))
    assert [each.id for each in found.models] == names
    assert found.why_not is None


def test_a_model_can_be_typed_where_there_is_no_list() -> None:
    with Replay({"POST /v1/chat/completions": ANSWER}) as server:
        nothing = probe(Access(server.url))
        typed = probe(Access(server.url, model="my-model"))
    assert nothing.trouble is Trouble.MISSING
    assert typed.kind is ServerKind.OPENAI
    assert typed.trouble is Trouble.MISSING  # and it says so: the address may be wrong
    with Replay({"GET /v1/models": told({"data": []})}) as server:
        empty = probe(Access(server.url))
        assert "lists no model" in str(empty.why_not)
        assert probe(Access(server.url, model="my-model")).why_not is None


@pytest.mark.parametrize(
    ("reply", "trouble"),
    [
        (told({"error": {"message": "Invalid API Key"}}, 401), Trouble.KEY),
        (told({}, 403), Trouble.FORBIDDEN),
        (told({}, 429), Trouble.BUSY),
        (told({}, 500), Trouble.FAULT),
        (told({}, 301, Location="https://other.example/"), Trouble.LED_AWAY),
        (Reply((b"<html>",), kind="text/html"), Trouble.NONSENSE),
        (Reply((b"\xff\xfe",)), Trouble.NONSENSE),
        (Reply((b'{"data": [',), breaks_off=True), Trouble.BROKE_OFF),
    ],
)
def test_why_not_is_said(reply: Reply, trouble: Trouble) -> None:
    with Replay({"GET /v1/models": reply}) as server:
        found = probe(Access(server.url))
    assert found.trouble is trouble
    assert str(found.why_not).endswith(".")


def test_a_key_that_is_wanted_is_named_as_missing_or_not_accepted() -> None:
    with Replay({"GET /v1/models": told({"detail": "Invalid API key"}, 401)}) as server:
        assert "wants a key" in str(probe(Access(server.url)).why_not)
        assert "not accept" in str(probe(Access(server.url, key="wrong")).why_not)


def test_an_empty_key_is_no_header() -> None:
    with Replay(forms.openai(ANSWER)) as server:
        probe(Access(server.url, key="", headers={"X-Gate": "open"}))
    assert all("authorization" not in each.headers for each in server.asked)
    assert all(each.headers["x-gate"] == "open" for each in server.asked)
