"""Reads the bytes of an answer in a thread of its own, ahead of the one that hashes and writes."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Generator
from typing import TYPE_CHECKING

from app.core.words.sentence import say
from app.hub.errors import HubBroken, HubSilent
from app.hub.stopping import TICK_S

if TYPE_CHECKING:
    from app.base.gate import StopFlag
    from app.hub.source import Body

BLOCK_BYTES = 1 << 20
_BLOCKS_AHEAD = 4
# A slow line must still show progress, and lose little when the program is killed.
_BLOCK_S = 0.25


class Intake:
    """The bytes of one answer in blocks.

    The reading thread holds the connection; whoever takes the blocks can leave at any time.
    """

    def __init__(self, body: Body, remaining_bytes: int, stall_s: float) -> None:
        self._body = body
        self._remaining = remaining_bytes
        self._stall_s = stall_s
        self._blocks: queue.Queue[bytes | BaseException | None] = queue.Queue(_BLOCKS_AHEAD)
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._read, name="hub-intake", daemon=True)

    def blocks(self, stop: StopFlag) -> Generator[bytes]:
        """The blocks in order; all of them, or an error after the last that came.

        Raises:
            HubTrouble: The answer ended early; another attempt may bring the rest.
            Stopped: Asked to stop; the connection is cut.
        """
        self._thread.start()
        try:
            yield from self._taken(stop)
        finally:
            self._left.set()
            self._body.abort()

    def _taken(self, stop: StopFlag) -> Generator[bytes]:
        last = time.monotonic()
        while True:
            stop.check()
            try:
                block = self._blocks.get(timeout=TICK_S)
            except queue.Empty:
                # The connection's own patience ends first, unless bytes come one by one.
                if time.monotonic() - last > 2 * self._stall_s:
                    raise HubSilent(say("hub.hub_sends_no_more_bytes")) from None
                continue
            if block is None:
                return
            if isinstance(block, BaseException):
                raise block
            last = time.monotonic()
            yield block

    def _read(self) -> None:
        end: BaseException | None = None
        try:
            self._fill()
            if self._remaining:
                end = HubBroken(say("hub.connection_hub_broke_off"), "short body")
        except BaseException as error:  # handed over to who waits  # noqa: BLE001
            end = error
        finally:
            self._put(end)
            self._body.close()

    def _fill(self) -> None:
        block = bytearray()
        began = time.monotonic()
        try:
            for piece in self._body.pieces():
                block += piece[: self._remaining - len(block)]
                if self._left.is_set():
                    return
                full = len(block) >= BLOCK_BYTES or len(block) == self._remaining
                if full or time.monotonic() - began >= _BLOCK_S:
                    self._hand_over(block)
                    block = bytearray()
                    began = time.monotonic()
                if not self._remaining:
                    return
        finally:
            # What came before a fault counts.
            if block:
                self._hand_over(block)

    def _hand_over(self, block: bytearray) -> None:
        self._remaining -= len(block)
        self._put(bytes(block))

    def _put(self, item: bytes | BaseException | None) -> None:
        while not self._left.is_set():
            with contextlib.suppress(queue.Full):
                self._blocks.put(item, timeout=TICK_S)
                return
