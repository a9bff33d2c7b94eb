"""Servers with their keys, and ways to them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from app.core.errors import PersonError
from app.core.servers.server import Server, ServerKind
from app.lab.servers.book import ServerBook
from app.store.servers.kept import KeptServers
from app.store.servers.secrets import NONE, KeptWhere, Secrets, ServerSecrets

HERE = "http://127.0.0.1:9931"
KEY = "sk-not-to-be-seen"


@pytest.fixture
def book(tmp_path: Path) -> ServerBook:
    return ServerBook(KeptServers(tmp_path / "servers.json"), ServerSecrets(lambda: None))


def test_a_way_has_what_the_server_wants(book: ServerBook, tmp_path: Path) -> None:
    wanted = Server(name="Mine", url=HERE, headers=("X-Team",), ca_file=str(tmp_path / "ca.pem"))
    server, where = book.add(wanted, Secrets(KEY, {"X-Team": "red", "X-Other": "no"}))
    assert where is KeptWhere.THIS_RUN
    way = book.way_to(server, "some/model")
    assert (way.url, way.model, way.key) == (HERE + "/v1", "some/model", KEY)
    assert (way.headers, way.ca_file) == ({"X-Team": "red"}, tmp_path / "ca.pem")
    assert KEY not in (tmp_path / "servers.json").read_text("utf-8")
    assert KEY not in repr(way)


def test_a_name_is_taken_once(book: ServerBook) -> None:
    book.add(Server(name="Mine", url=HERE), NONE)
    with pytest.raises(PersonError):
        book.add(Server(name="mine", url="http://127.0.0.1:1"), NONE)
    assert [each.url for each in book.all()] == [HERE + "/v1"]


def test_a_key_stays_with_its_host(book: ServerBook) -> None:
    wanted = Server(name="Mine", url="https://one.example", headers=("X-Team",))
    server, _ = book.add(wanted, Secrets(KEY, {"X-Team": "red"}))
    server = book.note(server, ServerKind.VLLM, ["a"])
    renamed = msgspec.structs.replace(server, name="Ours", url="https://one.example/v2")
    server, _ = book.change("Mine", renamed, None, {"X-Team": None})
    assert (book.way_to(server).key, book.way_to(server).headers) == (KEY, {"X-Team": "red"})
    moved = msgspec.structs.replace(server, url="https://two.example")
    server, where = book.change("Ours", moved, None, {"X-Team": None})
    assert where is KeptWhere.NOWHERE
    assert (book.way_to(server).key, book.way_to(server).headers) == ("", {})
    assert (server.kind, server.listed) == (None, ())
    back = msgspec.structs.replace(server, url="https://one.example")
    server, _ = book.change("Ours", back, None, {})
    assert book.way_to(server).key == ""
    server, _ = book.change("Ours", server, "sk-new", {})
    assert book.way_to(server).key == "sk-new"


def test_a_key_is_replaced_and_cleared_and_the_rest_stays(tmp_path: Path) -> None:
    environ = {"MY_KEY": "sk-of-the-environment"}
    secrets = ServerSecrets(lambda: None, environ)
    book = ServerBook(KeptServers(tmp_path / "servers.json"), secrets)
    wanted = Server(name="Mine", url=HERE, headers=("X-Team",), key_variable="MY_KEY")
    server, _ = book.add(wanted, Secrets("", {"X-Team": "red"}))
    assert book.way_to(server).key == environ["MY_KEY"]
    for key in ("sk-new", "sk-newer"):
        server, _ = book.change("Mine", server, key, {"X-Team": None})
        assert (book.way_to(server).key, book.way_to(server).headers) == (key, {"X-Team": "red"})
    server, _ = book.change("Mine", server, "", {"X-Team": None})
    assert (book.way_to(server).key, book.way_to(server).headers) == ("", {"X-Team": "red"})
    assert not book.has_key(server)
    assert server.key_variable == "", "nor from the environment any more"
    assert book.all() == [server]


def test_nothing_goes_out_in_the_clear_unasked(book: ServerBook) -> None:
    server, _ = book.add(Server(name="Far", url="http://big-pc:9931"), Secrets(KEY))
    with pytest.raises(PersonError):
        book.way_to(server)
    agreed = msgspec.structs.replace(server, allows_plain_http=True)
    assert book.way_to(book.change("Far", agreed, None, {})[0]).key == KEY


def test_what_is_removed_is_forgotten(book: ServerBook) -> None:
    server, _ = book.add(Server(name="Mine", url=HERE), Secrets(KEY))
    assert book.has_key(server)
    assert book.remove("mine") == server
    assert not book.has_key(server)
    with pytest.raises(PersonError):
        book.named("Mine")


def test_typed_models_stand_in_for_a_list(book: ServerBook) -> None:
    server, _ = book.add(Server(name="Mine", url=HERE, models=("a", "b")), NONE)
    assert (book.way_to(server).model, book.way_to(server, "c").model) == ("a", "c")
