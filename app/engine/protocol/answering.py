"""A chat is answered, or many questions side by side."""

from __future__ import annotations

from datetime import date

import msgspec

from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import AnswerFigures, Message, StopReason
from app.engine.protocol.loading import EngineMemory

TEMPLATE_SECONDS = 2.0
"""Processor time that a chat template may take, in seconds."""


class Generate(msgspec.Struct, tag="generate", frozen=True):
    """Render the messages with the chat template and answer.

    Attributes:
        template: Jinja text to use in place of the file's own; None takes the file's.
        stop_strings: Texts that end the answer, for templates without an end token.
        clear: Forget what the context holds first, so that timings start cold.
        shared: Other engines generate too; repeated in the figures.
        strengths: Of the load's adapters from now on, in their order; none leaves them as they
            are.
        undrafted: Do without the draft that is loaded, for comparing.
        likely: Tell with each token of the answer the logarithm of its probability, and so many of
            the likeliest tokens with theirs; None tells nothing.
        schema: A JSON schema that the answer fits; empty for none.
        reads_marks: Marks of the vocabulary count as such in the messages, too: whoever sends them
            means them.
        day: What the template is told where it asks for the date; None for now.
    """

    id: int
    messages: list[Message]
    sampling: SamplingSettings
    template: str | None = None
    stop_strings: list[str] = []
    clear: bool = False
    shared: bool = False
    strengths: list[float] = []
    undrafted: bool = False
    likely: int | None = None
    schema: str = ""
    reads_marks: bool = False
    day: date | None = None


class AnswerMany(msgspec.Struct, tag="answer_many", frozen=True):
    """Answer questions that have nothing to do with each other, several at once.

    Each is told of under its own id as if it had been asked alone: Rendered, Text, then Finished or
    Failed. They begin in their order, the next one as soon as a place is free. Those that have no
    room in a place, show pictures, or are asked of a model whose texts cannot grow side by side
    are answered alone, behind the others. ManyAnswered closes the command; after Failed with its
    id, what was not told of is not answered.

    What is answered to a question follows from it and from the number of places and their size: not
    from the other questions nor from their order.

    Attributes:
        id: A later one than those of its questions.
        questions: Their own templates are not looked at, and each stands alone.
        places: How many are answered at once.
        place_tokens: How long a question with its answer may be.
        template: As in :class:`Generate`; of all of them.
    """

    id: int
    questions: list[Generate]
    places: int
    place_tokens: int
    template: str | None = None


class SetThreads(msgspec.Struct, tag="set_threads", frozen=True):
    """Use this many threads from the next decode on."""

    id: int
    threads: int


class PromptProgress(msgspec.Struct, tag="prompt_progress", frozen=True):
    """Tokens of the prompt decoded so far, of those that the context did not hold yet."""

    id: int
    done_tokens: int
    total_tokens: int


class Rendered(msgspec.Struct, tag="rendered", frozen=True):
    """The prompt is rendered and tokenized; decoding begins.

    Attributes:
        digest: SHA-256 of the rendered text, to tell whether panes got the same one.
        system_in_user: The template takes no system prompt: it is part of a message of the
            person's.
    """

    id: int
    prompt_tokens: int
    reused_tokens: int
    digest: str
    system_in_user: bool = False


class LikelyToken(msgspec.Struct, frozen=True, array_like=True):
    """A token that a model may say.

    Attributes:
        piece: Its bytes; those of one letter may be spread over several tokens.
        log_probability: Natural logarithm of its share, before anything is kept from it.
        number: In its vocabulary, where a server tells it.
    """

    piece: bytes
    log_probability: float
    number: int | None = None


class SaidToken(msgspec.Struct, frozen=True, array_like=True):
    """A token of an answer.

    Attributes:
        token: Itself.
        likely: The likeliest at its place, the likeliest first.
    """

    token: LikelyToken
    likely: list[LikelyToken]


class Text(msgspec.Struct, tag="text", frozen=True):
    """What came since the last event; at most about 30 a second.

    Attributes:
        tokens: Tokens generated so far.
        elapsed_ns: From the first sampled token to now.
        said: The answer's tokens since the last event, where they are asked for.
    """

    id: int
    answer: str
    thinking: str
    tokens: int
    thinking_tokens: int
    elapsed_ns: int
    said: list[SaidToken] = []


class Finished(msgspec.Struct, tag="finished", frozen=True):
    """An answer ended; the context keeps it for the next turn."""

    id: int
    stop_reason: StopReason
    figures: AnswerFigures
    memory: EngineMemory


class ThreadsSet(msgspec.Struct, tag="threads_set", frozen=True):
    """The number of threads has changed."""

    id: int
    threads: int


class ManyAnswered(msgspec.Struct, tag="many_answered", frozen=True):
    """All questions of a command are answered, or were told to have failed.

    Attributes:
        beside: How many were answered side by side; the others alone.
        passes: In so many passes for tokens of answers.
        shared_tokens: What all prompts began with, and was read once.
    """

    id: int
    beside: int
    passes: int
    shared_tokens: int
