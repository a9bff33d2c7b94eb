"""An address is opened, and stays open until the program is told to end."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uvicorn

from app.core.errors import PersonError
from app.core.words.sentence import say
from app.lab.serve.answering import Counter
from app.lab.serve.door import Rules, door
from app.lab.serve.engines import ServedEngines

if TYPE_CHECKING:
    from app.lab.engines.room import EngineRoom
    from app.lab.pictures.shelf import PictureShelf
    from app.lab.serve.served import Served
    from app.lab.serve.told import Answered, EngineState

USUAL_HOST = "127.0.0.1"
USUAL_PORT = 9934
"""Beside llama-server's own, 9931."""
_MOST_OPEN = 256
_END_SECONDS = 2
_KEEP_SECONDS = 60
_TELL_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Serving:
    """What is served, and how.

    Attributes:
        served: The candidates.
        rules: Who may ask.
        threads: Of each engine, where its settings name none.
        tell: Told what became of each request.
        on_change: Told what the engines are at, at most twice a second.
        until: Waits for an end, on a thread of its own; None where a signal alone ends it.
    """

    served: Sequence[Served]
    rules: Rules
    threads: int
    tell: Callable[[Answered], None]
    on_change: Callable[[Sequence[EngineState]], None] = lambda _states: None
    until: Callable[[], object] | None = None


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


def url_of(address: socket.socket) -> str:
    """What programs are given as base address; of all addresses, the one that others reach."""
    host, port = address.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = _reached_at()
    host = f"[{host}]" if ":" in host else host
    return f"http://{host}:{port}/v1"


def _reached_at() -> str:
    """The number that this PC has in its network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))  # chooses a way there, and sends nothing
            return str(asking.getsockname()[0])
        except OSError:  # no network at all
            return USUAL_HOST


def serve(
    address: socket.socket, serving: Serving, room: EngineRoom, pictures: PictureShelf
) -> None:
    """Answer until a signal ends it. The main thread: engines are started from it.

    Raises:
        KeyboardInterrupt: The person ended it.
    """

    async def run() -> None:
        changed = asyncio.Event()
        engines = ServedEngines(serving.served, room, serving.threads, changed.set)
        counter = Counter(engines, pictures, serving.tell)
        app = door(serving.served, counter, serving.rules, int(time.time()))
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_END_SECONDS,
            timeout_keep_alive=_KEEP_SECONDS,
        )
        server = uvicorn.Server(config)
        if serving.until is not None:
            _end_after(serving.until, server)
        telling = asyncio.create_task(_tell(engines, changed, serving.on_change))
        await server.serve([address])
        telling.cancel()

    asyncio.run(run())


async def _tell(
    engines: ServedEngines,
    changed: asyncio.Event,
    on_change: Callable[[Sequence[EngineState]], None],
) -> None:
    while True:
        await changed.wait()
        changed.clear()
        on_change(engines.states)
        await asyncio.sleep(_TELL_SECONDS)


def _end_after(until: Callable[[], object], server: uvicorn.Server) -> None:
    def wait() -> None:
        until()
        server.should_exit = True  # looked at ten times a second

    threading.Thread(target=wait, name="serve-until", daemon=True).start()


def _is_taken(error: OSError) -> bool:
    return error.errno in (errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE))
