"""What serving tells those who look on; apart, since serving loads a good deal."""

from __future__ import annotations

import msgspec

from app.core.chats.chat import AnswerFigures


class Answered(msgspec.Struct, frozen=True):
    """What became of a request.

    Attributes:
        name: Of the candidate.
        status: Of HTTP; 499 where the program that asked went away.
        figures: Tokens and times, where an answer ended.
        waited_ns: From the request to the answer's first sign.
        error: Why it was not answered.
    """

    name: str
    status: int
    waited_ns: int = 0
    figures: AnswerFigures | None = None
    error: str = ""


class EngineState(msgspec.Struct, frozen=True):
    """What a candidate's engine is at.

    Attributes:
        name: Of the candidate.
        pid: Its process; None while it sleeps.
        needed_bytes: Of memory, as measured last.
        waiting: Requests that wait for it.
        answers: Whether it answers one now.
        tokens_per_second: Of that, or of the last answer; None before there are two tokens.
    """

    name: str
    pid: int | None = None
    needed_bytes: int | None = None
    waiting: int = 0
    answers: bool = False
    tokens_per_second: float | None = None
