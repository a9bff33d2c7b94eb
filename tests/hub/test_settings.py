"""Which Hub, which cache, whose token."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.errors import PersonError
from app.hub.settings import (
    DEFAULT_ENDPOINT,
    EndpointError,
    HubSettings,
    check_endpoint,
    hub_cache_folder,
)
from app.hub.tokens import Tokens, TokenSource

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("https://huggingface.co/", "https://huggingface.co"),
        ("https://hub.example.org:8443/hf/", "https://hub.example.org:8443/hf"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("http://[::1]:80", "http://[::1]:80"),
        ("HTTPS://HUB.example.org", "https://hub.example.org"),
    ],
)
def test_addresses_of_hubs(given: str, used: str) -> None:
    assert check_endpoint(given) == used


@pytest.mark.parametrize(
    "address",
    [
        "", "huggingface.co", "http://huggingface.co", "http://192.168.1.4:80", "ftp://localhost",
        "https://me:secret@hub.org", "https://hub.org?x=1", "https://hub.org#x", "https://",
        "https://hub.org:port", "http://127.0.0.1.example.org", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_addresses_that_are_no_hub(address: str) -> None:
    with pytest.raises(EndpointError) as caught:
        check_endpoint(address)
    assert caught.value.sentence.endswith(".")
    assert "secret" not in caught.value.sentence + caught.value.detail


def test_the_environment_chooses_the_hub() -> None:
    assert HubSettings.from_environment(None, {}).badge is None
    chosen = HubSettings.from_environment(None, {"HF_ENDPOINT": "https://hub.org/"})
    assert (chosen.endpoint, chosen.badge) == ("https://hub.org", "hub.org")
    named = HubSettings.from_environment("https://other.org", {"HF_ENDPOINT": "https://hub.org"})
    assert named.endpoint == "https://other.org"
    assert HubSettings.from_environment(None, {"HF_HUB_OFFLINE": "1"}).offline


def test_the_cache_is_where_the_other_programs_have_it(tmp_path: Path) -> None:
    home = str(tmp_path)
    assert hub_cache_folder({"HF_HUB_CACHE": f"{home}/a", "HF_HOME": "/b"}) == tmp_path / "a"
    assert hub_cache_folder({"HF_HOME": home}) == tmp_path / "hub"
    assert hub_cache_folder({"XDG_CACHE_HOME": home}) == tmp_path / "huggingface" / "hub"
    expected = Path.home() / ".cache" / "huggingface" / "hub"
    assert hub_cache_folder({}) == expected


@pytest.mark.parametrize("variable", ["HF_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME", ""])
def test_the_library_finds_the_same_cache(variable: str, tmp_path: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    if variable:
        environ[variable] = str(tmp_path)
    code = (
        "import os; from app.hub.settings import *; prepare_environment();"
        "from huggingface_hub import constants as c;"
        "assert c.HF_HUB_CACHE == str(hub_cache_folder()), (c.HF_HUB_CACHE, hub_cache_folder());"
        "assert c.HF_HUB_DISABLE_XET and c.HF_HUB_DISABLE_TELEMETRY"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, env=environ, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


# --- tokens -----------------------------------------------------------------------------------


class Ring:
    """A keyring in memory, perhaps a broken one."""

    def __init__(self, *, broken: bool = False) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self._broken = broken

    def get_password(self, service_name: str, username: str) -> str | None:
        self._check()
        return self.kept.get((service_name, username))

    def set_password(self, service_name: str, username: str, password: str) -> None:
        self._check()
        self.kept[service_name, username] = password

    def delete_password(self, service_name: str, username: str) -> None:
        self._check()
        del self.kept[service_name, username]

    def _check(self) -> None:
        if self._broken:
            raise RuntimeError("the keyring is locked")


def test_a_token_is_kept_in_the_keyring_and_forgotten_again(tmp_path: Path) -> None:
    ring = Ring()
    environ = {"HF_HOME": str(tmp_path)}
    tokens = Tokens(DEFAULT_ENDPOINT, environ=environ, keyring=lambda: ring)
    assert tokens.token() is None
    assert tokens.keep(" hf_mine\n") is TokenSource.KEYRING
    later = Tokens(DEFAULT_ENDPOINT, environ=environ, keyring=lambda: ring).token()
    assert later is not None
    assert (later.secret, later.source) == ("hf_mine", TokenSource.KEYRING)
    assert "hf_mine" not in repr(later)
    tokens.forget()
    assert (tokens.token(), ring.kept) == (None, {})
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("ring", [None, Ring(broken=True)])
def test_without_a_keyring_a_token_lives_as_long_as_the_program(
    ring: Ring | None, tmp_path: Path
) -> None:
    tokens = Tokens(DEFAULT_ENDPOINT, environ={"HF_HOME": str(tmp_path)}, keyring=lambda: ring)
    assert tokens.keep("hf_mine") is TokenSource.THIS_RUN
    token = tokens.token()
    assert token is not None
    assert token.secret == "hf_mine"
    assert list(tmp_path.rglob("*")) == []
    if ring is None:
        tokens.forget()
        assert tokens.token() is None


def test_the_token_of_the_other_programs_is_read_and_never_changed(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("hf_theirs\n")
    environ = {"HF_HOME": str(tmp_path)}
    token = Tokens(DEFAULT_ENDPOINT, environ=environ, keyring=lambda: None).token()
    assert token is not None
    assert (token.secret, token.source) == ("hf_theirs", TokenSource.HUGGING_FACE)
    named = Tokens(
        DEFAULT_ENDPOINT, environ={**environ, "HF_TOKEN": "hf_env"}, keyring=lambda: None
    ).token()
    assert named is not None
    assert named.source is TokenSource.ENVIRONMENT
    assert file.read_text() == "hf_theirs\n"


def test_another_hub_gets_their_token_only_where_the_environment_names_it(tmp_path: Path) -> None:
    environ = {"HF_HOME": str(tmp_path), "HF_TOKEN": "hf_theirs"}
    other = "https://hub.org"
    assert Tokens(other, environ=environ, keyring=lambda: None).token() is None
    named = {**environ, "HF_ENDPOINT": "https://hub.org/"}
    assert Tokens(other, environ=named, keyring=lambda: None).token() is not None


@pytest.mark.parametrize("secret", ["", "hf one", "a\nb", "ü" * 9, "x" * 600])
def test_what_cannot_be_a_token_is_refused(secret: str) -> None:
    with pytest.raises(PersonError, match="not a token"):
        Tokens(DEFAULT_ENDPOINT, environ={}, keyring=lambda: None).keep(secret)
