"""A real engine process behind a small recorder."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TypeVar

import psutil
import pytest

from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import Message, Role
from app.engine.api import EngineEvent, Exited
from app.engine.local.client import EngineClient
from app.engine.protocol.answering import Finished, Generate, Text
from app.engine.protocol.loading import Hello, Load, Loaded

PATIENCE_SECONDS = 240.0
SHORT = SamplingSettings(max_tokens=32)

_T = TypeVar("_T")


class RecordedEngine:
    """An engine whose events are kept in order.

    Attributes:
        events: All that were waited for or passed by.
    """

    def __init__(self, folder: Path) -> None:
        self._queue: SimpleQueue[EngineEvent] = SimpleQueue()
        self.client = EngineClient("t", lambda _key, event: self._queue.put(event), folder)
        self.events: list[EngineEvent] = []

    def start(self) -> Hello:
        """Start and wait for its hello."""
        self.client.start()
        return self.wait(Hello)

    def wait(self, kind: type[_T], when: Callable[[_T], bool] = lambda _event: True) -> _T:
        """The next event of this type that fulfils a condition."""
        while True:
            try:
                event = self._queue.get(timeout=PATIENCE_SECONDS)
            except Empty:
                seen = [type(event).__name__ for event in self.events[-5:]]
                pytest.fail(f"no {kind.__name__} came after {seen}\n{self.client.log_text()}")
            self.events.append(event)
            if isinstance(event, kind) and when(event):
                return event
            if isinstance(event, Exited):
                pytest.fail(f"the engine ended: {event.outcome}")

    def wait_log(self, holds: Callable[[str], bool]) -> None:
        """Until it holds of the log: an event overtakes what the engine had printed before it."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not holds(self.client.log_text()):
            assert time.monotonic() < end, self.client.log_text()
            time.sleep(0.01)

    @contextmanager
    def held(self) -> Generator[None]:
        """The engine stands still; what it is sent meanwhile it finds all at once."""
        process = psutil.Process(self.client.pid)
        process.suspend()
        while process.status() != psutil.STATUS_STOPPED:
            time.sleep(0.001)
        try:
            yield
        finally:
            process.resume()

    def load(self, path: Path, context_tokens: int = 512) -> Loaded:
        """Load a model file."""
        self.send_load(path, context_tokens)
        return self.wait(Loaded)

    def send_load(self, path: Path, context_tokens: int = 512) -> int:
        """Ask for a load; returns the command's id."""
        command_id = self.client.next_id()
        self.client.send(Load(command_id, str(path), context_tokens, 1))
        return command_id

    def send_prompt(
        self,
        prompt: str | list[Message],
        sampling: SamplingSettings = SHORT,
        template: str | None = None,
        stop_strings: list[str] | None = None,
    ) -> int:
        """Ask for an answer; returns the command's id."""
        command_id = self.client.next_id()
        messages = [Message(Role.USER, prompt)] if isinstance(prompt, str) else prompt
        self.client.send(Generate(command_id, messages, sampling, template, stop_strings or []))
        return command_id

    def answer(
        self,
        prompt: str | list[Message],
        sampling: SamplingSettings = SHORT,
        template: str | None = None,
        stop_strings: list[str] | None = None,
    ) -> tuple[str, str, Finished]:
        """Ask and wait: (answer, thinking, closing event)."""
        command_id = self.send_prompt(prompt, sampling, template, stop_strings)
        finished = self.wait(Finished)
        texts = [e for e in self.events if isinstance(e, Text) and e.id == command_id]
        return (
            "".join(text.answer for text in texts),
            "".join(text.thinking for text in texts),
            finished,
        )


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[RecordedEngine]:
    """An engine that has said hello; closed at the end, and gone."""
    recorded = RecordedEngine(tmp_path / "state")
    recorded.start()
    yield recorded
    recorded.client.close()
    assert recorded.client.join(PATIENCE_SECONDS)
