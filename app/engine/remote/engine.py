"""One model of one server as an engine: the program's own protocol upwards, the server's below."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from msgspec.structs import replace

from app.core.errors import PersonError
from app.core.servers.facts import ServerModelFacts
from app.core.words.sentence import say
from app.engine.api import JOIN_SECONDS, Ability, Exited, Sink
from app.engine.outcome import EndCause, EngineOutcome
from app.engine.protocol.answering import (
    AnswerMany,
    Generate,
    ManyAnswered,
    SetThreads,
    ThreadsSet,
)
from app.engine.protocol.loading import Hello, Load, Loaded
from app.engine.protocol.messages import PROTOCOL_VERSION, Command, Event
from app.engine.protocol.reading import Detokenize, Tokenize
from app.engine.protocol.running import Failed, FailureKind, Step, Stop, Working
from app.engine.protocol.scoring import LikelyText
from app.engine.remote import troubles
from app.engine.remote.access import Access, FindsProxy
from app.engine.remote.answering import NOT_HERE, Answering
from app.engine.remote.dialects.dialect import Dialect
from app.engine.remote.dialects.table import DIALECTS, dialect_for
from app.engine.remote.looking import learned
from app.engine.remote.loops import run
from app.engine.remote.texts import detokenized, tokenized
from app.engine.remote.troubles import RemoteError, Trouble, without_secrets
from app.engine.remote.wire import MOST_REQUESTS, Wire

log = logging.getLogger(__name__)

_LOADING_SECONDS = 600.0
_LOG_LINES = 200
ANY = Dialect()
"""How a server is spoken with that nothing is known of yet."""


class RemoteEngine:
    """Asks a server, on a thread of its own; its events go to a sink.

    Args:
        key: Names the engine in the sink's calls.
        sink: Takes the events, on this engine's thread, :class:`Exited` last and exactly once.
        access: The model, and how its server is reached.
        proxies: Says what lies between; None for the straight way.
    """

    def __init__(
        self, key: str, sink: Sink, access: Access, proxies: FindsProxy | None = None
    ) -> None:
        self.key = key
        self._sink = sink
        self._access = access
        self._proxies = proxies
        self._dialect: Dialect | None = (
            dialect_for(access, access.kind) if access.kind is not None else None
        )
        self._facts = ServerModelFacts(access.model)
        self._ids = itertools.count(1)
        self._log: deque[str] = deque(maxlen=_LOG_LINES)
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._early: list[Command | None] = []
        self._waiting: deque[Command] = deque()
        self._arrived: asyncio.Event | None = None
        self._task: asyncio.Task[None] | None = None
        self._current = 0
        self._closed = False
        self._dropped: dict[str, str] = {}
        self._thread = threading.Thread(target=self._run, name=f"remote-{key}", daemon=True)

    @property
    def abilities(self) -> AbstractSet[Ability]:
        """What it can do; of seeing, as soon as the model is known."""
        dialect = self._dialect or ANY
        blind = self._facts.sees is False
        return dialect.abilities - {Ability.SEE} if blind else dialect.abilities

    @property
    def pid(self) -> int | None:
        """No process of this PC's."""
        return None

    @property
    def closed(self) -> bool:
        """Whether closing has begun."""
        return self._closed

    def start(self) -> None:
        """Begin to take commands."""
        self._thread.start()

    def next_id(self) -> int:
        """A fresh id for a command; ids only grow."""
        return next(self._ids)

    def send(self, command: Command) -> None:
        """Send a command. An engine that is gone is told of by its Exited event alone."""
        self._hand_over(command)

    def stop(self, command_id: int) -> None:
        """End the command with this id, by hanging up; its closing event still comes."""
        self._hand_over(Stop(command_id))

    def close(self) -> None:
        """Hang up. Returns at once; Exited tells when it is over."""
        self._closed = True
        self._hand_over(None)

    def join(self, seconds: float = JOIN_SECONDS) -> bool:
        """Wait until Exited was handed over; False if it did not come in time."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def log_text(self) -> str:
        """What was asked, and what went wrong."""
        with self._lock:
            return "\n".join(self._log)

    # --- its thread -----------------------------------------------------------------------

    def _hand_over(self, command: Command | None) -> None:
        with self._lock:
            if self._loop is None:
                self._early.append(command)
                return
            with contextlib.suppress(RuntimeError):  # its loop is closed: it is gone
                self._loop.call_soon_threadsafe(self._take, command)

    def _run(self) -> None:
        try:
            run(self._serve())
            cause: EndCause | None = EndCause.CLOSED
        except Exception:  # whatever it is, the engine's end must be told to who waits for it
            log.exception("engine %s of a server ended", self.key)
            cause = EndCause.BAD_PROTOCOL
        self._closed = True
        self._sink(self.key, Exited(EngineOutcome(0, cause, self.log_text(), Step.IDLE)))

    async def _serve(self) -> None:
        self._arrived = asyncio.Event()
        with self._lock:
            self._loop = asyncio.get_running_loop()
            early, self._early = self._early, []
        for command in early:
            self._take(command)
        self._tell(Hello(PROTOCOL_VERSION, 0, self._words(), "", []))
        wire: Wire | None = None
        try:
            while not self._closed:
                if not self._waiting:
                    await self._arrived.wait()
                    self._arrived.clear()
                    continue
                command = self._waiting.popleft()
                try:
                    wire = wire or Wire(self._access, self._proxies)
                except PersonError as error:
                    self._fail(command, error)
                    continue
                self._current = command.id
                self._task = asyncio.create_task(self._carried_out(wire, command))
                await asyncio.wait([self._task])
                if not self._task.cancelled():
                    self._task.result()
                elif not self._closed:  # before it began; else it has told of its end
                    self._tell(_cancelled(command))
                self._current, self._task = 0, None
        finally:
            if wire is not None:
                await wire.__aexit__()

    def _take(self, command: Command | None) -> None:
        """On the loop: what was sent."""
        assert self._arrived is not None
        match command:
            case None:
                if self._task is not None:
                    self._task.cancel()
            case Stop():
                if self._task is not None and command.id == self._current:
                    self._task.cancel()
                for each in [each for each in self._waiting if each.id == command.id]:
                    self._waiting.remove(each)
                    self._tell(_cancelled(each))
            case _:
                self._waiting.append(command)
        self._arrived.set()

    async def _carried_out(self, wire: Wire, command: Command) -> None:
        answering = self._answering(wire, command) if isinstance(command, Generate) else None
        begin = time.monotonic()
        try:
            if answering is not None:
                await answering.run()
            else:
                await self._done(wire, command)
        except asyncio.CancelledError:
            if not self._closed:
                self._tell(_cancelled(command) if answering is None else answering.stopped())
        except PersonError as error:
            self._fail(command, error)
        except Exception as error:  # whatever a server says, the next question can be asked
            log.exception("engine %s of a server: %s failed", self.key, type(command).__name__)
            self._fail(command, troubles.nonsense(self._access, repr(error)))
        seconds = time.monotonic() - begin
        self._note(f"{type(command).__name__} {command.id}: {seconds:.3f} s")

    def _answering(self, wire: Wire, command: Generate) -> Answering:
        dialect = self._dialect or ANY
        return Answering(wire, dialect, self._facts.id, command, self._tell, self._dropped)

    async def _answer_many(self, wire: Wire, command: AnswerMany) -> None:
        """Several requests at a time; how a server brings them together is its own matter."""
        places = asyncio.Semaphore(max(1, min(command.places, MOST_REQUESTS)))

        async def one(question: Generate) -> None:
            async with places:
                try:
                    await self._answering(wire, question).run()
                except PersonError as error:
                    self._fail(question, error)

        async with asyncio.TaskGroup() as group:
            for question in command.questions:
                group.create_task(one(replace(question, template=command.template)))
        beside = len(command.questions) if command.places > 1 else 0
        self._tell(ManyAnswered(command.id, beside, 0, 0))

    async def _done(self, wire: Wire, command: Command) -> None:
        dialect = self._dialect or ANY
        match command:
            case Load():
                await self._load(wire, command)
            case AnswerMany():
                await self._answer_many(wire, command)
            case LikelyText():
                self._tell(await dialect.likely_text(wire, self._facts.id, command))
            case Tokenize():
                self._tell(await tokenized(wire, dialect, self._facts.id, command))
            case Detokenize():
                self._tell(await detokenized(wire, dialect, self._facts.id, command))
            case SetThreads():  # the server's own matter
                self._tell(ThreadsSet(command.id, command.threads))
            case _:
                said = say("remote.cannot", host=self._access.host, kind=dialect.kind.value)
                raise RemoteError(Trouble.REFUSED, said, type(command).__name__)

    async def _load(self, wire: Wire, command: Load) -> None:
        """Learn what is there; a server that still loads its model is waited for."""
        begin = time.monotonic()
        begin_ns = time.perf_counter_ns()
        self._tell(Working(command.id, Step.LOAD))
        while True:
            try:
                self._dialect, self._facts = await learned(wire, self._note)
                break
            except RemoteError as error:
                waited = time.monotonic() - begin
                if error.trouble is not Trouble.LOADING or waited > _LOADING_SECONDS:
                    raise
                await asyncio.sleep(error.wait_s or 0.5)
        facts = self._facts
        self._tell(
            Loaded(
                id=command.id,
                load_ns=time.perf_counter_ns() - begin_ns,
                context_tokens=facts.context_tokens or 0,
                trained_context_tokens=facts.trained_context_tokens or 0,
                vocabulary_size=facts.vocabulary_size or 0,
                parameters=facts.parameters or 0,
                has_template=True,
                has_thinking_switch=bool(facts.thinks),
                repacked_bytes=0,
                weights_bytes=0,
                kv_bytes=0,
                compute_bytes=0,
                output_bytes=0,
                devices=[],
                memory=NOT_HERE,
                sees=bool(facts.sees),
                served=facts,
            )
        )

    # --- telling --------------------------------------------------------------------------

    def _tell(self, event: Event) -> None:
        self._sink(self.key, event)

    def _fail(self, command: Command, error: PersonError) -> None:
        kind = FailureKind.LOAD if isinstance(command, Load) else FailureKind.GENERATE
        excess = None
        if isinstance(error, RemoteError):
            if error.trouble is Trouble.TOO_LONG:
                kind = FailureKind.PROMPT_TOO_LONG
            excess = error.excess_tokens
        self._note(f"{type(command).__name__} {command.id}: {error.sentence} {error.detail}")
        detail = without_secrets(error.detail, self._access)
        self._tell(Failed(command.id, kind, error.said, detail, excess))

    def _note(self, line: str) -> None:
        with self._lock:
            self._log.append(without_secrets(line, self._access))

    def _words(self) -> str:
        """What it is, for reports: where it is, is the person's own affair."""
        return self._access.kind.value if self._access.kind is not None else "server"


def _cancelled(command: Command) -> Failed:
    return Failed(command.id, FailureKind.CANCELLED, say("remote.stopped"))


@dataclass(frozen=True, slots=True)
class RemoteEngines:
    """Engines that all are one model of one server.

    Attributes:
        access: The model, and how its server is reached.
        proxies: Says what lies between; None for the straight way.
    """

    access: Access
    proxies: FindsProxy | None = None

    @property
    def abilities(self) -> AbstractSet[Ability]:
        """What each of them can do; where the program is not known, that of any."""
        kind = self.access.kind
        return (DIALECTS[kind] if kind is not None else ANY).abilities

    def start(self, key: str, sink: Sink, *, is_steady: bool = False) -> RemoteEngine:
        """Start one; see :class:`app.engine.api.Engines`."""
        del is_steady  # the server's computer knows of no others that are measured
        engine = RemoteEngine(key, sink, self.access, self.proxies)
        engine.start()
        return engine
