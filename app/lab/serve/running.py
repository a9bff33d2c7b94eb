"""An address is opened, and stays open until the program is told to end."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uvicorn

from app.core.errors import PersonError
from app.core.words.sentence import say
from app.lab.serve.answering import Answered, Counter
from app.lab.serve.door import Rules, door
from app.lab.serve.engines import ServedEngines

if TYPE_CHECKING:
    from app.lab.engines.room import EngineRoom
    from app.lab.pictures.shelf import PictureShelf
    from app.lab.serve.served import Served

USUAL_HOST = "127.0.0.1"
USUAL_PORT = 9934
"""Beside llama-server's own, 9931."""
_MOST_OPEN = 256
_END_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Serving:
    """What is served, and how.

    Attributes:
        served: The candidates.
        rules: Who may ask.
        threads: Of each engine, where its settings name none.
        tell: Told what became of each request.
        on_change: Told which engines live, by name and process, whenever that changes.
    """

    served: Sequence[Served]
    rules: Rules
    threads: int
    tell: Callable[[Answered], None]
    on_change: Callable[[dict[str, int]], None] = lambda _awake: None


def opened_address(host: str, port: int | None) -> socket.socket:
    """Take an address.

    Args:
        host: A name or a number of this PC.
        port: None takes the usual one, or any where that is taken.

    Raises:
        PersonError: It cannot be taken.
    """
    try:
        kind, _, _, _, where = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        said = say("serve.no_such_host", host=host, reason=error.strerror or str(error))
        raise PersonError(said) from error
    for number in (port,) if port is not None else (USUAL_PORT, 0):
        found = socket.socket(kind, socket.SOCK_STREAM)
        if sys.platform != "win32":  # there it would share a port that is taken
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((where[0], number, *where[2:]))
            found.listen(_MOST_OPEN)
        except OSError as error:
            found.close()
            if isinstance(error, PermissionError) or not _is_taken(error):
                said = say("serve.no_such_host", host=host, reason=error.strerror or str(error))
                raise PersonError(said) from error
            if number == port or number == 0:
                said = say("serve.port_taken", port=str(number), host=host)
                raise PersonError(said) from error
        else:
            return found
    raise AssertionError


def is_this_pc_only(host: str) -> bool:
    """Whether nobody else reaches what is behind an address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def url_of(address: socket.socket) -> str:
    """What programs are given as base address."""
    host, port = address.getsockname()[:2]
    host = f"[{host}]" if ":" in host else host
    return f"http://{host}:{port}/v1"


def serve(
    address: socket.socket, serving: Serving, room: EngineRoom, pictures: PictureShelf
) -> None:
    """Answer until a signal ends it. The main thread: engines are started from it.

    Raises:
        KeyboardInterrupt: The person ended it.
    """

    async def run() -> None:
        engines = ServedEngines(
            serving.served, room, serving.threads, lambda: serving.on_change(engines.awake)
        )
        counter = Counter(engines, pictures, serving.tell)
        app = door(serving.served, counter, serving.rules, int(time.time()))
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_END_SECONDS,
            timeout_keep_alive=60,
        )
        await uvicorn.Server(config).serve([address])

    asyncio.run(run())


def _is_taken(error: OSError) -> bool:
    return error.errno in (errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE))
