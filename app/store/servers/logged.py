"""The log names servers as the person does: it is passed on with reports of faults."""

from __future__ import annotations

from pathlib import Path

from app.base.files import Stamp, stamp_at
from app.core.candidates.candidate import ServerModel
from app.core.candidates.passed_on import ServersOut
from app.core.errors import PersonError
from app.store.servers.kept import KeptServers


class AddressesOut:
    """Takes the addresses of kept servers out of texts. Any thread.

    Args:
        path: The list of servers; it is read when it was written anew.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: tuple[Stamp | None, ServersOut] = (None, ServersOut(()))

    def __call__(self, text: str) -> str:
        """The text without them; as it is where the list cannot be read."""
        stamp, (known, servers) = stamp_at(self._path), self._known
        if stamp != known:
            try:
                every = KeptServers(self._path).all()
            except PersonError:
                every = []
            servers = ServersOut(ServerModel(each.name, each.url) for each in every)
            self._known = (stamp, servers)
        return servers.text(text)
