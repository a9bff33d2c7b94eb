"""Chats: turns of one prompt and the answers of several candidates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from operator import attrgetter

import msgspec

from app.core.candidates.settings import COMPARE_GREEDY, CompareMode, SamplingSettings
from app.core.chats.panes import ChatPane
from app.core.chats.pictures import Picture
from app.core.servers.facts import Served

UNTITLED = ""
MAX_ANSWER_BYTES = 1 << 19
"""What an answer may grow to, its thinking included: a vocabulary may have tokens of any length. No
model says so much within its context, and a chat with such an answer can still be sent."""


class Role(StrEnum):
    """Who speaks, in the words chat templates use."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message as a chat template takes it.

    Attributes:
        pictures: Files of kept pictures, in front of the text.
    """

    role: Role
    content: str
    pictures: tuple[str, ...] = ()


class StopReason(StrEnum):
    """Why an answer ended."""

    END = "end"
    LENGTH = "length"
    CONTEXT = "context"
    STOPPED = "stopped"
    ERROR = "error"


class AnswerFigures(msgspec.Struct, frozen=True):
    """What was counted and timed while one answer came.

    Attributes:
        prompt_tokens: Tokens of the rendered prompt, template included.
        reused_tokens: Of those, how many the engine still had from the turn before.
        prompt_ns: Time to decode the rest of the prompt.
        first_token_ns: Template, tokenizing, prompt and first sample together.
        generated_tokens: Sampled tokens, without the end token.
        thinking_tokens: Of those, how many were thinking.
        generation_ns: From the first sampled token to the last.
        shared: Other engines generated at the same time, so the times do not rank.
        busy: Other programs used the processor meanwhile, so the times do not count.
        memory_needed_bytes: Peak of resident memory less repacked weight copies.
        drafted_tokens: Proposed by a draft, and checked.
        accepted_tokens: Of these, those that the model said, too.
        first_byte_ns: From the request to the first byte of a server's answer.
        served: What the server says of it; None where it was answered on this PC.
    """

    prompt_tokens: int = 0
    reused_tokens: int = 0
    prompt_ns: int = 0
    first_token_ns: int | None = None
    generated_tokens: int = 0
    thinking_tokens: int = 0
    generation_ns: int = 0
    shared: bool = False
    busy: bool = False
    memory_needed_bytes: int | None = None
    drafted_tokens: int = 0
    accepted_tokens: int = 0
    first_byte_ns: int | None = None
    served: Served | None = None

    @property
    def tokens_per_second(self) -> float | None:
        """(n - 1) tokens over the time from the first to the last; None below two tokens."""
        if self.generated_tokens < 2 or self.generation_ns <= 0:
            return None
        return (self.generated_tokens - 1) * 1e9 / self.generation_ns

    @property
    def prompt_tokens_per_second(self) -> float | None:
        """Speed of the decoded part of the prompt; None when all of it was reused."""
        decoded = self.prompt_tokens - self.reused_tokens
        if decoded <= 0 or self.prompt_ns <= 0:
            return None
        return decoded * 1e9 / self.prompt_ns


class Answer(msgspec.Struct):
    """One candidate's answer to one turn; grows while it comes.

    Attributes:
        text: The answer without its thinking.
        thinking: What stood between the template's thinking marks.
        stop_reason: None while the answer is still coming (or was cut off by a crash).
        error: A sentence when it failed.
        figures: Counts and times, once there are any.
    """

    text: str = ""
    thinking: str = ""
    stop_reason: StopReason | None = None
    error: str | None = None
    figures: AnswerFigures | None = None

    @property
    def ended(self) -> bool:
        """Whether the candidate has said all; where it was cut off, it might have gone on."""
        return self.stop_reason is StopReason.END


_GAP = "\n\n"
_by_name = attrgetter("file_name")
_BROKEN_OFF = (None, StopReason.STOPPED, StopReason.ERROR)


class Turn(msgspec.Struct):
    """One prompt and who answered it.

    Attributes:
        id: Row in the store; 0 until it is stored.
        prompt: What the person wrote.
        answers: By candidate key; a candidate that was not asked has no entry.
        earlier: By candidate key, the answers that newer ones took the place of, oldest first.
        versions: How many other versions there are of this turn and of all that followed.
        pictures: What the person showed with it.
    """

    id: int
    prompt: str
    answers: dict[str, Answer] = {}
    earlier: dict[str, list[Answer]] = {}
    versions: int = 0
    pictures: tuple[Picture, ...] = ()

    def set_aside(self, key: str) -> None:
        """Make room for a new answer; the one that is there is kept if it says anything."""
        old = self.answers[key]
        if old.text or old.thinking:
            self.earlier.setdefault(key, []).append(old)
        self.answers[key] = Answer()

    def bring_back(self, key: str) -> bool:
        """Take the answer before where the new one was broken off without a word.

        Returns:
            Whether there was one.
        """
        new, kept = self.answers[key], self.earlier.get(key)
        if not kept or new.text or new.stop_reason not in _BROKEN_OFF:
            return False
        self.answers[key] = kept.pop()
        return True

    def turn_over(self, key: str) -> None:
        """Show the answer before; the one that is there comes behind the oldest."""
        kept = self.earlier.get(key)
        if kept:
            kept.insert(0, self.answers[key])
            self.answers[key] = kept.pop()


class Chat(msgspec.Struct):
    """A conversation with one to six candidates.

    Attributes:
        id: Row in the store; 0 until it is stored.
        title: Given by the person, else the start of the first prompt; empty if untitled.
        panes: In their order.
        reference_key: The pane that the others are held against.
        system_prompt: Sent first to every candidate; empty sends none.
        sampling: The settings of all panes that have none of their own.
        mode: Race or together.
        dropped_turns: Per candidate, how many of its oldest turns are no longer sent.
    """

    id: int
    title: str = UNTITLED
    created_ns: int = 0
    changed_ns: int = 0
    panes: list[ChatPane] = []
    reference_key: str | None = None
    system_prompt: str = ""
    sampling: SamplingSettings = COMPARE_GREEDY
    mode: CompareMode = CompareMode.RACE
    dropped_turns: dict[str, int] = {}
    turns: list[Turn] = []

    def pane(self, key: str) -> ChatPane | None:
        """The pane with this key, if it is still there."""
        return next((pane for pane in self.panes if pane.key == key), None)

    def turns_of(self, key: str) -> list[Turn]:
        """The turns that one candidate was asked."""
        return [turn for turn in self.turns if key in turn.answers]

    def messages_for(
        self, key: str, *, upto: Turn, file_of: Callable[[Picture], str] = _by_name
    ) -> list[Message]:
        """What a candidate is sent to answer ``upto``: its own turns before, and this prompt.

        Thinking of earlier turns is left out, as chat templates want it. A prompt that was
        answered with thinking alone, or with nothing, goes in front of the next one: templates
        want an answer to each, and many refuse an empty one.

        Args:
            key: The candidate's.
            upto: The turn that it is to answer.
            file_of: Where a picture is kept.
        """
        messages: list[Message] = []
        if self.system_prompt.strip():
            messages.append(Message(Role.SYSTEM, self.system_prompt))
        history = self.turns_of(key)
        position = next(i for i, turn in enumerate(history) if turn is upto)
        asked: list[Turn] = []
        for turn in history[min(self.dropped_turns.get(key, 0), position) : position]:
            answer = turn.answers[key]
            if answer.text.strip():
                messages.append(_question([*asked, turn], file_of))
                messages.append(Message(Role.ASSISTANT, answer.text))
                asked = []
            elif answer.thinking or answer.stop_reason not in _BROKEN_OFF:
                asked.append(turn)
        messages.append(_question([*asked, upto], file_of))
        return messages


def _question(turns: Sequence[Turn], file_of: Callable[[Picture], str]) -> Message:
    pictures = [file_of(picture) for turn in turns for picture in turn.pictures]
    return Message(Role.USER, _GAP.join(turn.prompt for turn in turns), tuple(pictures))


def title_from(prompt: str, *, limit: int = 60) -> str:
    """A chat's title from its first prompt: one line, cut at a word."""
    line = " ".join(prompt.split())
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    head = cut.rsplit(" ", 1)[0] if " " in cut[limit // 2 :] else cut
    return head.rstrip(" ,.;:") + "…"
