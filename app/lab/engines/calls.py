"""Talking to one engine by calls that wait for their answer; for work without an event loop."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Generator
from collections.abc import Set as AbstractSet
from contextvars import ContextVar
from queue import Empty, SimpleQueue
from typing import Self, TypeVar

from app.core.errors import DiskTrouble, PersonError
from app.core.words.sentence import Sentence
from app.engine.api import Ability, Engine, EngineEvent, Engines, Exited
from app.engine.protocol.loading import Hello
from app.engine.protocol.messages import Command
from app.engine.protocol.running import NO_COMMAND, Failed, FailureKind

_T = TypeVar("_T")
_POLL_SECONDS = 0.5


def _go_on() -> None:
    """Nobody wants to end what this thread does."""


_check_end: ContextVar[Callable[[], None]] = ContextVar("check_end", default=_go_on)


@contextlib.contextmanager
def interruptible(check: Callable[[], None]) -> Generator[None]:
    """Let this thread's waiting for engines end when ``check``, asked now and then, raises."""
    token = _check_end.set(check)
    try:
        yield
    finally:
        _check_end.reset(token)


def check_end() -> None:
    """Ask whether to go on waiting; raises what the ``check`` of :func:`interruptible` raises."""
    _check_end.get()()


class EngineFailed(PersonError):
    """The engine refused a command or ended.

    Attributes:
        kind: What it refused for; None where it ended.
    """

    def __init__(
        self, said: Sentence | str, detail: str = "", kind: FailureKind | None = None
    ) -> None:
        super().__init__(said, detail)
        self.kind = kind


class EngineUnwritten(EngineFailed, DiskTrouble):
    """The engine could not write what it was to keep."""


class EngineCalls:
    """One engine as a context manager; commands are sent and awaited one at a time.

    The engine's end is an answer to every call, to the one that waits as to all later ones.

    Args:
        name: Names it in logs.
        engines: Where it comes from.
        is_steady: What it says is measured, not its speed.

    Attributes:
        hello: What the engine said of itself; None before its first line was awaited.
    """

    def __init__(self, name: str, engines: Engines, *, is_steady: bool = False) -> None:
        self._name = name
        self._engines = engines
        self._is_steady = is_steady
        self._events: SimpleQueue[EngineEvent] = SimpleQueue()
        self._engine: Engine | None = None
        self._ids = itertools.count(1)
        self.hello: Hello | None = None
        self._ended: EngineFailed | None = None
        self._borrower: Callable[[EngineEvent], None] | None = None

    def __enter__(self) -> Self:
        """Start the engine and wait for its first line.

        Raises:
            PersonError: It cannot be started or ends at once.
        """
        self._await_hello()
        return self

    def __exit__(self, *_error: object) -> None:
        """Close the engine and wait for its end."""
        self.close()

    def start(self) -> None:
        """Start the engine, if it was not, and wait for nothing.

        The first call waits for its first line, and starts it if nobody did.

        Raises:
            PersonError: The operating system refuses.
        """
        if self._engine is None and self._ended is None:
            try:
                self._engine = self._engines.start(
                    self._name,
                    lambda _key, event: self._hear(event),
                    is_steady=self._is_steady,
                )
            except PersonError as error:
                self._ended = EngineFailed(error.said, error.detail)
                raise

    def lend(self, borrower: Callable[[EngineEvent], None] | None) -> None:
        """Hand every event to a borrower, on the engine's thread, until it is lent to nobody.

        Nothing must be waited for meanwhile; the engine's end is heard of here all the same.
        """
        self._borrower = borrower

    def _hear(self, event: EngineEvent) -> None:
        borrower = self._borrower
        if borrower is None or isinstance(event, Exited):
            self._events.put(event)
        if borrower is not None:
            borrower(event)

    @property
    def pid(self) -> int | None:
        """The engine's process id while it runs."""
        return self._engine.pid if self._engine is not None else None

    @property
    def abilities(self) -> AbstractSet[Ability]:
        """What it can do, as far as that is known now."""
        return self._engines.abilities if self._engine is None else self._engine.abilities

    def next_id(self) -> int:
        """A fresh id for a command."""
        return next(self._ids)

    def call(
        self,
        command: Command,
        answer: type[_T],
        on_event: Callable[[EngineEvent], None] | None = None,
    ) -> _T:
        """Send a command and wait for its closing event.

        Args:
            command: What to do.
            answer: Type of the closing event.
            on_event: Told of events on the way.

        Raises:
            EngineFailed: The engine refused or ended; its sentence says why.
        """
        self.send(command)
        return self._wait(answer, command.id, on_event)

    def send(self, command: Command) -> None:
        """Send a command whose answer :meth:`answer` waits for later; answers come in order.

        Raises:
            EngineFailed: The engine cannot be started, or has ended.
        """
        self._await_hello()
        self._raise_end()
        if self._engine is not None:
            self._engine.send(command)

    def answer(self, command_id: int, answer: type[_T]) -> _T:
        """Wait for the closing event of the earliest command whose answer was not awaited yet.

        Raises:
            EngineFailed: The engine refused or ended; its sentence says why.
        """
        return self._wait(answer, command_id, None)

    def close(self) -> None:
        """Close the engine and wait for its end; harmless when it is gone."""
        if self._engine is not None:
            self._engine.close()
            self._engine.join()

    def join(self, seconds: float = 0.0) -> bool:
        """Whether it has ended, at the latest after this time; :meth:`close` has waited already."""
        return self._engine is None or self._engine.join(seconds)

    @property
    def is_gone(self) -> bool:
        """Whether it has ended, or its process has."""
        has_process = self.hello is not None and self.hello.pid != 0
        return self.join() or (has_process and self.pid is None)

    def _await_hello(self) -> None:
        if self.hello is not None:
            return
        self.start()
        try:
            self.hello = self._wait(Hello, 0, None)
        except BaseException:
            self.close()
            raise

    def _wait(
        self, answer: type[_T], command_id: int, on_event: Callable[[EngineEvent], None] | None
    ) -> _T:
        while True:
            self._raise_end()
            try:
                # In pieces, so that Ctrl+C is heard on every system.
                event = self._events.get(timeout=_POLL_SECONDS)
            except Empty:
                check_end()
                continue
            match event:
                case Exited(outcome):
                    self._ended = EngineFailed(outcome.said, outcome.log_tail)
                case Failed() if event.id in (command_id, NO_COMMAND):
                    unwritten = event.kind is FailureKind.DISK
                    error = EngineUnwritten if unwritten else EngineFailed
                    raise error(event.said, event.detail, event.kind)
                case _ if isinstance(event, answer):
                    return event
                case _ if on_event is not None:
                    on_event(event)
                case _:
                    pass
            check_end()

    def _raise_end(self) -> None:
        if self._ended is not None:
            # Anew for each call: the one that waited may still hold its own.
            raise EngineFailed(self._ended.said, self._ended.detail)
