"""Keys stay with their servers."""

from __future__ import annotations

import msgspec
import pytest

from app.core.errors import PersonError
from app.core.servers.server import Server
from app.store.servers.secrets import NONE, KeptWhere, Secrets, ServerSecrets

SERVER = Server(name="Big PC", url="https://big.example/v1", headers=("X-Team",))
KEY = "sk-not-to-be-seen"


class Ring:
    """A keyring in memory: the system's has no place in a test."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service_name: str, username: str) -> str | None:
        return self.kept.get((service_name, username))

    def set_password(self, service_name: str, username: str, password: str) -> None:
        self.kept[service_name, username] = password

    def delete_password(self, service_name: str, username: str) -> None:
        del self.kept[service_name, username]


def test_a_key_is_kept_for_its_address_alone() -> None:
    ring = Ring()
    secrets = Secrets(KEY, {"X-Team": "red"})
    assert ServerSecrets(lambda: ring).keep(SERVER, secrets) is KeptWhere.KEYRING
    later = ServerSecrets(lambda: ring)
    assert later.of(SERVER) == secrets
    for url in ("https://other.example/v1", "http://big.example/v1", "https://big.example:8443/v1"):
        assert later.of(msgspec.structs.replace(SERVER, url=url)) == NONE
    assert later.of(msgspec.structs.replace(SERVER, url="https://big.example/api/v1")) == secrets
    later.forget(SERVER)
    assert not ring.kept
    assert ServerSecrets(lambda: ring).of(SERVER) == NONE


def test_without_a_keyring_it_lasts_as_long_as_the_program() -> None:
    here = ServerSecrets(lambda: None)
    assert here.keep(SERVER, Secrets(KEY)) is KeptWhere.THIS_RUN
    assert here.of(SERVER).key == KEY
    assert ServerSecrets(lambda: None).of(SERVER) == NONE


def test_a_variable_stands_in_for_a_keyring() -> None:
    server = msgspec.structs.replace(SERVER, key_variable="BIG_KEY")
    secrets = ServerSecrets(lambda: None, {"BIG_KEY": f" {KEY}\n"})
    assert secrets.of(server).key == KEY
    assert secrets.keep(server, Secrets(KEY)) is KeptWhere.VARIABLE


def test_nothing_secret_is_nothing_kept() -> None:
    ring = Ring()
    assert ServerSecrets(lambda: ring).keep(SERVER, NONE) is KeptWhere.NOWHERE
    assert not ring.kept


@pytest.mark.parametrize("key", ["two\nlines", "naïve", "\x00"])
def test_what_no_header_can_carry(key: str) -> None:
    with pytest.raises(PersonError) as refused:
        ServerSecrets(lambda: None).keep(SERVER, Secrets(key))
    assert key not in refused.value.sentence


def test_a_key_shows_itself_nowhere() -> None:
    assert KEY not in repr(Secrets(KEY, {"X": KEY}))
