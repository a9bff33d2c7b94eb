"""Connections whose waiting can be ended: by the limits of the thread that waits.

The HTTP library bounds each wait for a byte alone, so that a server that drips holds a request for
as long as it likes, and a request under way could not be abandoned.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

import httpcore2

from app.hub import answers
from app.hub.net.asker import asker
from app.hub.net.limits import limits
from app.hub.stopping import TICK_S, interruptible

if TYPE_CHECKING:
    import httpx2


class Wires(httpcore2.NetworkBackend):
    """Opens connections."""

    def __init__(self) -> None:
        self._plain = httpcore2.SyncBackend()
        self._here = threading.local()

    def settle(self) -> None:
        """What this thread has connected so far is in the library's hands."""
        self._here.latest = None

    def drop(self) -> None:
        """Close what this thread has connected and the library may have forgotten."""
        latest: _Wire | None = getattr(self._here, "latest", None)
        if latest is not None:
            latest.close()
        self.settle()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect; asking for the host's address cannot be interrupted, but left alone."""
        stream = interruptible(
            lambda: self._plain.connect_tcp(host, port, timeout, local_address, socket_options),
            limits(),
            _close,
        )
        wire = self._here.latest = _Wire(stream)
        return wire


class _Wire(httpcore2.NetworkStream):
    """One connection."""

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        now = limits()
        if not now.bounded:
            return self._stream.read(max_bytes, timeout)
        end_s = float("inf") if timeout is None else time.monotonic() + timeout
        while True:
            now.check()
            try:
                return self._stream.read(max_bytes, TICK_S)
            except httpcore2.ReadTimeout:
                if time.monotonic() >= end_s:
                    raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        limits().check()
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        try:
            stream = interruptible(
                lambda: self._stream.start_tls(ssl_context, server_hostname, timeout),
                limits(),
                _close,
            )
        except httpcore2.ConnectTimeout as error:
            raise answers.silent(error) from error
        except (httpcore2.ConnectError, ssl.SSLError) as error:
            reason = error if isinstance(error, ssl.SSLError) else error.__cause__
            if not isinstance(reason, ssl.SSLError):
                reason = ssl.SSLError(f"{type(reason).__name__}: {reason}")
            raise asker().certificates.refusal(server_hostname or "", reason) from error
        return _Wire(stream)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401
        return self._stream.get_extra_info(info)


def _close(stream: httpcore2.NetworkStream) -> None:
    stream.close()


def lay_wires(transport: httpx2.HTTPTransport, wires: Wires) -> None:
    """Let a transport connect by :class:`Wires`."""
    inside = cast("Any", transport)  # the library lets nobody choose this from outside
    inside._pool._network_backend = wires  # noqa: SLF001
