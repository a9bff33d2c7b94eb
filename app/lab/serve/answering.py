"""One request, from what was asked to what is told; and what became of it."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from app.core.chats.chat import AnswerFigures, StopReason
from app.core.chats.templates import PLAIN_ID, template_by_id
from app.core.errors import PersonError
from app.core.serve.refusals import Refused
from app.core.serve.replies import Reply, TokenTold
from app.engine.api import Exited
from app.engine.protocol.answering import Finished, Generate, Rendered, SaidToken, Text
from app.engine.protocol.running import Failed, FailureKind
from app.lab.serve.told import Answered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.chats.chat import Message
    from app.core.serve.requests import Asked
    from app.engine.api import EngineEvent
    from app.lab.pictures.shelf import PictureShelf
    from app.lab.serve.engines import ServedEngines
    from app.lab.serve.served import Served

# What the program that asks can mend.
_ITS_OWN = frozenset(
    {FailureKind.TEMPLATE, FailureKind.PICTURE, FailureKind.PROMPT_TOO_LONG, FailureKind.SCHEMA}
)
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Counter:
    """Where requests are answered.

    Attributes:
        engines: What answers.
        pictures: Where pictures are kept that come with a message.
        tell: Told what became of each request.
    """

    engines: ServedEngines
    pictures: PictureShelf
    tell: Callable[[Answered], None]

    async def take(self, asked: Asked, served: Served) -> Answering:
        """Begin to answer: read the prompt.

        Raises:
            Refused: It is not answered; the sentence says why.
        """
        answering = Answering(self, asked, served)
        await answering.begin()
        return answering


class Answering:
    """An answer while it comes; to be closed, whatever becomes of it."""

    def __init__(self, counter: Counter, asked: Asked, served: Served) -> None:
        kind = "cmpl" if asked.is_text else "chatcmpl"
        self.reply = Reply(
            f"{kind}-{secrets.token_hex(12)}", int(time.time()), asked.model or served.name, asked
        )
        self._counter = counter
        self._asked = asked
        self._served = served
        self._events: AsyncGenerator[EngineEvent, None] | None = None
        self._begun_ns = time.monotonic_ns()
        self._waited_ns = 0
        self._is_told = False

    async def begin(self) -> None:
        """Wait until the prompt is read; what is wrong with it shows before anything is told.

        Raises:
            Refused: It is not answered.
        """
        try:
            messages = await self._messages()
            self._events = self._counter.engines.ask(
                self._served, lambda command_id, size: self._command(command_id, messages, size)
            )
            async for event in self._events:
                self._check(event)
                if isinstance(event, Rendered):
                    return
        except Refused as error:
            await self.close(error)
            raise
        except PersonError as error:
            refused = Refused(_SERVER_ERROR, error.said, detail=error.detail)
            await self.close(refused)
            raise refused from error
        except BaseException:
            await self.close()
            raise

    async def whole(self) -> dict[str, Any]:
        """The whole answer, as a document.

        Raises:
            Refused: It cannot be told to its end.
        """
        async for event in self._pieces():
            if isinstance(event, Finished):
                return self.reply.whole(event.stop_reason, event.figures)
        raise AssertionError

    async def stream(self) -> AsyncIterator[dict[str, Any]]:
        """The answer's pieces, as documents; one that breaks off ends with an error's."""
        for document in self.reply.first():
            yield document
        try:
            async with aclosing(self._pieces()) as pieces:
                async for event in pieces:
                    if isinstance(event, Finished):
                        for document in self.reply.last(event.stop_reason, event.figures):
                            yield document
                    else:
                        yield self.reply.piece(event.answer, event.thinking, _told(event.said))
        except Refused as error:
            yield error.document

    async def close(self, refused: Refused | None = None) -> None:
        """Stop what still comes; nobody waits for it."""
        if self._events is not None:
            await self._events.aclose()
        if not self._is_told:
            status = refused.status if refused else _GONE
            self._tell(status, error=str(refused.said) if refused else "")

    async def _pieces(self) -> AsyncGenerator[Text | Finished, None]:
        assert self._events is not None
        async for event in self._events:
            try:
                self._check(event)
            except Refused as error:
                self._tell(error.status, error=str(error.said))
                raise
            if isinstance(event, Text):
                self._waited_ns = self._waited_ns or time.monotonic_ns() - self._begun_ns
                self.reply.grow(event.answer, event.thinking, _told(event.said))
                yield event
            elif isinstance(event, Finished):
                reason = event.stop_reason
                self._tell(_GONE if reason is StopReason.STOPPED else _DONE, event.figures)
                yield event
                return

    async def _messages(self) -> list[Message]:
        """The chat, its pictures read by a child process and kept."""
        found: list[Message] = []
        pictures = self._asked.pictures or ((),) * len(self._asked.messages)
        for message, shown in zip(self._asked.messages, pictures, strict=True):
            kept = [await self._kept(data) for data in shown]
            found.append(msgspec.structs.replace(message, pictures=tuple(kept)))
        return found

    async def _kept(self, data: bytes) -> str:
        shelf = self._counter.pictures
        try:
            picture = await asyncio.to_thread(shelf.take_bytes, data)
        except PersonError as error:
            raise Refused(400, error.said, param="messages", detail=error.detail) from error
        return str(Path(shelf.file_of(picture)).absolute())

    def _command(
        self, command_id: int, messages: Sequence[Message], context_tokens: int
    ) -> Generate:
        asked = self._asked
        limit = asked.sampling.max_tokens or context_tokens
        sampling = msgspec.structs.replace(asked.sampling, max_tokens=min(limit, context_tokens))
        manner = self._served.opened.manner
        command = manner.generate(
            command_id, messages, sampling, stop_strings=() if asked.is_text else asked.stop_strings
        )
        command = msgspec.structs.replace(command, likely=asked.likely, schema=asked.schema)
        if not asked.is_text:
            return command
        return msgspec.structs.replace(
            command,
            template=template_by_id(PLAIN_ID).jinja,
            stop_strings=list(asked.stop_strings),
            reads_marks=True,
        )

    def _check(self, event: EngineEvent) -> None:
        match event:
            case Failed(kind=FailureKind.PROMPT_TOO_LONG):
                raise Refused(400, event.said, param="messages", code="context_length_exceeded")
            case Failed():
                status = 400 if event.kind in _ITS_OWN else _SERVER_ERROR
                raise Refused(status, event.said, detail=event.detail)
            case Exited(outcome):
                raise Refused(_SERVER_ERROR, outcome.said, detail=outcome.log_tail)
            case _:
                pass

    def _tell(self, status: int, figures: AnswerFigures | None = None, error: str = "") -> None:
        self._is_told = True
        told = Answered(self._served.name, status, self._waited_ns, figures, error)
        self._counter.tell(told)


_DONE, _GONE = 200, 499


def _told(said: Sequence[SaidToken]) -> list[TokenTold]:
    return [
        TokenTold(
            each.token.piece,
            each.token.log_probability,
            tuple((other.piece, other.log_probability) for other in each.likely),
        )
        for each in said
    ]
