"""One engine process seen from the window process: plain Python, no Qt."""

from __future__ import annotations

import itertools
import logging
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from app.core.errors import PersonError
from app.engine.codec import CodecError, decode_event, encode
from app.engine.installed import builder_command, engine_is_there
from app.engine.messages import (
    MAX_LINE_BYTES,
    PROTOCOL_VERSION,
    ChatRendered,
    Command,
    Event,
    Failed,
    Generate,
    Hello,
    RenderChat,
    Rendered,
    Stop,
)
from app.engine.outcome import EndCause, EngineOutcome
from app.engine.starting import engine_command, engine_environment
from app.engine.variants import start_words

log = logging.getLogger(__name__)

TEMPLATE_SECONDS = 2.0
START_SECONDS = 60.0
_ASK_SECONDS = 1.0
_TERMINATE_SECONDS = 1.0
_KILL_SECONDS = 5.0
_LOG_LINES = 4000
_LOG_LINE_CHARACTERS = 2000
_TAIL_LINES = 60


@dataclass(frozen=True, slots=True)
class Exited:
    """The last event of every engine."""

    outcome: EngineOutcome


ABSENT = (
    "The engine is not compiled yet; the window does that when it opens, and so does this line:\n"
    "    {program}"
)
ClientEvent = Event | Exited
Sink = Callable[[str, ClientEvent], None]


