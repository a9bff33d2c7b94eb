"""An engine with its model loaded, lent to who works with events."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from app.engine.api import JOIN_SECONDS
from app.engine.protocol.answering import Finished, ManyAnswered
from app.engine.protocol.loading import Reopen, Reopened
from app.engine.protocol.running import Failed, Stop
from app.lab.engines.calls import EngineFailed

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from app.engine.api import Ability, EngineEvent, Sink
    from app.engine.protocol.loading import Hello
    from app.engine.protocol.messages import Command
    from app.lab.engines.calls import EngineCalls

_CLOSING = (Finished, ManyAnswered, Reopened, Failed)


class LentEngine:
    """An :class:`app.engine.api.Engine` over an engine that belongs to somebody else.

    Closing gives it back as it is; one that is still at work, or has lost its model, ends.

    Args:
        calls: Whose it is; it must wait for nothing meanwhile.
        key: Names it in the sink's calls.
        sink: Takes its events.
    """

    def __init__(self, calls: EngineCalls, key: str, sink: Sink) -> None:
        self.key = key
        self._calls = calls
        self._sink = sink
        self._sent: Command | None = None
        self._is_usable = True
        self._closed = False
        calls.lend(self._hear)

    @property
    def hello(self) -> Hello | None:
        """What it said of itself when it was started."""
        return self._calls.hello

    @property
    def abilities(self) -> AbstractSet[Ability]:
        """What it can do."""
        return self._calls.abilities

    @property
    def pid(self) -> int | None:
        """Its process while it runs."""
        return self._calls.pid

    @property
    def closed(self) -> bool:
        """Whether it was given back."""
        return self._closed

    def next_id(self) -> int:
        """A fresh id for a command."""
        return self._calls.next_id()

    def send(self, command: Command) -> None:
        """Send a command; an engine that is gone is told of by its Exited event alone.

        Raises:
            TooLongToSend: The message is.
        """
        with contextlib.suppress(EngineFailed):
            self._sent = command
            self._calls.send(command)

    def stop(self, command_id: int) -> None:
        """End the command with this id."""
        with contextlib.suppress(EngineFailed):
            self._calls.send(Stop(command_id))

    def close(self) -> None:
        """Give it back."""
        self._closed = True
        self._calls.lend(None)
        if self._sent is not None or not self._is_usable:
            self._calls.close()

    def join(self, seconds: float = JOIN_SECONDS) -> bool:
        """Whether it was given back or has ended."""
        return self._closed or self._calls.join(seconds)

    def log_text(self) -> str:
        """Its owner has its log."""
        return ""

    def _hear(self, event: EngineEvent) -> None:
        """Called on the engine's reader thread."""
        sent = self._sent
        if sent is not None and isinstance(event, _CLOSING) and event.id == sent.id:
            if isinstance(event, Failed) and isinstance(sent, Reopen):
                self._is_usable = False
            self._sent = None
        self._sink(self.key, event)
