"""Keys of servers, and values of their headers: in the system's keyring, never in a file.

Each is kept for one scheme, host and port: under another address it is not found. Where no keyring
is at hand, it lives as long as the program.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Final

import msgspec

from app.base.keyring import Keyring, system_keyring
from app.core.errors import PersonError
from app.core.words.sentence import say

if TYPE_CHECKING:
    from app.core.servers.server import Server

log = logging.getLogger(__name__)

_SERVICE = "shrinkscope servers"


class Secrets(msgspec.Struct, frozen=True):
    """What only the person and a server know; never shows it.

    Attributes:
        key: Empty where none is asked for.
        headers: Values by the headers' names.
    """

    key: str = ""
    headers: dict[str, str] = {}

    def __repr__(self) -> str:
        return "Secrets(…)"


class KeptWhere(Enum):
    """Where secrets are kept."""

    NOWHERE = "nothing is secret"
    KEYRING = "the system keyring"
    VARIABLE = "a variable of the environment"
    THIS_RUN = "this run only"


NONE: Final = Secrets()


class ServerSecrets:
    """Finds and keeps them. Any thread; it may ask the keyring, which may ask the person.

    Args:
        keyring: Finds the keyring when it is first needed.
        environ: Has the variables that servers name.
    """

    def __init__(
        self,
        keyring: Callable[[], Keyring | None] = system_keyring,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._find_keyring = keyring
        self._environ = environ
        self._ring: Keyring | None = None
        self._looked = False
        self._this_run: dict[str, Secrets] = {}

    def of(self, server: Server) -> Secrets:
        """What is to be sent to a server; nothing where nothing is kept for its very address."""
        name = _name(server)
        found = self._this_run.get(name)
        if found is None:
            found = self._from_keyring(name)
        headers = {each: found.headers[each] for each in server.headers if each in found.headers}
        key = found.key
        if not key and server.key_variable:
            key = self._environ.get(server.key_variable, "").strip()
        return Secrets(key, headers)

    def keep(self, server: Server, secrets: Secrets) -> KeptWhere:
        """Keep what is secret of a server; tells where.

        Raises:
            PersonError: It cannot be sent in a header.
        """
        for value in (secrets.key, *secrets.headers.values()):
            if not (value.isascii() and value.isprintable()):
                raise PersonError(say("servers.wrong_key"))
        if secrets == NONE:
            self.forget(server)
            return KeptWhere.NOWHERE
        name = _name(server)
        self._this_run[name] = secrets
        ring = self._keyring()
        if ring is not None:
            try:
                ring.set_password(_SERVICE, name, msgspec.json.encode(secrets).decode())
            except Exception:  # backends raise what they like
                log.warning("the keyring did not take a server's key", exc_info=True)
            else:
                return KeptWhere.KEYRING
        return KeptWhere.VARIABLE if server.key_variable else KeptWhere.THIS_RUN

    def forget(self, server: Server) -> None:
        """Forget what is kept for a server's address.

        Raises:
            PersonError: The keyring did not forget it.
        """
        name = _name(server)
        self._this_run.pop(name, None)
        ring = self._keyring()
        if ring is None:
            return
        try:
            if ring.get_password(_SERVICE, name) is not None:
                ring.delete_password(_SERVICE, name)
        except Exception as error:
            raise PersonError(say("servers.keyring_did_not_forget"), repr(error)) from error

    def _from_keyring(self, name: str) -> Secrets:
        ring = self._keyring()
        if ring is None:
            return NONE
        try:
            text = ring.get_password(_SERVICE, name)
            found = msgspec.json.decode(text, type=Secrets) if text else NONE
        except msgspec.MsgspecError:
            log.warning("what the keyring has for a server is not its own")
            return NONE
        except Exception:
            log.info("the keyring cannot be read", exc_info=True)
            return NONE
        self._this_run[name] = found
        return found

    def _keyring(self) -> Keyring | None:
        if not self._looked:
            self._ring, self._looked = self._find_keyring(), True
        return self._ring


def _name(server: Server) -> str:
    return f"{server.name.casefold()} {server.origin}"
