"""One engine process seen from the window process: plain Python, no Qt."""

from __future__ import annotations

import itertools
import logging
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from app.core.errors import PersonError
from app.core.words.sentence import say
from app.engine.api import JOIN_SECONDS, Ability, Exited, Sink, TooLongToSend
from app.engine.installed import builder_command, engine_is_there
from app.engine.local.kept_log import KeptLog
from app.engine.local.starting import engine_command, engine_environment
from app.engine.local.watchdog import Watchdog
from app.engine.outcome import EndCause, EngineOutcome
from app.engine.protocol.answering import PromptProgress, Rendered, Text
from app.engine.protocol.codec import CodecError, decode_event, encode
from app.engine.protocol.loading import Hello, LoadProgress
from app.engine.protocol.making import HealProgress, ImportanceProgress, QuantizeProgress
from app.engine.protocol.messages import MAX_LINE_BYTES, PROTOCOL_VERSION, Command, Event
from app.engine.protocol.running import Step, Stop, Working
from app.engine.variants import start_words

log = logging.getLogger(__name__)

_ASK_SECONDS = 1.0
_TERMINATE_SECONDS = 1.0
_KILL_SECONDS = 5.0
_CHUNK_BYTES = 1 << 16
_TAIL_LINES = 60


class EngineClient:
    """Starts an engine, sends it commands, hands its events to a sink, ends it.

    The sink is called on this client's reader thread, :class:`Exited` last and exactly once.
    Start it from a thread that lives as long as the program: on Linux the engine dies with the
    thread that started it.

    Args:
        key: Names the engine in the sink's calls.
        sink: Takes the events.
        folder: Working folder of the engine (the program's state folder).
        is_steady: What it says is measured, not its speed: its threads do not follow the PC's load.
    """

    abilities = frozenset(Ability)

    def __init__(self, key: str, sink: Sink, folder: Path, *, is_steady: bool = False) -> None:
        self.key = key
        self._sink = sink
        self._folder = folder
        self._is_steady = is_steady
        self._ids = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self._log = KeptLog()
        self._step = Step.START
        self._step_id = 0
        self._cause: EndCause | None = None
        self._write_lock = threading.Lock()
        self._reader: threading.Thread | None = None
        self._closer: threading.Thread | None = None
        self._watchdog: Watchdog | None = None

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
        return self._log.text()

    def start(self) -> None:
        """Start the process.

        Raises:
            PersonError: A checkout's engine is not compiled yet, or the operating system refuses.
        """
        if not engine_is_there():
            raise PersonError(say("program.engine_not_compiled_yet", program=builder_command()))
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            process = subprocess.Popen(
                [*engine_command(is_steady=self._is_steady), *start_words(self._folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self._folder,
                env=engine_environment(is_steady=self._is_steady),
                bufsize=0,
                close_fds=True,
            )
        except OSError as error:
            raise PersonError(say("program.engine_could_not_started"), str(error)) from error
        self._process = process
        assert process.stdout is not None
        assert process.stderr is not None
        logger = threading.Thread(
            target=self._read_log, args=(process.stderr,), name=f"log-{self.key}", daemon=True
        )
        self._reader = threading.Thread(
            target=self._read, args=(process, logger), name=f"engine-{self.key}", daemon=True
        )
        self._watchdog = Watchdog(f"watchdog-{self.key}", process.pid, self._end)
        self._watchdog.start()
        logger.start()
        self._reader.start()

    def next_id(self) -> int:
        """A fresh id for a command; ids only grow."""
        return next(self._ids)

    def send(self, command: Command) -> None:
        """Send a command. An engine that is gone is told of by its Exited event alone.

        Raises:
            TooLongToSend: The message is.
        """
        try:
            line = encode(command)
        except CodecError as error:
            raise TooLongToSend(command, str(error)) from error
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

    def join(self, seconds: float = JOIN_SECONDS) -> bool:
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

    def _read_log(self, stream: IO[bytes]) -> None:
        with stream:
            while chunk := stream.read(_CHUNK_BYTES):
                self._log.feed(chunk)
                if self._watchdog is not None:
                    self._watchdog.note()
        self._log.end()

    def _read(self, process: subprocess.Popen[bytes], logger: threading.Thread) -> None:
        assert process.stdout is not None
        try:
            with process.stdout as stream:
                self._read_events(stream)
        except Exception:  # whatever it is, the engine's end must be told to who waits for it
            log.exception("engine %s: its messages cannot be taken any more", self.key)
            self._end(EndCause.BAD_PROTOCOL)
        status = process.wait()
        logger.join(_ASK_SECONDS)
        if self._watchdog is not None:
            self._watchdog.now_at(None)
            self._watchdog.join(_ASK_SECONDS)
        if process.stdin is not None:
            with self._write_lock:
                process.stdin.close()
        tail = self._log.tail(_TAIL_LINES)
        self._sink(self.key, Exited(EngineOutcome(status, self._cause, tail, self._step)))

    def _read_events(self, stream: IO[bytes]) -> None:
        pending = b""
        while chunk := stream.read(_CHUNK_BYTES):
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
        self._note(event)
        if isinstance(event, Hello) and event.protocol != PROTOCOL_VERSION:
            self._end(EndCause.BAD_PROTOCOL)
            return
        self._sink(self.key, event)

    def _note(self, event: Event) -> None:
        """Know what the engine is at: an end in the middle of it is laid to that."""
        before = self._step
        match event:
            case Working():
                self._step, self._step_id = event.step, event.id
            case Rendered():
                self._step = Step.PROMPT
            case Text():
                self._step = Step.GENERATE
            case (
                LoadProgress()
                | PromptProgress()
                | QuantizeProgress()
                | ImportanceProgress()
                | HealProgress()
            ):
                pass
            case Hello():
                self._step = Step.IDLE
            case _ if event.id == self._step_id:
                self._step = Step.IDLE
            case _:
                pass
        if self._watchdog is not None:
            self._watchdog.note()
            if self._step is not before:
                self._watchdog.now_at(self._step)


def _ended(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


@dataclass(frozen=True, slots=True)
class LocalEngines:
    """Engines of this PC, each a process.

    Attributes:
        folder: Where they work (the program's state folder).
    """

    folder: Path
    abilities = EngineClient.abilities

    def start(self, key: str, sink: Sink, *, is_steady: bool = False) -> EngineClient:
        """Start one; see :class:`app.engine.api.Engines`."""
        client = EngineClient(key, sink, self.folder, is_steady=is_steady)
        client.start()
        return client
