"""How a command runs, whatever it is for: its steps, a stop, and what goes wrong."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from app.core.words.sentence import English, Sentence

NO_COMMAND = 0
"""The id of a Failed that belongs to no command: one that the engine could not read."""


class FailureKind(StrEnum):
    """What went wrong in an engine that still lives."""

    LOAD = "load"
    CANCELLED = "cancelled"
    CONTEXT = "context"
    CONTEXT_MEMORY = "context_memory"
    MEMORY = "memory"
    TEMPLATE = "template"
    PICTURE = "picture"
    PROMPT_TOO_LONG = "prompt_too_long"
    SCHEMA = "schema"
    GENERATE = "generate"
    NUMBERS = "numbers"
    BENCH = "bench"
    QUANTIZE = "quantize"
    INSPECT = "inspect"
    SCORE = "score"
    HEAL = "heal"
    DISK = "disk"
    PROTOCOL = "protocol"


class Step(StrEnum):
    """What an engine is at: what an end in the middle of it is laid to."""

    START = "start"
    IDLE = "idle"
    LOAD = "load"
    RENDER = "render"
    TOKENIZE = "tokenize"
    LOOK = "look"
    PROMPT = "prompt"
    GENERATE = "generate"
    BENCH = "bench"
    SCORE = "score"
    QUANTIZE = "quantize"
    INSPECT = "inspect"
    IMPORTANCE = "importance"
    HEAL = "heal"
    PREDICT = "predict"
    KERNELS = "kernels"
    CHECK = "check"


class Stop(msgspec.Struct, tag="stop", frozen=True):
    """End the load, answer or measurement in progress; the text so far stands."""

    id: int


class Working(msgspec.Struct, tag="working", frozen=True):
    """A command has begun, or its next step.

    Attributes:
        characters: Of the text that is turned into tokens.
    """

    id: int
    step: Step
    characters: int = 0


class Silent(msgspec.Struct, tag="silent", frozen=True):
    """Nothing has come from a server for long; it is waited for all the same.

    Attributes:
        seconds: Since its last sign of life.
    """

    id: int
    seconds: float


class Failed(msgspec.Struct, tag="failed", frozen=True):
    """A command could not be carried out; the engine lives.

    Attributes:
        said: For the person.
        detail: For the log.
        excess_tokens: By how many tokens a prompt is too long.
    """

    id: int
    kind: FailureKind
    said: Sentence
    detail: str = ""
    excess_tokens: int | None = None

    @property
    def sentence(self) -> English:
        """The sentence in English."""
        return English(self.said)
