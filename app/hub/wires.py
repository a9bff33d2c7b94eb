"""Connections whose waiting can be ended: by the limits of the thread that waits.

The HTTP library bounds each wait for a byte alone, so that a server that drips holds a request for
as long as it likes, and a request under way could not be abandoned.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, cast

import httpcore2

from app.hub.limits import limits
from app.hub.stopping import TICK_S, interruptible

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

    import httpx2


class Wires(httpcore2.NetworkBackend):
    """Opens connections."""

    def __init__(self) -> None:
        self._plain = httpcore2.SyncBackend()

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
        return _Wire(stream)


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
        stream = interruptible(
            lambda: self._stream.start_tls(ssl_context, server_hostname, timeout), limits(), _close
        )
        return _Wire(stream)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401
        return self._stream.get_extra_info(info)


def _close(stream: httpcore2.NetworkStream) -> None:
    stream.close()


def lay_wires(client: httpx2.Client) -> None:
    """Let a client, its ways through proxies too, connect by :class:`Wires`."""
    inside = cast("Any", client)  # the library lets nobody choose this from outside
    for transport in (inside._transport, *inside._mounts.values()):
        if transport is not None:
            transport._pool._network_backend = Wires()
