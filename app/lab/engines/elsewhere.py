"""Engines of models that run on servers. Any thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.core.servers.address import host_of
from app.core.servers.server import Server

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate, ServerModel
    from app.engine.remote.engine import RemoteEngines
    from app.lab.servers.book import ServerBook


class EnginesElsewhere:
    """Finds the server that a candidate names; an address that was typed needs not be saved.

    Args:
        book: The servers that the person added, with their keys.
    """

    def __init__(self, book: ServerBook) -> None:
        self._book = book

    def __call__(self, model: ServerModel) -> RemoteEngines:
        """Where engines of a server's model come from. It may wait for the system's keyring.

        Raises:
            PersonError: There is no such server, or what is said there would travel in the clear
                and nobody agreed to that.
        """
        from app.engine.remote.engine import RemoteEngines  # HTTP: seldom needed, long to import
        from app.hub.net.proxies import Proxies

        access = self._book.way_to(self._server(model), model.model)
        return RemoteEngines(access, Proxies())

    def known(self, candidate: Candidate) -> Candidate:
        """The candidate with its server's name and address, as they are kept.

        Raises:
            PersonError: There is no such server.
        """
        model = candidate.server
        if model is None:
            return candidate
        server = self._server(model)
        named = "" if server.name == host_of(server.url) else server.name
        return replace(candidate, source=replace(model, server=named, url=server.url))

    def _server(self, model: ServerModel) -> Server:
        if model.server:
            return self._book.named(model.server)
        saved = (each for each in self._book.all() if each.url == model.url)
        return next(saved, Server(name=host_of(model.url), url=model.url))
