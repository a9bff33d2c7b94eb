"""Proxies between this PC and the Hub: what the environment says of them, and real ones.

Tests app.hub.net.ways and app.hub.net.wires.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.base.gate import StopFlag
from app.hub.catalogue import SearchQuery
from app.hub.errors import HubBarred, HubError, HubPage, HubProxyTrouble
from app.hub.net.proxies import Proxies, Proxy, is_excepted, read_proxy
from tests.helpers.proxies import Proxy as Server
from tests.helpers.proxies import closed_port, http_proxy, socks_proxy
from tests.helpers.tls import Authority

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.helpers.fake_hub import FakeHub
    from tests.helpers.hub_way import Way

REPO = "org/model-GGUF"
VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy but those of the test."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


# --- what is read ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "scheme", "host", "port"),
    [
        ("http://proxy.example:8080", "http", "proxy.example", 8080),
        ("http://proxy.example:8080/", "http", "proxy.example", 8080),
        ("HTTP://Proxy.Example:8080", "http", "Proxy.Example", 8080),
        ("proxy:8080", "http", "proxy", 8080),
        ("proxy", "http", "proxy", 80),
        ('"http://proxy:8080"', "http", "proxy", 8080),
        ("  'proxy:8080' ", "http", "proxy", 8080),
        ("https://proxy", "https", "proxy", 443),
        ("socks5://10.0.0.1:1080", "socks5", "10.0.0.1", 1080),
        ("socks5h://10.0.0.1", "socks5", "10.0.0.1", 1080),
        ("socks://localhost:9050/", "socks5", "localhost", 9050),
        ("http://[::1]:3128", "http", "::1", 3128),
    ],
)
def test_a_proxy_is_read_as_people_write_it(value: str, scheme: str, host: str, port: int) -> None:
    assert read_proxy(value, "ALL_PROXY") == Proxy(scheme, host, port, "ALL_PROXY")


@pytest.mark.parametrize(
    ("value", "account"),
    [
        ("http://me:secret@proxy:1", ("me", "secret")),
        ("http://me@proxy:1", ("me", "")),
        ("http://DOMAIN%5Cme:p%40ss@proxy:1", ("DOMAIN\\me", "p@ss")),
        ("http://me:p@ss#w/rd?@proxy:1", ("me", "p@ss#w/rd?")),
        ("me:secret@proxy:1", ("me", "secret")),
    ],
)
def test_a_password_may_hold_any_sign(value: str, account: tuple[str, str]) -> None:
    proxy = read_proxy(value, "HTTP_PROXY")
    assert (proxy.host, proxy.port, proxy.account) == ("proxy", 1, account)
    assert account[1] == "" or account[1] not in repr(proxy) + proxy.place


@pytest.mark.parametrize(
    "value",
    [
        "http://", "://proxy:1", "http://pro xy:1", "http:/proxy:1", "proxy:port", "proxy:99999",
        "http://proxy:8080/wpad.dat", "$PROXY", "%PROXY%", "<proxy>", "http://me:pw@", "a\nb",
        "http://[::1", "direct, none",
    ],
)  # fmt: skip
def test_what_is_no_proxy_is_named(value: str) -> None:
    with pytest.raises(HubBarred, match="no address of a proxy in HTTPS_PROXY") as caught:
        read_proxy(value, "HTTPS_PROXY")
    assert "pw" not in caught.value.sentence + caught.value.detail


@pytest.mark.parametrize("scheme", ["socks4", "socks4a", "ftp", "htp", "quic"])
def test_a_kind_that_is_not_understood_is_named(scheme: str) -> None:
    with pytest.raises(HubBarred, match=f"“{scheme}”, as in ALL_PROXY, is not understood"):
        read_proxy(f"{scheme}://me:pw@proxy:1080", "ALL_PROXY")


@given(st.text(max_size=40))
def test_any_value_is_a_proxy_or_a_sentence(value: str) -> None:
    proxy = None
    with contextlib.suppress(HubBarred):
        proxy = read_proxy(value, "ALL_PROXY")
    assert proxy is None or proxy.host


@given(st.text(max_size=40), st.text(alphabet="abc.:0123[]/", max_size=12))
def test_any_list_of_exceptions_is_read(listed: str, host: str) -> None:
    assert is_excepted(host, 443, listed) in {True, False}


@pytest.mark.parametrize(
    ("listed", "excepted"),
    [
        ("*", True),
        ("example.com", True),
        (".example.com", True),
        ("*.example.com", True),
        ("EXAMPLE.com.", True),
        ("hub.example.com:443", True),
        ("hub.example.com:8443", False),
        ("https://hub.example.com/", True),
        ("other.com, example.com", True),
        ("other.com example.com", True),
        ('"example.com"', True),
        ("hub.*", True),
        ("xample.com", False),
        ("example.com.evil", False),
        ("", False),
        (",,", False),
        ("10.0.0.0/8", False),
        ("[", False),
    ],
)
def test_a_name_is_excepted(listed: str, excepted: bool) -> None:
    assert is_excepted("hub.example.com", 443, listed) is excepted


@pytest.mark.parametrize(
    ("host", "listed", "excepted"),
    [
        ("10.1.2.3", "10.0.0.0/8", True),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2.3", "10.1.2.3:443", True),
        ("10.1.2.3", "10.1.2.3:80", False),
        ("10.1.2.3", "10.1.*", True),
        ("10.1.2.3", "11.0.0.0/8", False),
        ("10.1.2.3", "10.0.0.0/99", False),
        ("::1", "::1", True),
        ("::1", "[::1]", True),
        ("::1", "[::1]:443", True),
        ("::1", "[::1]:80", False),
        ("::1", "::/64", True),
        ("::1", "127.0.0.1", False),
        ("127.0.0.1", "127.0.0.0/8", True),
    ],
)
def test_an_address_is_excepted(host: str, listed: str, excepted: bool) -> None:
    assert is_excepted(host, 443, listed) is excepted


def chosen(environ: dict[str, str], scheme: str = "https") -> str | None:
    proxy = Proxies(environ, {}).for_address(scheme, "hub.example", 443)
    return None if proxy is None else f"{proxy.host} {proxy.variable}"


def test_which_variable_counts() -> None:
    assert chosen({}) is None
    assert chosen({"HTTPS_PROXY": "a"}) == "a HTTPS_PROXY"
    assert chosen({"HTTPS_PROXY": "a", "https_proxy": "b"}) == "b https_proxy"
    assert chosen({"HTTPS_PROXY": "a", "https_proxy": ""}) is None
    assert chosen({"HTTPS_PROXY": "", "ALL_PROXY": "c"}) == "c ALL_PROXY"
    assert chosen({"HTTPS_PROXY": "a", "ALL_PROXY": "c"}) == "a HTTPS_PROXY"
    assert chosen({"HTTP_PROXY": "a"}) is None
    assert chosen({"HTTP_PROXY": "a"}, "http") == "a HTTP_PROXY"
    assert chosen({"ALL_PROXY": "c", "NO_PROXY": "example"}) is None
    assert chosen({"ALL_PROXY": "c", "no_proxy": "other", "NO_PROXY": "example"}) == "c ALL_PROXY"


def test_what_is_not_used_does_no_harm() -> None:
    assert (
        chosen({"HTTP_PROXY": "no such thing", "ALL_PROXY": "socks4://x", "NO_PROXY": "*"}) is None
    )
    assert chosen({"HTTP_PROXY": "no such thing", "HTTPS_PROXY": "a"}) == "a HTTPS_PROXY"


def test_the_systems_own_settings_count_where_the_environment_says_nothing() -> None:
    system = {"https": "http://desk:3128", "socks": "socks://desk:1080"}
    proxy = Proxies({}, system).for_address("https", "hub.example", 443)
    assert proxy is not None
    assert (proxy.place, proxy.variable) == ("desk:3128", "the system’s settings")
    proxy = Proxies({}, system).for_address("http", "hub.example", 80)
    assert proxy is not None
    assert proxy.scheme == "socks5"
    assert Proxies({"HTTP_PROXY": "a"}, system).for_address("https", "hub.example", 443) is None


# --- real ones ---------------------------------------------------------------------------------


def found(way: Way) -> list[str]:
    return [each.repo_id for each in way.catalogue.search_all(SearchQuery("model"), 5)]


def sentence(way: Way, kind: type[HubError]) -> str:
    with pytest.raises(kind) as caught:
        found(way)
    return caught.value.sentence


def bring(way: Way) -> bytes:
    repository = way.catalogue.repository(REPO)
    (file,) = [file for file in repository.files if file.level == "Q4_K_M"]
    (fetched,) = way.downloader.fetch_all(
        REPO, repository.commit, file.parts, stop=StopFlag(), tell=lambda _progress: None
    )
    return fetched.path.read_bytes()


@pytest.mark.parametrize("make", [http_proxy, socks_proxy])
@pytest.mark.parametrize("account", [None, ("mary", "p@ss:w/rd")])
def test_all_goes_through_a_proxy(
    hub: FakeHub,
    way: Way,
    monkeypatch: pytest.MonkeyPatch,
    make: Callable[..., Server],
    account: tuple[str, str] | None,
) -> None:
    with make(account=account) as proxy:
        user = "mary:p@ss:w/rd@" if account else ""
        scheme = "http" if make is http_proxy else "socks5h"
        monkeypatch.setenv("ALL_PROXY", f"{scheme}://{user}{proxy.place}")
        file = hub.repositories[REPO].file("model-Q4_K_M.gguf")
        assert file is not None
        assert bring(way) == file.read(0, file.size)
        way.connection.close()
    ports = {port for _, port in proxy.asked}
    assert ports == {int(each.rpartition(":")[2]) for each in (hub.endpoint, hub.content_endpoint)}


def test_an_excepted_hub_is_reached_straight(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    with http_proxy() as proxy:
        monkeypatch.setenv("ALL_PROXY", f"http://{proxy.place}")
        monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.0/8")
        assert found(way) == [REPO]
    assert proxy.asked == []


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_a_proxy_that_is_not_there(way: Way, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    with closed_port() as port:
        monkeypatch.setenv("ALL_PROXY", f"{scheme}://127.0.0.1:{port}")
        said = sentence(way, HubProxyTrouble)
    assert said.startswith(f"The proxy 127.0.0.1:{port} (from ALL_PROXY) cannot be reached")
    assert "list 127.0.0.1 in NO_PROXY" in said


@pytest.mark.parametrize("make", [http_proxy, socks_proxy])
def test_a_proxy_that_asks_for_a_name(
    way: Way, monkeypatch: pytest.MonkeyPatch, make: Callable[..., Server]
) -> None:
    with make(account=("mary", "secret")) as proxy:
        scheme = "http" if make is http_proxy else "socks5"
        monkeypatch.setenv("HTTP_PROXY", f"{scheme}://{proxy.place}")
        said = sentence(way, HubBarred)
        assert f"{proxy.place} (from HTTP_PROXY) asks for a name and password" in said
        monkeypatch.setenv("HTTP_PROXY", f"{scheme}://mary:wrong@{proxy.place}")
        said = sentence(way, HubBarred)
        assert "does not accept the name and password" in said
        assert "wrong" not in said
        way.connection.close()


def http_answer(status: int, body: bytes = b"", kind: str = "text/html") -> bytes:
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (http_answer(407), HubBarred, "asks for a name and password"),
        (http_answer(403, b"<html>no"), HubBarred, "does not let this program through"),
        (http_answer(502), HubProxyTrouble, "The Hub, or the proxy"),
        (http_answer(503, b"busy", "text/plain"), HubProxyTrouble, "The Hub, or the proxy"),
        (http_answer(504, b"<html>"), HubProxyTrouble, "The Hub, or the proxy"),
        (http_answer(511, b"<html>"), HubProxyTrouble, "The Hub, or the proxy"),
        (http_answer(200, b"<html>Hello"), HubPage, "perhaps the proxy"),
        (b"", HubProxyTrouble, "broke off"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", HubProxyTrouble, "broke off"),
    ],
)
def test_a_proxy_that_answers_for_itself(
    way: Way, monkeypatch: pytest.MonkeyPatch, answer: bytes, kind: type[HubError], words: str
) -> None:
    with http_proxy(answer=answer) as proxy:
        monkeypatch.setenv("http_proxy", f"http://{proxy.place}")
        said = sentence(way, kind)
        way.connection.close()
    assert words in said
    assert f"{proxy.place} (from http_proxy)" in said
    assert "online" not in said


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (http_answer(407), HubBarred, "asks for a name and password"),
        (http_answer(403, b"<html>no"), HubBarred, "does not let this program through"),
        (http_answer(502), HubProxyTrouble, "does not reach 127.0.0.1"),
        (http_answer(504, b"<html>"), HubProxyTrouble, "does not reach 127.0.0.1"),
        (b"", HubProxyTrouble, "broke off"),
        (b"nonsense\r\n\r\n", HubProxyTrouble, "broke off"),
    ],
)
def test_a_proxy_that_opens_no_tunnel(
    secure_way: Way,
    monkeypatch: pytest.MonkeyPatch,
    answer: bytes,
    kind: type[HubError],
    words: str,
) -> None:
    with http_proxy(answer=answer) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.place)
        said = sentence(secure_way, kind)
        secure_way.connection.close()
    assert words in said
    assert f"{proxy.place} (from HTTPS_PROXY)" in said


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "is none of this kind"),
        (b"\x05", "is none of this kind"),
        (b"\x05\x00\x05", "is none of this kind"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "is none of this kind"),
        (b"\x04\x5b" + bytes(6), "is none of this kind"),
        (b"\xff" * 300, "is none of this kind"),
        (b"\x05\xff", "asks for a name and password"),
    ],
)
def test_what_is_no_socks_proxy(
    way: Way, monkeypatch: pytest.MonkeyPatch, answer: bytes, words: str
) -> None:
    with socks_proxy(answer=answer) as proxy:
        monkeypatch.setenv("ALL_PROXY", f"socks5://{proxy.place}")
        said = sentence(way, HubError)
    assert words in said
    assert f"{proxy.place} (from ALL_PROXY)" in said


def test_a_socks_proxy_that_does_not_reach_the_hub(
    hub: FakeHub, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socks_proxy() as proxy:
        proxy.reachable = False
        monkeypatch.setenv("ALL_PROXY", f"socks5://{proxy.place}")
        said = sentence(way, HubProxyTrouble)
    assert f"{proxy.place} (from ALL_PROXY) does not reach 127.0.0.1" in said


@pytest.mark.parametrize("make", [http_proxy, socks_proxy])
def test_a_secure_hub_through_a_proxy(
    secure_way: Way, monkeypatch: pytest.MonkeyPatch, make: Callable[..., Server]
) -> None:
    with make() as proxy:
        scheme = "http" if make is http_proxy else "socks5"
        monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://{proxy.place}")
        assert found(secure_way) == [REPO]
        secure_way.connection.close()
    assert len(proxy.asked) == 1


def test_a_secure_proxy(
    secure_way: Way, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    with http_proxy(tls=authority.server()) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"https://{proxy.place}")
        assert found(secure_way) == [REPO]
        secure_way.connection.close()
    assert len(proxy.asked) == 1


def test_a_secure_proxy_that_nobody_knows(
    hub: FakeHub, way: Way, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with http_proxy(tls=Authority.made(tmp_path / "other").server()) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"https://{proxy.place}")
        assert "certificate of 127.0.0.1 is not known" in sentence(way, HubBarred)
