"""What is at the addresses of servers: those that the person added, or this PC's usual ports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from app.core.errors import PersonError
from app.core.servers.server import Server, ServerKind
from app.core.words.sentence import say
from app.engine.api import Ability
from app.engine.remote.looking import Found, probe
from app.engine.remote.troubles import Trouble
from app.hub.net.proxies import Proxies

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from app.lab.servers.book import ServerBook

PORTS = (9931, 8080, 1234, 11434, 8000, 30000, 52415)
"""Where llama-server (also older ones), LM Studio, Ollama, vLLM, SGLang and exo listen."""
_PORT_SECONDS = 4.0
_AT_ONCE = 8
# A server that wants a key first, or has not loaded its model yet.
_THERE = {Trouble.KEY, Trouble.FORBIDDEN, Trouble.LOADING}


@dataclass(frozen=True, slots=True)
class Looked:
    """A server that was looked at.

    Attributes:
        server: Which one, its kind as it was found.
        found: What is there.
        is_known: The person has added it.
    """

    server: Server
    found: Found
    is_known: bool = True

    @property
    def abilities(self) -> AbstractSet[Ability]:
        """What it can do; it sees where one of its models is known to."""
        sees = any(each.sees for each in self.found.models)
        return self.found.abilities - (frozenset() if sees else {Ability.SEE})


def look_at(book: ServerBook, server: Server) -> Looked:
    """Ask a server what it is, and keep that. Any thread; the server's time, at most some seconds.

    Args:
        book: Has its key.
        server: Which one.
    """
    # What it was last is no matter: another program may be there now.
    unknown = msgspec.structs.replace(server, kind=None)
    try:
        found = probe(book.way_to(unknown), Proxies())
    except PersonError as error:
        found = Found(why_not=error.said)
    return Looked(book.note(server, found.kind, [each.id for each in found.models]), found)


def look_at_all(book: ServerBook, servers: Sequence[Server]) -> list[Looked]:
    """Ask all of them side by side; in their order. Any thread."""
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="servers") as threads:
        return list(threads.map(partial(look_at, book), servers))


def look_here(book: ServerBook, ports: Iterable[int] = PORTS) -> list[Looked]:
    """The servers at the usual ports of this PC, each with a name to offer. Any thread.

    No key is sent. What the person has added already, and what this program serves, says so.
    """
    kept = book.all()
    by_origin = {server.origin: server for server in kept}
    taken = {server.name.casefold() for server in kept}

    def look(port: int) -> Looked | None:
        url = f"http://127.0.0.1:{port}/v1"
        server = Server(name=f"{port}", url=url)
        for host in ("127.0.0.1", "localhost"):
            known = by_origin.get(f"http://{host}:{port}")
            if known is not None:
                return look_at(book, known)
        found = probe(book.way_to(server), seconds=_PORT_SECONDS)
        server = msgspec.structs.replace(server, listed=tuple(each.id for each in found.models))
        is_there = found.kind is not None or found.trouble in _THERE
        return Looked(server, found, is_known=False) if is_there else None

    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="servers") as threads:
        here = [each for each in threads.map(look, ports) if each is not None]
    named: list[Looked] = []
    for each in here:
        if not each.is_known:
            kind = each.found.kind or ServerKind.OPENAI
            title = kind.program or f"{say('servers.unnamed')}"
            name = f"{title} {each.server.name}" if title.casefold() in taken else title
            taken.add(name.casefold())
            server = msgspec.structs.replace(each.server, name=name, kind=kind)
            each = Looked(server, each.found, is_known=False)
        named.append(each)
    return named
