"""Ends real engine processes at a message boundary that a test chooses."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.engine.api import Exited
from app.engine.local.client import EngineClient

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from app.engine.api import EngineEvent, Sink


@dataclass(slots=True)
class EngineKiller:
    """Counts the events of all engines, and kills one of them after one of its events.

    Equal events that follow one another count once: how many there are is a matter of time. The
    event is handed on first, so that whoever waits for it has it before the engine is gone.

    Attributes:
        engine: Which engine, by the order of their starts, from 0; None kills none.
        after: After how many of its events; 0 is right after its start.
        events: Names of each engine's events so far.
    """

    engine: int | None = None
    after: int = 0
    events: list[list[str]] = field(default_factory=lambda: list[list[str]]())
    _numbers: dict[EngineClient, int] = field(default_factory=lambda: dict[EngineClient, int]())

    @property
    def is_due(self) -> bool:
        """Whether the chosen engine has not been killed yet."""
        return self.engine is not None

    def choose(self, engine: int, after: int) -> None:
        """Kill this one in the run that begins now."""
        self.engine, self.after = engine, after
        self.events = []
        self._numbers = {}

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Watch every engine that is started from here on."""
        make, start = EngineClient.__init__, EngineClient.start

        def made(client: EngineClient, key: str, sink: Sink, folder: Path, **how: bool) -> None:
            def taken(key: str, event: EngineEvent) -> None:
                sink(key, event)
                if not isinstance(event, Exited):
                    self._note(client, event)

            make(client, key, taken, folder, **how)

        def started(client: EngineClient) -> None:
            self._numbers[client] = len(self.events)
            self.events.append([])
            start(client)
            self._kill_if_chosen(client)

        monkeypatch.setattr(EngineClient, "__init__", made)
        monkeypatch.setattr(EngineClient, "start", started)

    def _note(self, client: EngineClient, event: EngineEvent) -> None:
        number = self._numbers.get(client)
        name = type(event).__name__
        if number is not None and self.events[number][-1:] != [name]:
            self.events[number].append(name)
            self._kill_if_chosen(client)

    def _kill_if_chosen(self, client: EngineClient) -> None:
        number = self._numbers[client]
        if number == self.engine and len(self.events[number]) == self.after:
            pid = client.pid
            if pid is not None:
                os.kill(pid, signal.SIGKILL)
            self.engine = None
