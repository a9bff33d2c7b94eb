"""Engines that answer by a script, for states that a real one cannot be brought into at will."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.core.chats.chat import AnswerFigures, StopReason
from app.core.errors import PersonError
from app.core.words.sentence import verbatim
from app.engine.api import Ability, EngineEvent, Exited, Sink
from app.engine.outcome import EndCause, EngineOutcome
from app.engine.protocol.answering import Finished, Generate, Rendered, SetThreads, Text, ThreadsSet
from app.engine.protocol.loading import EngineMemory, Hello, Load, Loaded
from app.engine.protocol.messages import PROTOCOL_VERSION, Command, Event
from app.engine.protocol.running import Failed, FailureKind, Stop

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

Script = Callable[[Command], Iterable[Event]]
"""What an engine says to a command, at once; nothing where a test says it later."""

NO_MEMORY = EngineMemory(None, None, None)
SECOND_NS = 1_000_000_000


def hello() -> Hello:
    """What a scripted engine says of itself."""
    return Hello(PROTOCOL_VERSION, 4242, "scripted", "", [])


def loaded(command_id: int, context_tokens: int = 4096, *, thinks: bool = False) -> Loaded:
    """A small model is there."""
    return Loaded(
        id=command_id,
        load_ns=SECOND_NS,
        context_tokens=context_tokens,
        trained_context_tokens=4096,
        vocabulary_size=1024,
        parameters=7_000_000,
        has_template=True,
        has_thinking_switch=thinks,
        repacked_bytes=0,
        weights_bytes=8_000_000,
        kv_bytes=1_000_000,
        compute_bytes=1_000_000,
        output_bytes=4096,
        devices=[],
        memory=NO_MEMORY,
    )


def usual_figures(generated_tokens: int = 40) -> AnswerFigures:
    """Of an answer that took a second."""
    return AnswerFigures(
        prompt_tokens=20,
        prompt_ns=SECOND_NS // 10,
        first_token_ns=SECOND_NS // 8,
        generated_tokens=generated_tokens,
        generation_ns=SECOND_NS,
        memory_needed_bytes=41_000_000,
    )


def finished(command_id: int, reason: StopReason = StopReason.END) -> Finished:
    """An answer has ended."""
    return Finished(command_id, reason, usual_figures(), NO_MEMORY)


def obliging(command: Command) -> Iterable[Event]:
    """Loads at once, and answers every chat with what was said last."""
    match command:
        case Load():
            yield loaded(command.id, command.context_tokens)
        case Generate():
            yield Rendered(command.id, 20, 0, "digest")
            yield Text(command.id, command.messages[-1].content, "", 40, 0, SECOND_NS)
            yield finished(command.id)
        case SetThreads():
            yield ThreadsSet(command.id, command.threads)
        case Stop():
            pass
        case _:
            sentence = "This engine has no script for that."
            yield Failed(command.id, FailureKind.PROTOCOL, verbatim(sentence), repr(command))


@dataclass(eq=False)
class ScriptedEngine:
    """An engine whose script says what it answers; a test may say more by :meth:`say`.

    Everything happens on the caller's thread, within the call.

    Attributes:
        sent: The commands that it got.
        log: What it is to have printed.
    """

    key: str
    sink: Sink
    script: Script
    abilities: AbstractSet[Ability]
    pid: int | None = 4242
    closed: bool = False
    sent: list[Command] = field(default_factory=lambda: list[Command]())
    log: str = "llama_model_loader: loaded meta data\n"
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def next_id(self) -> int:
        """A fresh id."""
        return next(self._ids)

    def send(self, command: Command) -> None:
        """Take a command, and answer as the script says."""
        if self.pid is None:
            return
        self.sent.append(command)
        self.say(*self.script(command))

    def say(self, *events: EngineEvent) -> None:
        """Tell who listens."""
        for event in events:
            self.sink(self.key, event)

    def stop(self, command_id: int) -> None:
        """Take a Stop."""
        self.send(Stop(command_id))

    def close(self) -> None:
        """End in good order."""
        if not self.closed:
            self.closed = True
            self.end(EngineOutcome(0, EndCause.CLOSED, ""))

    def end(self, outcome: EngineOutcome) -> None:
        """End by whatever reason, unless it has ended."""
        if self.pid is not None:
            self.pid = None
            self.say(Exited(outcome))

    def join(self, seconds: float = 0.0) -> bool:
        """Whether it has ended."""
        del seconds
        return self.pid is None

    def log_text(self) -> str:
        """What it is to have printed."""
        return self.log


@dataclass(eq=False)
class ScriptedEngines:
    """Where scripted engines come from.

    Attributes:
        script: Of every engine that is started from now on.
        abilities: Of each.
        refuse: The sentence that a start is refused with.
        started: All of them, in their order.
    """

    script: Script = obliging
    abilities: AbstractSet[Ability] = frozenset(Ability)
    refuse: str | None = None
    started: list[ScriptedEngine] = field(default_factory=lambda: list[ScriptedEngine]())

    def start(self, key: str, sink: Sink, *, is_steady: bool = False) -> ScriptedEngine:
        """Start one; it says hello at once."""
        del is_steady
        if self.refuse is not None:
            raise PersonError(self.refuse)
        engine = ScriptedEngine(key, sink, self.script, self.abilities)
        self.started.append(engine)
        engine.say(hello())
        return engine