class EngineClient:
    """Starts an engine, sends it commands, hands its events to a sink, ends it.

    The sink is called on this client's reader thread, :class:`Exited` last and exactly once.
    Start it from a thread that lives as long as the program: on Linux the engine dies with the
    thread that started it.

    Args:
        key: Names the engine in the sink's calls.
        sink: Takes the events.
        folder: Working folder of the engine (the program's state folder).
    """

    def __init__(self, key: str, sink: Sink, folder: Path) -> None:
        self.key = key
        self._sink = sink
        self._folder = folder
        self._ids = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self._log: deque[str] = deque(maxlen=_LOG_LINES)
        self._cause: EndCause | None = None
        self._write_lock = threading.Lock()
        self._reader: threading.Thread | None = None
        self._closer: threading.Thread | None = None
        self._watchdog: threading.Timer | None = None
        self._watched_id = 0

    @property
    def pid(self) -> int | None:
        """Process id while the engine runs."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    @property
    def closed(self) -> bool:
        """Whether closing has begun."""
        return self._cause is not None

    def log_text(self) -> str:
        """The engine's own log so far."""
        return "\n".join(self._log.copy())

    def start(self) -> None:
        """Start the process.

        Raises:
            PersonError: A checkout's engine is not compiled yet, or the operating system refuses.
        """
        if not engine_is_there():
            raise PersonError(ABSENT.format(program=builder_command()))
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            process = subprocess.Popen(
                [*engine_command(), *start_words(self._folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self._folder,
                env=engine_environment(),
                bufsize=0,
                close_fds=True,
            )
        except OSError as error:
            raise PersonError("The engine could not be started.", str(error)) from error
        self._process = process
        assert process.stdout is not None
        assert process.stderr is not None
        logger = threading.Thread(
            target=self._read_log, args=(process.stderr,), name=f"log-{self.key}", daemon=True
        )
        self._reader = threading.Thread(
            target=self._read, args=(process, logger), name=f"engine-{self.key}", daemon=True
        )
        self._watch(0, START_SECONDS, EndCause.START_TIMEOUT)
        logger.start()
        self._reader.start()

    def next_id(self) -> int:
        """A fresh id for a command; ids only grow."""
        return next(self._ids)

    def send(self, command: Command) -> None:
        """Send a command. An engine that is gone is told of by its Exited event alone.

        Raises:
            PersonError: The message is too long to send.
        """
        try:
            line = encode(command)
        except CodecError as error:
            raise PersonError(
                "This chat is too long to send; start a new one or drop its oldest turns.",
                str(error),
            ) from error
        if isinstance(command, Generate | RenderChat):
            self._watch(command.id, TEMPLATE_SECONDS, EndCause.TEMPLATE_TIMEOUT)
        process = self._process
        if process is None or process.stdin is None:
            return
        with self._write_lock:
            try:
                while line:
                    line = line[process.stdin.write(line) or 0 :]
            except (OSError, ValueError):
                log.debug("engine %s is gone, %s not sent", self.key, type(command).__name__)

    def stop(self, command_id: int) -> None:
        """End the command with this id; its closing event still comes."""
        self.send(Stop(command_id))

    def close(self) -> None:
        """End the engine: ask, terminate, kill. Returns at once; Exited tells when it is over."""
        self._end(EndCause.CLOSED)

    def join(self, seconds: float) -> bool:
        """Wait until Exited was handed over; False if it did not come in time."""
        if self._reader is not None:
            self._reader.join(seconds)
            if self._reader.is_alive():
                return False
        if self._closer is not None:
            self._closer.join(seconds)
            return not self._closer.is_alive()
        return True

    def _end(self, cause: EndCause) -> None:
        process = self._process
        if self._cause is not None or process is None:
            return
        self._cause = cause
        self._unwatch()
        if process.returncode is not None:
            return
        self._closer = threading.Thread(
            target=self._ladder, args=(process,), name=f"close-{self.key}", daemon=True
        )
        self._closer.start()

    def _ladder(self, process: subprocess.Popen[bytes]) -> None:
        begin = time.monotonic()
        rung = "asked"
        if self._cause is EndCause.CLOSED:
            with self._write_lock:
                if process.stdin is not None:
                    process.stdin.close()
            if _ended(process, _ASK_SECONDS):
                log.debug("engine %s %s, %.3f s", self.key, rung, time.monotonic() - begin)
                return
            rung = "terminated"
            process.terminate()
            if _ended(process, _TERMINATE_SECONDS):
                log.info("engine %s %s, %.3f s", self.key, rung, time.monotonic() - begin)
                return
        rung = "killed"
        process.kill()
        done = _ended(process, _KILL_SECONDS)
        log.info("engine %s %s, %.3f s, over: %s", self.key, rung, time.monotonic() - begin, done)

    def _watch(self, command_id: int, seconds: float, cause: EndCause) -> None:
        self._unwatch()
        self._watched_id = command_id
        self._watchdog = threading.Timer(seconds, self._end, (cause,))
        self._watchdog.daemon = True
        self._watchdog.name = f"watchdog-{self.key}"
        self._watchdog.start()

    def _unwatch(self) -> None:
        watchdog, self._watchdog = self._watchdog, None
        if watchdog is not None:
            watchdog.cancel()

    def _read_log(self, stream: IO[bytes]) -> None:
        with stream:
            for raw in iter(lambda: stream.readline(_LOG_LINE_CHARACTERS), b""):
                self._log.append(raw.decode("utf-8", errors="replace").rstrip("\n"))

    def _read(self, process: subprocess.Popen[bytes], logger: threading.Thread) -> None:
        assert process.stdout is not None
        with process.stdout as stream:
            self._read_events(stream)
        status = process.wait()
        logger.join(_ASK_SECONDS)
        self._unwatch()
        if process.stdin is not None:
            with self._write_lock:
                process.stdin.close()
        tail = "\n".join(list(self._log)[-_TAIL_LINES:])
        self._sink(self.key, Exited(EngineOutcome(status, self._cause, tail)))

    def _read_events(self, stream: IO[bytes]) -> None:
        pending = b""
        while chunk := stream.read(1 << 16):
            pending += chunk
            *lines, pending = pending.split(b"\n")
            if len(pending) > MAX_LINE_BYTES:
                self._end(EndCause.BAD_PROTOCOL)
                return
            for line in lines:
                try:
                    event = decode_event(line)
                except CodecError as error:
                    log.warning("engine %s: %s", self.key, error)
                    self._end(EndCause.BAD_PROTOCOL)
                    return
                self._take(event)

    def _take(self, event: Event) -> None:
        match event:
            case Hello():
                self._unwatch()
                if event.protocol != PROTOCOL_VERSION:
                    self._end(EndCause.BAD_PROTOCOL)
                    return
            case Rendered() | ChatRendered() | Failed() if event.id == self._watched_id:
                self._unwatch()
            case _:
                pass
        self._sink(self.key, event)


def _ended(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True
