"""The command line behind proxies, company certificates and with old tokens, as processes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from app.store.paths import Paths
from tests.e2e.test_hub_commands import REPO, HubCommands
from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository
from tests.helpers.hub_way import example_repository
from tests.helpers.proxies import closed_port, http_proxy, socks_proxy
from tests.helpers.tls import Authority

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.e2e

STRAIGHT: dict[str, Any] = {"NO_PROXY": "", "no_proxy": ""}


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with FakeHub(example_repository()) as hub:
        yield hub


@pytest.fixture
def commands(hub: FakeHub, tmp_path: Path) -> HubCommands:
    return HubCommands(hub, tmp_path)


def through(place: str) -> dict[str, Any]:
    return STRAIGHT | dict.fromkeys(("ALL_PROXY", "all_proxy", "http_proxy", "HTTP_PROXY"), place)


def test_a_download_through_a_socks_proxy(commands: HubCommands, hub: FakeHub) -> None:
    with socks_proxy() as proxy:
        way = through(f"socks5h://{proxy.place}")
        document = commands.json("get", f"{REPO}:Q8_0", **way)
    assert document["bytes"] == 1_600_000
    assert len({port for _, port in proxy.asked}) == 2


def test_a_proxy_that_is_not_there_is_named(commands: HubCommands) -> None:
    with closed_port() as port:
        way = through(f"socks5://127.0.0.1:{port}")
        out, err = commands.run("search", "model", status=1, **way)
    assert out == ""
    assert f"The proxy 127.0.0.1:{port} (from http_proxy) cannot be reached" in err
    _, err = commands.run("search", "model", status=1, **through("socks4://127.0.0.1:9"))
    assert "“socks4”, as in http_proxy" in err
    commands.run(
        "search", "model", **through("no such proxy") | dict[str, Any](no_proxy="127.0.0.1")
    )


def test_a_proxy_that_asks_for_a_name_ends_a_download_at_once(commands: HubCommands) -> None:
    with http_proxy(account=("mary", "secret")) as proxy:
        _, err = commands.run("get", f"{REPO}:Q4_K_M", status=1, **through(f"http://{proxy.place}"))
        assert "http://NAME:PASSWORD@" in err
        commands.run("get", f"{REPO}:Q4_K_M", **through(f"http://mary:secret@{proxy.place}"))


def test_a_companys_certificate(tmp_path: Path) -> None:
    authority = Authority.made(tmp_path / "authority")
    with FakeHub(example_repository(), tls=authority.server()) as hub:
        commands = HubCommands(hub, tmp_path)
        _, err = commands.run("search", "model", status=1)
        assert "certificate of 127.0.0.1 is not known to this PC" in err
        commands.run("search", "model", SSL_CERT_FILE=str(authority.file))
        _, err = commands.run("search", "model", status=1, SSL_CERT_FILE="/not/there.pem")
        assert "SSL_CERT_FILE" in err
        # What was chosen in the window.
        settings = Paths.default().settings
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text(json.dumps({"certificate_file": str(authority.file)}))
        commands.run("search", "model")


def test_an_old_token_is_left_out_and_said(commands: HubCommands, hub: FakeHub) -> None:
    out, err = commands.run("search", "model", HF_TOKEN="hf_old")
    assert REPO in out
    assert "The Hub does not accept the token from HF_TOKEN: it was asked without it." in err
    hub.add(FakeRepository("org/secret", [FakeFile("m-Q8_0.gguf", b"x" * 9)], private=True))
    _, err = commands.run("get", "org/secret:Q8_0", status=1, HF_TOKEN="hf_old")
    assert "does not accept the token from HF_TOKEN" in err
    assert "shrinkscope sign-in" in err
    assert "hf_old" not in err


KEYRING = """
from pathlib import Path
import keyring.backend

class Keyring(keyring.backend.KeyringBackend):
    priority = 1
    place = Path(__file__).with_name("kept.txt")

    def get_password(self, service, username):
        return self.place.read_text() if self.place.exists() else None

    def set_password(self, service, username, password):
        self.place.write_text(password)

    def delete_password(self, service, username):
        self.place.unlink()
"""


def test_signing_in(commands: HubCommands, hub: FakeHub, tmp_path: Path) -> None:
    ring = tmp_path / "ring"
    ring.mkdir()
    (ring / "test_ring.py").write_text(KEYRING)
    kept = ring / "kept.txt"
    with_ring: dict[str, Any] = {
        "PYTHON_KEYRING_BACKEND": "test_ring.Keyring",
        "PYTHONPATH": f"{commands.repository}:{ring}",
    }
    hub.tokens["hf_good"] = True
    hub.add(FakeRepository("org/secret", [FakeFile("m-Q8_0.gguf", b"x" * 9)], private=True))
    _, err = commands.run("sign-in", status=1, said="hf_bad\n", **with_ring)
    assert "does not accept the token" in err
    assert not kept.exists()
    out, _ = commands.run("sign-in", said="hf_good\n", **with_ring)
    assert "Signed in as owner-of-hf_good" in out
    assert kept.read_text() == "hf_good"
    commands.run("get", "org/secret:Q8_0", **with_ring)
    commands.run("sign-in", "--forget", **with_ring)
    assert not kept.exists()
    _, err = commands.run("sign-in", status=1, said="hf_good\n")
    assert "no keyring" in err
    assert "HF_TOKEN" in err
    _, err = commands.run("sign-in", status=1)
    assert "not a token" in err
