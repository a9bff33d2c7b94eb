"""The keyring of the operating system, where it has one that keeps secrets safe."""

from __future__ import annotations

import logging
from typing import Protocol, cast

log = logging.getLogger(__name__)


class Keyring(Protocol):
    """What is used of the ``keyring`` library."""

    def get_password(self, service_name: str, username: str) -> str | None:
        """The kept password, None if there is none."""
        ...

    def set_password(self, service_name: str, username: str, password: str) -> None:
        """Keep a password."""
        ...

    def delete_password(self, service_name: str, username: str) -> None:
        """Forget a password."""
        ...


def system_keyring() -> Keyring | None:
    """The keyring of the operating system; None where it has none that keeps secrets safe."""
    try:
        import keyring
        from keyring.backends import fail, null

        backend = keyring.get_keyring()
        if isinstance(backend, fail.Keyring | null.Keyring) or "plaintext" in repr(backend).lower():
            return None
    except Exception:  # a broken backend may raise anything
        log.info("no keyring", exc_info=True)
        return None
    return cast("Keyring", keyring)
