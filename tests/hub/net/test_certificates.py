"""Secure connections: whose certificates are believed, and what is said where one is not.

Tests app.hub.connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.hub.catalogue import SearchQuery
from app.hub.errors import HubBarred, HubBroken, HubError, HubSilent, Remedy
from app.hub.net.certificates import VARIABLES, Certificates
from tests.helpers.fake_hub import FakeHub
from tests.helpers.hub_way import QUICK, Way, close_library, example_repository, way_to
from tests.helpers.proxies import http_proxy
from tests.helpers.tls import Authority

if TYPE_CHECKING:
    from pathlib import Path

REPO = "org/model-GGUF"


def found(way: Way) -> list[str]:
    try:
        return [each.repo_id for each in way.catalogue.search_all(SearchQuery("model"), 5)]
    finally:
        way.connection.close()
        close_library()


def sentence(way: Way, kind: type[HubError] = HubBarred) -> str:
    with pytest.raises(kind) as caught:
        found(way)
    said = caught.value.sentence
    assert "online" not in said
    if kind is HubBarred:
        assert isinstance(caught.value, HubBarred)
        assert caught.value.remedy is Remedy.CERTIFICATE
    return said


def test_an_unknown_certificate_is_said(secure_hub: FakeHub, tmp_path: Path) -> None:
    said = sentence(way_to(secure_hub, tmp_path))
    assert said.startswith("The certificate of 127.0.0.1 is not known to this PC")
    assert "SSL_CERT_FILE" in said


@pytest.mark.parametrize("variable", [name for name in VARIABLES if name != "SSL_CERT_DIR"])
@pytest.mark.parametrize("form", ["file", "der_file"])
def test_a_variable_may_name_a_file(
    secure_hub: FakeHub,
    authority: Authority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    form: str,
) -> None:
    monkeypatch.setenv(variable, f'"{getattr(authority, form)}"')
    assert found(way_to(secure_hub, tmp_path)) == [REPO]


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_variable_may_name_a_folder(
    secure_hub: FakeHub,
    authority: Authority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
) -> None:
    monkeypatch.setenv(variable, str(authority.folder))
    assert found(way_to(secure_hub, tmp_path)) == [REPO]


def test_one_of_several_folders_is_enough(
    secure_hub: FakeHub, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_DIR", f"/not/there:{authority.folder}")
    assert found(way_to(secure_hub, tmp_path)) == [REPO]


def test_a_variable_that_names_others_is_named(
    secure_hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Authority.made(tmp_path / "other")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other.file))
    assert "not among those that REQUESTS_CA_BUNDLE names" in sentence(way_to(secure_hub, tmp_path))


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "nothing is there"),
        (b"", "holds none"),
        (b"\0garbage", "holds none"),
        (b"-----BEGIN X", "holds none"),
    ],
)
def test_a_variable_that_names_nothing_usable_is_named(
    secure_hub: FakeHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    content: bytes | None,
    reason: str,
) -> None:
    place = tmp_path / "bundle.pem"
    if content is not None:
        place.write_bytes(content)
    monkeypatch.setenv(variable, str(place))
    said = sentence(way_to(secure_hub, tmp_path))
    assert variable in said
    assert str(place) in said
    assert reason in said


def test_a_pipe_is_not_waited_for(
    secure_hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/dev/tty")
    assert "SSL_CERT_FILE" in sentence(way_to(secure_hub, tmp_path))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "empty"))
    (tmp_path / "empty").mkdir()
    assert "nothing is there" in sentence(way_to(secure_hub, tmp_path))


def test_variables_do_no_harm_where_nothing_is_secured(
    hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/not/there")
    assert found(way_to(hub, tmp_path)) == [REPO]


def test_the_persons_own_file_goes_before_the_variables(
    secure_hub: FakeHub, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/not/there")
    assert found(way_to(secure_hub, tmp_path, certificates=authority.file)) == [REPO]
    gone = way_to(secure_hub, tmp_path, certificates=tmp_path / "gone.pem")
    assert "which Shrinkscope’s own setting names" in sentence(gone)


def test_a_file_is_chosen_and_taken_back(
    secure_hub: FakeHub, authority: Authority, tmp_path: Path
) -> None:
    way = way_to(secure_hub, tmp_path)
    sentence(way)
    way.connection.believe(authority.file)
    assert found(way) == [REPO]
    (tmp_path / "notes.txt").write_text("no certificate")
    with pytest.raises(HubBarred, match="no usable certificates"):
        way.connection.believe(tmp_path / "notes.txt")
    assert way.connection.certificates.chosen == authority.file
    assert found(way) == [REPO]
    way.connection.believe(None)
    sentence(way)


def test_the_servers_own_certificate_may_be_chosen(authority: Authority, tmp_path: Path) -> None:
    with FakeHub(example_repository(), tls=authority.server()) as hub:
        (own,) = authority.folder.glob("server-*.pem")
        assert found(way_to(hub, tmp_path, certificates=own)) == [REPO]


def test_the_systems_certificates_stay_believed(authority: Authority) -> None:
    alone = len(Certificates(environ={}).context().get_ca_certs())
    context = Certificates(authority.file, environ={}).context()
    assert len(context.get_ca_certs()) == alone + 1


@pytest.mark.parametrize(
    ("begins_days", "ends_days", "words"),
    [(-30, -2, "has run out by this PC’s clock"), (2, 30, "is not valid yet by this PC’s clock")],
)
def test_a_wrong_clock_is_said(
    authority: Authority, tmp_path: Path, begins_days: float, ends_days: float, words: str
) -> None:
    tls = authority.server(begins_days=begins_days, ends_days=ends_days)
    with FakeHub(example_repository(), tls=tls) as hub:
        said = sentence(way_to(hub, tmp_path, certificates=authority.file))
    assert words in said
    assert "set the clock" in said


@pytest.mark.parametrize("name", ["portal.hotel.example", "10.0.0.1"])
def test_the_certificate_of_another_name_is_said(
    authority: Authority, tmp_path: Path, name: str
) -> None:
    with FakeHub(example_repository(), tls=authority.server(name)) as hub:
        said = sentence(way_to(hub, tmp_path, certificates=authority.file))
    assert "shows the certificate of another name" in said


def secured(hub: FakeHub) -> FakeHub:
    """The same place, asked for securely."""
    hub.scheme = "https"
    return hub


def test_what_does_not_speak_securely_is_said(hub: FakeHub, tmp_path: Path) -> None:
    said = sentence(way_to(secured(hub), tmp_path), HubBroken)
    assert "No secure connection to 127.0.0.1 comes about" in said


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_tunnel_that_is_cut_is_said(
    secure_hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    tunnel = b"HTTP/1.1 200 Connection established\r\n\r\n" + answer
    with http_proxy(answer=tunnel) as proxy:
        monkeypatch.delenv("NO_PROXY")
        monkeypatch.delenv("no_proxy")
        monkeypatch.setenv("https_proxy", proxy.place)
        said = sentence(way_to(secure_hub, tmp_path), HubError)
    assert "No secure connection to 127.0.0.1 comes about" in said


def test_a_silent_port_is_no_missing_network(hub: FakeHub, tmp_path: Path) -> None:
    import socket
    from dataclasses import replace

    with socket.create_server(("127.0.0.1", 0)) as silent:
        way = way_to(hub, tmp_path, patience=replace(QUICK, connect_s=0.2))
        endpoint = f"https://127.0.0.1:{silent.getsockname()[1]}"
        object.__setattr__(way.connection.settings, "endpoint", endpoint)
        assert "does not answer" in sentence(way, HubSilent)
