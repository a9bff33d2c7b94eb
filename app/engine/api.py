"""What callers see of an engine, wherever it runs."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import msgspec

from app.core.errors import PersonError
from app.core.words.sentence import say
from app.engine.outcome import EngineOutcome
from app.engine.protocol.answering import Generate
from app.engine.protocol.codec import CodecError, encode
from app.engine.protocol.messages import Command, Event


class Ability(StrEnum):
    """What an engine may be able to do."""

    ANSWER = "answer"
    """Answer chats."""
    SEE = "see"
    """Be shown pictures, with a model that sees."""
    TOKENIZE = "tokenize"
    """Turn texts into tokens and back."""
    OWN_PROBABILITIES = "own_probabilities"
    """Tell the log probabilities of the tokens that it writes."""
    TEXT_PROBABILITIES = "text_probabilities"
    """Tell those of a whole text that it is given, and of the likeliest tokens at each place."""
    DISTRIBUTIONS = "distributions"
    """Keep and compare distributions over the whole vocabulary."""
    BENCH = "bench"
    """Take its speed by tests of its own."""
    MEMORY = "memory"
    """Tell the memory that it needs."""
    MAKE = "make"
    """Make model files."""


@dataclass(frozen=True, slots=True)
class Exited:
    """The last event of every engine."""

    outcome: EngineOutcome


JOIN_SECONDS = 8.0
"""The end of an engine takes no longer: it is asked, then terminated, then killed."""
EngineEvent = Event | Exited
Sink = Callable[[str, EngineEvent], None]
"""Takes an engine's key and its events, on a thread of the engine's, :class:`Exited` last."""


class Engine(Protocol):
    """An engine that was started; its events go to the sink that it was started with.

    They are pushed, not polled for, so that who has several engines waits on one queue.
    """

    @property
    def key(self) -> str:
        """Names the engine in the sink's calls."""
        ...

    @property
    def abilities(self) -> AbstractSet[Ability]:
        """What it can do."""
        ...

    @property
    def pid(self) -> int | None:
        """Its process while it runs; None where it is none of this PC."""
        ...

    @property
    def closed(self) -> bool:
        """Whether closing has begun."""
        ...

    def next_id(self) -> int:
        """A fresh id for a command; ids only grow."""
        ...

    def send(self, command: Command) -> None:
        """Send a command. An engine that is gone is told of by its Exited event alone.

        Raises:
            TooLongToSend: The message is.
        """
        ...

    def stop(self, command_id: int) -> None:
        """End the command with this id; its closing event still comes."""
        ...

    def close(self) -> None:
        """End the engine. Returns at once; Exited tells when it is over."""
        ...

    def join(self, seconds: float = JOIN_SECONDS) -> bool:
        """Wait until Exited was handed over; False if it did not come in time."""
        ...

    def log_text(self) -> str:
        """The engine's own log so far."""
        ...


class Engines(Protocol):
    """Where engines come from."""

    @property
    def abilities(self) -> AbstractSet[Ability]:
        """What each of them can do."""
        ...

    def start(self, key: str, sink: Sink, *, is_steady: bool = False) -> Engine:
        """Start an engine.

        Args:
            key: Names it in the sink's calls.
            sink: Takes its events.
            is_steady: What it says is measured, not its speed: its threads do not follow the PC's
                load.

        Raises:
            PersonError: It cannot be started.
        """
        ...


class TooLongToSend(PersonError):
    """A command is longer than a message may be.

    Attributes:
        can_drop_turns: It is a chat that is short enough without its oldest turns.
    """

    def __init__(self, command: Command, detail: str) -> None:
        self.can_drop_turns = False
        said = say("program.too_long_send_engine_takes")
        if isinstance(command, Generate):
            last = command.messages[-1:]
            self.can_drop_turns = _can_be_sent(msgspec.structs.replace(command, messages=last))
            said = (
                say("program.chat_too_long_send_start")
                if self.can_drop_turns
                else say("program.message_longer_than_megabyte_engine")
            )
        super().__init__(said, detail)


def _can_be_sent(command: Command) -> bool:
    try:
        encode(command)
    except CodecError:
        return False
    return True
