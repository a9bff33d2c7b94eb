"""The door to one engine for many prompts: several at once, or one after the other.

What is answered follows from the prompt, its settings, how many are answered at once and how large
the places are, which decides who is answered alone; not otherwise from the other prompts, nor from
their order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.engine.protocol.answering import (
    AnswerMany,
    Finished,
    Generate,
    ManyAnswered,
    Rendered,
    Text,
)
from app.engine.protocol.running import Failed
from app.lab.engines.calls import EngineFailed

if TYPE_CHECKING:
    from app.core.candidates.settings import SamplingSettings
    from app.core.chats.chat import Message
    from app.engine.api import EngineEvent
    from app.lab.beside.places import AtOnce
    from app.lab.engines.asking import Manner
    from app.lab.engines.calls import EngineCalls

# Of one message, with room for what is written around a prompt; less than a message may have.
_MOST_BYTES, _PROMPT_BYTES = 500_000, 400


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is asked, from an empty context.

    Attributes:
        messages: The chat up to the answer.
        sampling: How tokens are chosen; a seed is that of this answer alone.
    """

    messages: Sequence[Message]
    sampling: SamplingSettings


@dataclass(frozen=True, slots=True)
class Said:
    """An answer.

    Attributes:
        digest: Of the prompt as it was rendered; empty where nothing was told of it.
        end: Why it ended, and what it took; where others grew beside it, ``figures.shared`` says
            that its times are no speeds of the model.
    """

    text: str
    thinking: str
    digest: str
    end: Finished


class _Listener:
    """Puts events together, by the prompts' ids."""

    def __init__(self) -> None:
        self._parts: dict[int, list[Text]] = {}
        self._digests: dict[int, str] = {}

    def take(self, event: EngineEvent) -> None:
        if isinstance(event, Text):
            self._parts.setdefault(event.id, []).append(event)
        elif isinstance(event, Rendered):
            self._digests[event.id] = event.digest

    def said(self, end: Finished) -> Said:
        parts = self._parts.pop(end.id, [])
        text = "".join(part.answer for part in parts)
        thinking = "".join(part.thinking for part in parts)
        return Said(text, thinking, self._digests.pop(end.id, ""), end)


def ask_alone(engine: EngineCalls, manner: Manner, prompt: Prompt) -> Said:
    """Have an engine that has a candidate loaded answer a prompt.

    Raises:
        EngineFailed: It refused or ended.
    """
    listener = _Listener()
    end = engine.call(_command(engine, manner, prompt), Finished, listener.take)
    return listener.said(end)


def ask_beside(
    engine: EngineCalls,
    manner: Manner,
    prompts: Sequence[Prompt],
    at_once: AtOnce,
    on_answer: Callable[[int, Said | EngineFailed], None],
) -> None:
    """Have it answer several at once.

    Args:
        engine: Has the candidate loaded, with a context for what is answered alone: prompts that
            are longer than a place, and all of models whose texts cannot grow side by side.
        manner: How the candidate is asked.
        prompts: What is asked; none shows pictures.
        at_once: How many, and how long.
        on_answer: Told each prompt's place in the list and its answer, or why it has none, in the
            order in which they are there; may raise to end it, as may whoever checks.

    Raises:
        EngineFailed: It refused or ended; prompts that nothing was told of are not answered.
    """
    begin = 0
    for count in _lengths(prompts):
        _ask_some(engine, manner, prompts[begin : begin + count], begin, at_once, on_answer)
        begin += count


def _ask_some(
    engine: EngineCalls,
    manner: Manner,
    prompts: Sequence[Prompt],
    first: int,
    at_once: AtOnce,
    on_answer: Callable[[int, Said | EngineFailed], None],
) -> None:
    commands = [replace(_command(engine, manner, prompt), template=None) for prompt in prompts]
    places = {command.id: first + place for place, command in enumerate(commands)}
    listener = _Listener()

    def take(event: EngineEvent) -> None:
        match event:
            case Finished() if event.id in places:
                on_answer(places[event.id], listener.said(event))
            case Failed() if event.id in places:
                error = EngineFailed(event.said, event.detail, event.kind)
                on_answer(places[event.id], error)
            case _:
                listener.take(event)

    many = AnswerMany(
        engine.next_id(), commands, at_once.places, at_once.place_tokens, manner.chosen
    )
    engine.call(many, ManyAnswered, take)


def _command(engine: EngineCalls, manner: Manner, prompt: Prompt) -> Generate:
    return manner.generate(engine.next_id(), prompt.messages, prompt.sampling, clear=True)


def _lengths(prompts: Sequence[Prompt]) -> Iterator[int]:
    """How many prompts each message holds."""
    count = length = 0
    for prompt in prompts:
        size = sum(len(one.content.encode("utf-8", "replace")) for one in prompt.messages)
        size += _PROMPT_BYTES * len(prompt.messages)
        if count and length + size > _MOST_BYTES:
            yield count
            count = length = 0
        count, length = count + 1, length + size
    if count:
        yield count
