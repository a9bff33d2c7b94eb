"""Addresses of servers as people type them."""

from __future__ import annotations

import pytest

from app.core.errors import PersonError
from app.core.servers.address import (
    before_version,
    is_here,
    is_loopback,
    is_open_to_readers,
    origin_of,
    server_address,
    versioned,
)
from app.engine.remote.access import Access


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("127.0.0.1:9931", "http://127.0.0.1:9931/v1"),
        ("localhost:11434/", "http://localhost:11434/v1"),
        ("[::1]:8000", "http://[::1]:8000/v1"),
        (" http://127.0.0.1:9931/v1/ ", "http://127.0.0.1:9931/v1"),
        ("HTTP://Big-PC:8080", "http://big-pc:8080/v1"),
        ("api.example.com", "https://api.example.com/v1"),
        ("https://api.example.com:443/v1/chat/completions", "https://api.example.com/v1"),
        ("https://router.example/api/v1/models", "https://router.example/api/v1"),
        ("https://x.example/v1beta/openai/", "https://x.example/v1beta/openai"),
        ("https://x.example/openai/v1/chat/completions", "https://x.example/openai/v1"),
        ("https://x.example/api/v3/", "https://x.example/api/v3"),
        ("https://x.example/v2ray", "https://x.example/v2ray/v1"),
        ("http://10.0.0.2:80/proxy//llama", "http://10.0.0.2/proxy/llama/v1"),
    ],
)
def test_one_form(typed: str, url: str) -> None:
    assert server_address(typed) == url
    assert server_address(url) == url


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "http://",
        "ftp://host/v1",
        "file:///etc/passwd",
        "http://me:secret@host/v1",
        "http://me@host",
        "http://host/v1?key=secret",
        "http://host/v1#x",
        "http://host:99999",
        "http://host:0",
        "http://ho st/",
        "http://host/\nX: y",
        "http://[::1/v1",
        "x" * 5_000,
    ],
)
def test_what_will_not_do(typed: str) -> None:
    with pytest.raises(PersonError) as refused:
        server_address(typed)
    assert "secret" not in refused.value.sentence


def test_a_key_is_for_scheme_host_and_port() -> None:
    assert origin_of("https://api.example.com/v1") == origin_of("https://api.example.com:443/x")
    others = [
        "http://api.example.com/v1",
        "https://api.example.com:8443/v1",
        "https://b.example/v1",
    ]
    assert len({origin_of(url) for url in [*others, "https://api.example.com/v1"]}) == 4


def test_what_travels_in_the_clear() -> None:
    assert is_here("http://127.0.0.1:9931/v1")
    assert not is_open_to_readers("http://localhost:1/v1")
    assert not is_open_to_readers("https://big-pc/v1")
    assert is_open_to_readers("http://big-pc:8080/v1")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "127.0.0.1", "127.9.9.9", "[::1]"])
def test_this_pc(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "0.0.0.0", "192.168.1.4", "localhost.example", "127.1.evil"])
def test_other_computers(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("url", "ways", "own"),
    [
        ("https://g.example/v1beta/openai/", "/v1beta/openai", ""),
        ("https://g.example/openai/v1", "/openai/v1", "/openai"),
        ("https://g.example/api/v1/", "/api/v1", "/api"),
        ("https://g.example/api/v3", "/api/v3", "/api"),
        ("https://g.example/v2ray/llama/", "/v2ray/llama/v1", "/v2ray/llama"),
        ("https://g.example", "/v1", ""),
    ],
)
def test_where_the_ways_of_a_server_begin(url: str, ways: str, own: str) -> None:
    access = Access(url)
    assert access.versioned == versioned(url) == f"https://g.example{ways}"
    assert access.root == before_version(url) == f"https://g.example{own}"
    assert server_address(url) == access.versioned
