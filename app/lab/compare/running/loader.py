"""Gets engines loaded and stopped: room in memory, the process, the Load command, its end."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection

from app.core.candidates.candidate import ServerModel
from app.engine.api import Engines
from app.engine.local.pool import EnginePool
from app.engine.protocol.loading import Loaded
from app.lab.compare.panes import Pane
from app.lab.compare.room import expected_bytes, too_large
from app.lab.engines.loading import load_command

log = logging.getLogger(__name__)

STOP_SECONDS = 3.0
"""An engine that was told to stop and computes on for longer is closed."""


class Loader:
    """Starts and shuts the engines of panes; knows which of them load, and which are to stop.

    Args:
        pool: The engines.
        available_bytes: Memory that programs could take now.
        elsewhere: Engines of a server's model.
    """

    def __init__(
        self,
        pool: EnginePool,
        available_bytes: Callable[[], int],
        elsewhere: Callable[[ServerModel], Engines],
    ) -> None:
        self._pool = pool
        self._elsewhere = elsewhere
        self._available_bytes = available_bytes
        self._load_ids: dict[str, int] = {}
        self._stops_since: dict[str, float] = {}

    def __bool__(self) -> bool:
        """Whether any engine loads."""
        return bool(self._load_ids)

    def loads(self, pane: Pane) -> bool:
        """Whether the pane's engine is being started or loads."""
        return pane.key in self._load_ids

    def is_load(self, pane: Pane, command_id: int) -> bool:
        """Whether a command is the pane's load."""
        return self._load_ids.get(pane.key) == command_id

    def in_the_way(self, pane: Pane, keep: Collection[str], *, insist: bool) -> list[str] | None:
        """Keys of engines that must go first; None for all that may go.

        Raises:
            PersonError: It does not fit even alone, and the person did not insist.
        """
        if pane.candidate.server is not None:
            return []
        needed = expected_bytes(pane)
        leaving = self._pool.in_the_way(needed, keep)
        if leaving is None and not insist:
            raise too_large(needed, self._pool.room_bytes(), pane.disk_tokens_per_second)
        return leaving

    def start(self, pane: Pane) -> None:
        """Start the pane's engine; its Hello is to be answered with :meth:`send_load`.

        Raises:
            PersonError: The operating system refuses, or nothing may be sent to its server.
        """
        pane.peak_private_bytes = pane.peak_mapped_bytes = None
        if (server := pane.candidate.server) is None:
            self._pool.start(pane.key, expected_bytes(pane))
        else:
            self._pool.start(pane.key, None, self._elsewhere(server))
        self._load_ids[pane.key] = 0

    def send_load(self, pane: Pane) -> None:
        """Send the Load command for the candidate's settings."""
        client = self._pool.get(pane.key)
        if client is None:
            return
        load = load_command(
            client.next_id(),
            pane.candidate,
            self._pool.threads_for(1),
            self._available_bytes(),
        )
        self._load_ids[pane.key] = load.id
        client.send(load)

    def loaded(self, pane: Pane, event: Loaded) -> None:
        """The pane's model is ready."""
        self._load_ids.pop(pane.key, None)
        pane.loaded = event
        pane.failure = None
        pane.note_memory(event.memory.private_bytes, event.memory.mapped_bytes)
        self._pool.touch(pane.key, event.memory.needed_bytes)

    @property
    def stops(self) -> bool:
        """Whether any engine was told to stop and computes on."""
        return bool(self._stops_since)

    def is_to_stop(self, pane: Pane) -> bool:
        """Whether the pane's engine was told to stop and computes on."""
        return pane.key in self._stops_since

    def stop(self, pane: Pane) -> None:
        """The pane's engine is told to stop now."""
        self._stops_since[pane.key] = time.monotonic()

    def has_stopped(self, pane: Pane) -> bool:
        """The pane's engine stands still, or is gone; whether it was told to stop."""
        return self._stops_since.pop(pane.key, None) is not None

    def press_stops(self) -> None:
        """Close the engines that do not stop."""
        now = time.monotonic()
        for key, since in self._stops_since.items():
            client = self._pool.get(key)
            if now - since > STOP_SECONDS and client is not None and not client.closed:
                log.warning("engine %s does not stop, closing it", key)
                client.close()

    def ended(self, pane: Pane) -> None:
        """The pane's engine has ended by itself; its log is kept."""
        self._keep_log(pane)
        self._pool.forget(pane.key)
        self._forget(pane)

    def shut(self, pane: Pane) -> None:
        """Close the pane's engine, whatever it does; its log is kept."""
        self._keep_log(pane)
        self._pool.close(pane.key)
        self._forget(pane)

    def _keep_log(self, pane: Pane) -> None:
        client = self._pool.get(pane.key)
        if client is not None:
            pane.log = client.log_text()

    def _forget(self, pane: Pane) -> None:
        self._load_ids.pop(pane.key, None)
        self._stops_since.pop(pane.key, None)
        pane.loaded = None
        pane.pid = None
