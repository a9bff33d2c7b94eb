"""The engines behind an address: started when they are asked, one request at a time each.

All of it lives on the thread of one event loop, the program's main thread: on Linux an engine ends
with the thread that started it. Only the engines' own events come from elsewhere.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from app.core.errors import PersonError
from app.core.serve.refusals import Refused
from app.core.words.sentence import Sentence, say, size
from app.engine.api import Engine, EngineEvent, Exited
from app.engine.local.keeping import KeptEngines
from app.engine.protocol.answering import Finished, Text
from app.engine.protocol.loading import Hello, Loaded
from app.engine.protocol.running import Failed
from app.lab.serve.told import EngineState

if TYPE_CHECKING:
    from app.engine.protocol.answering import Generate
    from app.lab.engines.room import EngineRoom
    from app.lab.serve.served import Served

log = logging.getLogger(__name__)

_T = TypeVar("_T")

MOST_WAITING = 64
"""Requests that wait for one engine; further ones are told to come again."""
_LOOK_SECONDS = 5.0
_RETRY_SECONDS = 5


@dataclass(eq=False, slots=True)
class _Seat:
    """One candidate, with its engine while that lives.

    Attributes:
        turn: Held by the request that is answered.
        waiting: How many wait for it.
        context_tokens: Of the engine's load.
        needed_bytes, tokens_per_second: As in :class:`EngineState`.
        events: Of the engine.
    """

    served: Served
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    engine: Engine | None = None
    context_tokens: int = 0
    needed_bytes: int | None = None
    tokens_per_second: float | None = None
    events: asyncio.Queue[EngineEvent] = field(default_factory=lambda: asyncio.Queue[EngineEvent]())


class ServedEngines:
    """Engines of candidates; they stay loaded while memory allows.

    Args:
        served: The candidates.
        room: Where engines are.
        threads: Of each, where its settings name none.
        on_change: Told when :attr:`states` are others than before; often, while answers come.
    """

    def __init__(
        self,
        served: Sequence[Served],
        room: EngineRoom,
        threads: int,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._seats = {each.name: _Seat(each) for each in served}
        self._room = room
        self._threads = threads
        self._on_change = on_change
        self._kept: KeptEngines[str, Engine] = KeptEngines(room.budget_bytes)
        self._settling: set[asyncio.Task[None]] = set()
        self._loading = asyncio.Lock()  # each load sees the memory that the one before took

    @property
    def states(self) -> list[EngineState]:
        """What all are at, in the order of the candidates."""
        return [
            EngineState(
                name,
                pid := seat.engine.pid if seat.engine is not None else None,
                seat.needed_bytes if pid is not None else None,
                seat.waiting,
                seat.turn.locked(),
                seat.tokens_per_second,
            )
            for name, seat in self._seats.items()
        ]

    async def ask(
        self, served: Served, command_of: Callable[[int, int], Generate]
    ) -> AsyncGenerator[EngineEvent, None]:
        """Have a candidate answer, once those before have been; leaving the loop stops it.

        Args:
            served: The candidate.
            command_of: Makes the command, of its id and of the size of the context in tokens.

        Yields:
            The engine's events; Finished, Failed or Exited last.

        Raises:
            Refused: There is no room, or too many wait.
            PersonError: The engine cannot be started, or does not take the file.
        """
        seat = self._seats[served.name]
        if seat.waiting >= MOST_WAITING:
            raise _busy(say("serve.too_many_wait", n=seat.waiting, name=served.name))
        seat.waiting += 1
        self._on_change()
        try:
            await seat.turn.acquire()
        finally:
            seat.waiting -= 1
            self._on_change()
        is_over = True
        try:
            engine = await self._awake(seat)
            command = command_of(engine.next_id(), seat.context_tokens)
            engine.send(command)
            is_over = False
            try:
                while not is_over:
                    event = await seat.events.get()
                    is_over = self._note(seat, event)
                    yield event
            finally:
                if not is_over:
                    engine.stop(command.id)
                    settling = asyncio.create_task(self._settle(seat))
                    self._settling.add(settling)
                    settling.add_done_callback(self._settling.discard)
        finally:
            if is_over:
                seat.turn.release()
                self._on_change()

    async def watch_memory(self) -> None:
        """Put engines to sleep while other programs need the memory; until it is cancelled."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            if self._room.budget_bytes() == 0:
                await self._sleep(self._kept.in_the_way(1, self._busy()) or [])

    async def close(self) -> None:
        """End all engines, and wait for their ends."""
        await asyncio.to_thread(self._kept.close_all)

    async def _settle(self, seat: _Seat) -> None:
        """Wait until an answer that nobody wants any more has ended."""
        while not self._note(seat, await seat.events.get()):
            pass
        seat.turn.release()
        self._on_change()

    def _note(self, seat: _Seat, event: EngineEvent) -> bool:
        """Keep what an event tells of the engine; whether it is an answer's last."""
        match event:
            case Text(tokens=tokens, elapsed_ns=elapsed_ns) if tokens > 1 and elapsed_ns > 0:
                seat.tokens_per_second = (tokens - 1) * 1e9 / elapsed_ns
                self._on_change()
            case Finished():
                seat.needed_bytes = event.memory.needed_bytes
                self._kept.touch(seat.served.name, seat.needed_bytes)
            case Exited():
                self._kept.forget(seat.served.name)
                seat.engine = None
                self._on_change()
            case _:
                pass
        return isinstance(event, Finished | Failed | Exited)

    def _busy(self) -> set[str]:
        return {name for name, seat in self._seats.items() if seat.turn.locked()}

    async def _awake(self, seat: _Seat) -> Engine:
        """The seat's engine, loaded."""
        engine = seat.engine
        if engine is not None and engine.pid is not None:
            return engine
        self._kept.forget(seat.served.name)
        async with self._loading:
            return await self._load(seat)

    async def _load(self, seat: _Seat) -> Engine:
        await self._make_room(seat)
        seat.events = events = asyncio.Queue[EngineEvent]()
        loop = asyncio.get_running_loop()

        def take(_key: str, event: EngineEvent) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended before its engine
                loop.call_soon_threadsafe(events.put_nowait, event)

        opened = seat.served.opened
        engine = self._room.engines.start(f"serve-{opened.path.stem}", take)
        try:
            await _answered(events, Hello)
            command = self._room.load_command(
                engine.next_id(), opened, opened.threads(self._threads)
            )
            engine.send(command)
            loaded = await _answered(events, Loaded)
        except BaseException:
            engine.close()
            raise
        seat.context_tokens = loaded.context_tokens
        seat.engine = engine
        seat.needed_bytes = loaded.memory.needed_bytes
        foreseen = self._room.needed_bytes(opened, loaded.context_tokens)
        self._kept.put(seat.served.name, engine, seat.needed_bytes or foreseen)
        self._on_change()
        return engine

    async def _make_room(self, seat: _Seat) -> None:
        opened, busy = seat.served.opened, self._busy() - {seat.served.name}
        needed = self._room.needed_bytes(opened, opened.context_tokens())
        leaving = self._kept.in_the_way(needed, busy)
        if leaving is None:
            if busy & self._kept_names():
                said = say(
                    "serve.no_memory_now",
                    name=seat.served.name,
                    needed=size(needed),
                    free=size(self._room.budget_bytes()),
                )
                raise _busy(said)
            leaving = list(self._kept_names())  # it was chosen: the system reads what has no room
        await self._sleep(leaving)

    def _kept_names(self) -> set[str]:
        return {name for name in self._seats if self._kept.get(name) is not None}

    async def _sleep(self, names: Sequence[str]) -> None:
        leaving = [engine for name in names if (engine := self._kept.get(name)) is not None]
        for name in names:
            log.info("%s is put to sleep for want of memory", name)
            self._kept.close(name)
            self._seats[name].engine = None
        for engine in leaving:
            await asyncio.to_thread(engine.join)
        if leaving:
            self._on_change()


async def _answered(events: asyncio.Queue[EngineEvent], answer: type[_T]) -> _T:
    while True:
        match await events.get():
            case event if isinstance(event, answer):
                return event
            case Failed() as event:
                raise PersonError(event.said, event.detail)
            case Exited(outcome):
                raise PersonError(outcome.said, outcome.log_tail)
            case _:
                pass


def _busy(said: Sentence) -> Refused:
    return Refused(503, said, code="busy", retry_seconds=_RETRY_SECONDS)
