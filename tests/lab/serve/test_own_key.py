"""The key stays the same from start to start, where the system keeps secrets."""

from __future__ import annotations

from app.lab.serve.own_key import keep_key, kept_key


class Ring:
    """A keyring in memory: the system's has no place in a test."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service_name: str, username: str) -> str | None:
        return self.kept.get((service_name, username))

    def set_password(self, service_name: str, username: str, password: str) -> None:
        self.kept[service_name, username] = password

    def delete_password(self, service_name: str, username: str) -> None:
        raise NotImplementedError


class Broken(Ring):
    def get_password(self, service_name: str, username: str) -> str | None:
        raise OSError("locked")

    def set_password(self, service_name: str, username: str, password: str) -> None:
        raise OSError("locked")


def test_a_key_is_there_the_next_time() -> None:
    ring = Ring()
    assert kept_key(lambda: ring) == ""
    assert keep_key("one", lambda: ring)
    assert kept_key(lambda: ring) == "one"


def test_without_a_keyring_nothing_is_kept_and_nothing_fails() -> None:
    for ring in (None, Broken()):
        assert not keep_key("one", lambda ring=ring: ring)
        assert kept_key(lambda ring=ring: ring) == ""
