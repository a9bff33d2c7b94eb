"""What is found at the addresses of servers: a real llama-server, the program's own, and none."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.core.servers.server import Server, ServerKind
from app.engine.api import Ability
from app.lab.servers import looking
from app.lab.servers.book import ServerBook
from app.lab.servers.looking import look_at, look_at_all, look_here
from app.lab.servers.words import words_of
from app.store.servers.kept import KeptServers
from app.store.servers.secrets import NONE, Secrets, ServerSecrets
from tests.helpers.llama_server import llama_server, needs_llama_server
from tests.helpers.program import program_command

KEY = "sk-not-to-be-seen"


@pytest.fixture
def book(tmp_path: Path) -> ServerBook:
    return ServerBook(KeptServers(tmp_path / "servers.json"), ServerSecrets(lambda: None))


@pytest.fixture(autouse=True)
def as_slow_as_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who answers is there, however busy this PC is."""
    monkeypatch.setattr(looking, "_PORT_SECONDS", 60.0)


@pytest.fixture(scope="module")
def running(demo_model: Path) -> Iterator[str]:
    with llama_server(demo_model, "--alias", "demo", "--props", key=KEY) as url:
        yield url


@needs_llama_server
def test_a_real_server_says_what_it_is(book: ServerBook, running: str) -> None:
    server, _ = book.add(Server(name="Big PC", url=running), Secrets(KEY))
    looked = look_at(book, server)
    assert looked.found.why_not is None
    assert looked.found.kind is ServerKind.LLAMA_SERVER
    assert looked.server.choices == ["demo"]
    assert {Ability.ANSWER, Ability.OWN_PROBABILITIES} <= looked.abilities
    assert Ability.SEE not in looked.abilities
    assert looked.found.round_trip_ns is not None
    assert looked.found.version
    kept = book.named("Big PC")
    assert (kept.kind, kept.listed) == (ServerKind.LLAMA_SERVER, ("demo",))
    assert str(words_of(looked.abilities)[0]) == "chats, tasks, votes"


@needs_llama_server
def test_a_wrong_key_is_one_sentence(book: ServerBook, running: str) -> None:
    server, _ = book.add(Server(name="Big PC", url=running), Secrets("sk-wrong"))
    why_not = look_at(book, server).found.why_not
    assert why_not is not None
    assert "key" in str(why_not)
    assert "sk-wrong" not in str(why_not)


@needs_llama_server
def test_ports_of_this_pc_are_looked_at(book: ServerBook, running: str) -> None:
    port = urlsplit(running).port
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # nobody listens
        ports = (closed.getsockname()[1], port or 0)
        found = look_here(book, ports)
        # It wants a key, which nobody has typed yet: it is there all the same.
        assert [(each.server.url, each.is_known) for each in found] == [(running, False)]
        book.add(Server(name="Mine", url=running), Secrets(KEY))
        known = look_here(book, ports)
    assert [(each.server.name, each.is_known) for each in known] == [("Mine", True)]


def test_who_does_not_answer_is_said(book: ServerBook) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        here, _ = book.add(Server(name="Here", url=url), NONE)
        far, _ = book.add(Server(name="Far", url="http://big-pc:9931"), Secrets(KEY))
        first, second = look_at_all(book, [here, far])
    assert first.found.why_not is not None
    assert first.found.kind is None
    assert "in the clear" in str(second.found.why_not)


def test_another_program_may_be_there_now(book: ServerBook) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        server, _ = book.add(Server(name="Here", url=url, kind=ServerKind.VLLM), NONE)
        assert look_at(book, server).server == server


def test_this_programs_own_serve_is_no_stranger(book: ServerBook, demo_model: Path) -> None:
    words = ["serve", str(demo_model), "--json", "--port", "0"]
    with subprocess.Popen(
        program_command(*words), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            assert process.stdout is not None
            url = json.loads(process.stdout.readline())["url"]
            (found,) = look_here(book, [urlsplit(url).port or 0])
        finally:
            process.terminate()
    assert found.found.kind is ServerKind.SHRINKSCOPE
    assert found.server.choices
    assert found.found.why_not is None
