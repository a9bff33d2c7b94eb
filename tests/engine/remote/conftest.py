"""Engines elsewhere, talked with as the rest of the program does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import pytest

from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import Message, Role
from app.engine.api import EngineEvent, Exited
from app.engine.protocol.answering import Finished, Generate, Text
from app.engine.protocol.loading import Hello, Load, Loaded
from app.engine.protocol.messages import Command
from app.engine.protocol.running import Failed
from app.engine.remote.access import Access
from app.engine.remote.engine import RemoteEngine, RemoteEngines
from tests.helpers.replay.server import Replay

if TYPE_CHECKING:
    from tests.helpers.replay.forms import Ways

WAIT_SECONDS = 120.0


class Talk:
    """One engine elsewhere; waits for what closes each command."""

    def __init__(self, access: Access) -> None:
        self.events: SimpleQueue[EngineEvent] = SimpleQueue()
        self.all: list[EngineEvent] = []
        source = RemoteEngines(access)
        self.engine: RemoteEngine = source.start("test", lambda _key, event: self.events.put(event))
        self.until(Hello)

    def until(self, *kinds: type) -> Any:
        """The next event of these kinds."""
        while True:
            event = self.events.get(timeout=WAIT_SECONDS)
            self.all.append(event)
            if isinstance(event, kinds):
                return event

    def call(self, command: Command, *kinds: type) -> Any:
        """Send a command and wait for its end."""
        self.engine.send(command)
        return self.until(*kinds, Failed, Exited)

    def load(self) -> Any:
        """Loaded, or Failed."""
        return self.call(Load(self.engine.next_id(), "", 0, 1), Loaded)

    def command(self, prompt: str = "What is 2 + 2?", **fields: Any) -> Generate:
        """A chat of one message; fields of the sampling are taken, too."""
        ours = {name: fields.pop(name) for name in list(fields) if hasattr(SAMPLING, name)}
        sampling = SamplingSettings(**{"max_tokens": 64, **ours})
        fields.setdefault("messages", [Message(Role.USER, prompt)])
        return Generate(self.engine.next_id(), sampling=sampling, **fields)

    def ask(self, prompt: str = "What is 2 + 2?", **fields: Any) -> Any:
        """Finished, or Failed."""
        self.all.clear()
        return self.call(self.command(prompt, **fields), Finished)

    @property
    def answer(self) -> str:
        return "".join(event.answer for event in self.all if isinstance(event, Text))

    @property
    def thinking(self) -> str:
        return "".join(event.thinking for event in self.all if isinstance(event, Text))


SAMPLING = SamplingSettings()
Talks = Callable[..., tuple[Replay, Talk]]


@pytest.fixture
def talks() -> Iterator[Talks]:
    """Opens an engine of a server that speaks by a table of ways."""
    with ExitStack() as stack:

        def opened(ways: Ways, *, loads: bool = True, **access: Any) -> tuple[Replay, Talk]:
            server = stack.enter_context(Replay(ways))
            talk = Talk(replace(Access(server.url), **access))
            stack.callback(_close, talk)
            if loads:
                end = talk.load()
                assert isinstance(end, Loaded), end
            return server, talk

        yield opened


def _close(talk: Talk) -> None:
    talk.engine.close()
    talk.until(Exited)
    assert talk.engine.join(WAIT_SECONDS)
