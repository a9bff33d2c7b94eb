"""The list of servers in its file."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.core.errors import PersonError
from app.core.servers.server import Server, ServerKind
from app.store.servers.kept import KeptServers

URL = "http://127.0.0.1:9931/v1"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "servers.json"


def test_servers_are_kept_in_order_and_found_by_name(path: Path) -> None:
    kept = KeptServers(path)
    assert kept.all() == []
    one, two = Server(name="One", url=URL), Server(name="Two", url=URL, kind=ServerKind.VLLM)
    kept.put(one)
    kept.put(two)
    again = KeptServers(path)
    assert again.all() == [one, two]
    assert again.find("two") == two
    assert again.remove("ONE") == one
    assert again.all() == [two]


def test_a_name_is_one_servers(path: Path) -> None:
    kept = KeptServers(path)
    one, two = Server(name="One", url=URL), Server(name="Two", url=URL)
    kept.put(one)
    kept.put(two)
    with pytest.raises(PersonError):
        kept.put(Server(name="ONE", url=URL), "Two")
    renamed = Server(name="Three", url=URL)
    assert kept.put(renamed, "Two") == two
    assert kept.all() == [one, renamed]
    with pytest.raises(PersonError):
        kept.remove("Two")


def test_several_programs_may_write(path: Path) -> None:
    servers = [Server(name=f"S{n}", url=URL) for n in range(12)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda each: KeptServers(path).put(each), servers))
    assert sorted(each.name for each in KeptServers(path).all()) == sorted(s.name for s in servers)


def test_a_damaged_list_is_said_and_stays(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("{", "utf-8")
    with pytest.raises(PersonError):
        KeptServers(path).all()
    with pytest.raises(PersonError):
        KeptServers(path).put(Server(name="One", url=URL))
    assert path.read_text("utf-8") == "{"


def test_what_another_version_wrote_stays_and_what_is_wrong_is_left_out(path: Path) -> None:
    path.parent.mkdir()
    later = {"name": "Later", "url": URL, "colour": "blue", "kind": "unheard of"}
    wrong = {"name": "Evil", "url": "ftp://host"}
    path.write_text(json.dumps({"servers": [later, wrong, 7]}), "utf-8")
    kept = KeptServers(path)
    assert kept.all() == [Server(name="Later", url=URL)]
    kept.put(Server(name="One", url=URL))
    assert json.loads(path.read_text("utf-8"))["servers"][:3] == [later, wrong, 7]
