"""The key that others bring to this PC: kept, so that they can go on after the next start."""

from __future__ import annotations

import logging
from collections.abc import Callable

from app.base.keyring import Keyring, system_keyring

log = logging.getLogger(__name__)

_SERVICE, _NAME = "shrinkscope serve", "key"


def kept_key(find_keyring: Callable[[], Keyring | None] = system_keyring) -> str:
    """The key of the last time; empty where the system keeps none. It may wait for the person."""
    try:
        ring = find_keyring()
        return (ring.get_password(_SERVICE, _NAME) or "") if ring is not None else ""
    except Exception:  # backends raise what they like
        log.info("the keyring cannot be read", exc_info=True)
        return ""


def keep_key(key: str, find_keyring: Callable[[], Keyring | None] = system_keyring) -> bool:
    """Keep a key for the next time; tells whether the system took it."""
    try:
        ring = find_keyring()
        if ring is None:
            return False
        ring.set_password(_SERVICE, _NAME, key)
    except Exception:  # backends raise what they like
        log.warning("the keyring did not take the key", exc_info=True)
        return False
    return True
