"""``serve`` as a child of the window: neither holds the other up, and it ends with the window."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import IO

import msgspec

from app.core.errors import PersonError
from app.core.words.sentence import say
from app.engine.local.starting import program_command
from app.lab.serve.told import Answered, EngineState

_KEY_VARIABLE = "SHRINKSCOPE_SERVE_KEY"
_END_SECONDS = 10.0
_SAID_LETTERS = 2_000


@dataclass(frozen=True, slots=True)
class ServeOrder:
    """What is to be served.

    Attributes:
        words: The candidates, as they are typed.
        host: The address.
        port: None for the usual one, or any.
        key: What is asked for; empty for none.
    """

    words: tuple[str, ...]
    host: str
    port: int | None = None
    key: str = ""


class Opened(msgspec.Struct, frozen=True):
    """The address is open.

    Attributes:
        url: What other programs are given.
        models: The candidates' names, in their order.
        key_required: Whether a key is asked for.
    """

    url: str
    models: list[str]
    key_required: bool


class Ended(msgspec.Struct, frozen=True):
    """It is over.

    Attributes:
        error: Why, where nobody wanted it to end.
    """

    error: str = ""


class _Line(msgspec.Struct, frozen=True):
    """A line after the first."""

    answered: Answered | None = None
    engines: list[EngineState] | None = None


ServeEvent = Opened | Answered | list[EngineState] | Ended


class ServeChild:
    """One child. Main thread, but for what reads.

    Args:
        order: What it serves.
    """

    def __init__(self, order: ServeOrder) -> None:
        self._order = order
        self._events: SimpleQueue[ServeEvent] = SimpleQueue()
        self._process: subprocess.Popen[bytes] | None = None
        self._readers: list[threading.Thread] = []
        self._is_ending = False

    def start(self) -> None:
        """Start it.

        Raises:
            PersonError: The system refuses.
        """
        order = self._order
        command = [*program_command(), "serve", "--json", "--events", "--host", order.host]
        if order.port is not None:
            command += ["--port", str(order.port)]
        if order.key:
            command += ["--key-env", _KEY_VARIABLE]
        try:
            process = subprocess.Popen(
                [*command, "--", *order.words],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=os.environ | {_KEY_VARIABLE: order.key},
            )
        except OSError as error:
            raise PersonError(say("serve.not_started"), str(error)) from error
        self._process = process
        assert process.stdout is not None
        assert process.stderr is not None
        said: list[str] = []
        listener = threading.Thread(target=_listen, args=(process.stderr, said), daemon=True)
        reader = threading.Thread(
            target=self._read, args=(process, process.stdout, listener, said), daemon=True
        )
        self._readers = [listener, reader]
        for thread in self._readers:
            thread.start()

    def events(self) -> Iterator[ServeEvent]:
        """What was told since the last time; :class:`Ended` last of all."""
        while True:
            try:
                yield self._events.get_nowait()
            except Empty:
                return

    def stop(self) -> None:
        """Let it end; what is answered now is broken off. Returns at once."""
        self._is_ending = True
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    def join(self) -> None:
        """Let it end, and wait for that; one that does not end is killed."""
        if self._process is None:
            return
        self.stop()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
        for thread in self._readers:
            thread.join(_END_SECONDS)

    def _read(
        self,
        process: subprocess.Popen[bytes],
        stream: IO[bytes],
        listener: threading.Thread,
        said: list[str],
    ) -> None:
        with stream:
            if first := stream.readline():
                self._events.put(msgspec.json.decode(first, type=Opened))
            for line in stream:
                told = msgspec.json.decode(line, type=_Line)
                if told.answered is not None:
                    self._events.put(told.answered)
                if told.engines is not None:
                    self._events.put(told.engines)
        process.wait()
        listener.join()
        self._events.put(Ended("" if self._is_ending else "".join(said).strip()))


def _listen(stream: IO[bytes], said: list[str]) -> None:
    """Keep what was said last on standard error."""
    with stream:
        text = ""
        for line in stream:
            text = (text + line.decode("utf-8", "replace"))[-_SAID_LETTERS:]
    said.append(text)
