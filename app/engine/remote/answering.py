"""One answer of a server: asked for, clocked here, told as an engine of this PC tells its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import aclosing
from hashlib import sha256

from app.core.chats.chat import MAX_ANSWER_BYTES, AnswerFigures, StopReason
from app.core.chats.thinking import Segment
from app.core.servers.facts import Served, ServerSpeeds
from app.core.words.sentence import say
from app.engine.protocol.answering import (
    Finished,
    Generate,
    PromptProgress,
    Rendered,
    SaidToken,
    Text,
)
from app.engine.protocol.loading import EngineMemory
from app.engine.protocol.messages import Event
from app.engine.protocol.running import Silent, Step, Working
from app.engine.remote.dialects.dialect import Dialect
from app.engine.remote.dialects.pieces import Piece
from app.engine.remote.events import documents
from app.engine.remote.inline import InlineThinking
from app.engine.remote.lenient import Document
from app.engine.remote.troubles import RemoteError, Trouble
from app.engine.remote.wire import Beat, Wire

Tell = Callable[[Event], None]

SILENCE_SECONDS = 60.0
"""So long a silence is said, and so often again."""
NOT_HERE = EngineMemory(None, None, None)
"""What a server takes is taken of no memory of this PC's."""
_EVENT_SECONDS = 0.033
_TRIES = 4
_MOST_WAIT_SECONDS = 30.0
_PASSING = frozenset({Trouble.BROKE_OFF, Trouble.BUSY, Trouble.LOADING})
_PASSING_STATUSES = frozenset({502, 503, 504, 529})
_LENGTH, _FILTERED = frozenset({"length", "max_tokens", "limit"}), "content_filter"
_FURTHER = ("frequency_penalty", "presence_penalty", "repeat_penalty", "chat_template_kwargs")
_OTHER_LIMIT = "max_completion_tokens"


class Answering:
    """One answer while it comes. Within one event loop.

    Args:
        wire: To the server.
        dialect: How it is spoken with.
        model: Which answers.
        command: What is asked.
        tell: Takes the events.
        dropped: Names of fields that the server was found not to take, by ours; it grows.
    """

    def __init__(
        self,
        wire: Wire,
        dialect: Dialect,
        model: str,
        command: Generate,
        tell: Tell,
        dropped: dict[str, str],
    ) -> None:
        self._wire = wire
        self._dialect = dialect
        self._model = model
        self._command = command
        self._tell = tell
        self._dropped = dropped
        self._inline = InlineThinking()
        self._last = Piece()
        self._speeds = ServerSpeeds()
        self._served_model = self._fingerprint = self._finish = ""
        self._text: list[str] = []
        self._thought: list[str] = []
        self._bytes_left = MAX_ANSWER_BYTES
        self._thinking_tokens = 0
        self._is_cut = self._has_begun = self._is_rendered = False
        self._beat = Beat()
        self._begin_ns = self._first_ns = self._last_ns = 0
        self._flush: asyncio.TimerHandle | None = None
        self._said: list[SaidToken] = []

    async def run(self) -> None:
        """Ask and tell; ends with Finished.

        Raises:
            RemoteError: No answer, or only the beginning of one.
            asyncio.CancelledError: Stopped; :meth:`stopped` tells the end of it.
        """
        watch = asyncio.create_task(self._watch_silence())
        try:
            await self._tried()
            self._take_text(self._inline.finish())
        finally:
            watch.cancel()
            self._send()
        if not self._has_begun and not self._finish:
            said = say("remote.nothing", host=self._wire.access.host)
            raise RemoteError(Trouble.NONSENSE, said)
        if not self._finish and not self._is_cut:
            raise self._broken_off()
        if self._finish == _FILTERED:
            raise RemoteError(
                Trouble.FORBIDDEN, say("remote.filtered", host=self._wire.access.host)
            )
        await self._finished(self._reason())

    def _broken_off(self, detail: str = "") -> RemoteError:
        said = say("remote.broke_off_answering", host=self._wire.access.host)
        return RemoteError(Trouble.BROKE_OFF, said, detail)

    def stopped(self) -> Finished:
        """What ends an answer that was stopped: what came stands."""
        self._send()
        return self._end(StopReason.STOPPED)

    # --- asking ---------------------------------------------------------------------------

    async def _tried(self) -> None:
        """Ask, and again where that may help, as long as no text came."""
        body = self._dialect.body(self._command, self._model)
        for name in [name for name in self._dropped if name in body]:
            self._drop(body, name)
        tries = 0
        while True:
            try:
                await self._ask(body)
            except RemoteError as error:
                if self._has_begun and error.trouble is Trouble.BROKE_OFF:
                    raise self._broken_off(error.detail) from error
                if self._has_begun:
                    raise
                if error.trouble is Trouble.REFUSED and self._without_refused(body, error):
                    continue
                tries += 1
                if tries >= _TRIES or not _is_passing(error):
                    raise
                wait_s = error.wait_s if error.wait_s is not None else 0.5 * 2 ** (tries - 1)
                if wait_s > _MOST_WAIT_SECONDS:
                    raise
                await asyncio.sleep(wait_s)
            else:
                return

    def _without_refused(self, body: Document, error: RemoteError) -> bool:
        """Leave out what the server says that it does not take; False where that is nothing."""
        words = f"{error.parameter} {error.sentence}"
        ours = {theirs: name for name, theirs in self._dialect.names.items()}
        known = [*ours, *_FURTHER]
        named = [name for name in known if name in body and name in words]
        if _OTHER_LIMIT in words and "max_tokens" in body:
            named = ["max_tokens"]
        if not named:
            return False
        name = max(named, key=len)
        other = "thinking" if name.startswith("chat_") else ""
        self._dropped[name] = "" if name == "max_tokens" else ours.get(name, other)
        self._drop(body, name)
        return True

    def _drop(self, body: Document, name: str) -> None:
        value = body.pop(name)
        if name == "max_tokens":  # a limit there must be: newer models have another name for it
            body[_OTHER_LIMIT] = value

    async def _ask(self, body: Document) -> None:
        self._begin_ns = time.perf_counter_ns()
        self._beat.first_ns = None
        self._tell(Working(self._command.id, Step.PROMPT))
        way, own = self._dialect.way, self._dialect.own_way
        async with (
            self._wire.opened(way, body, own=own, beat=self._beat) as response,
            aclosing(documents(response, self._wire)) as found,
        ):
            async for told in found:
                self._take(self._dialect.piece(told))
                if self._is_cut:
                    return

    async def _watch_silence(self) -> None:
        told_ns = 0
        while True:
            await asyncio.sleep(SILENCE_SECONDS / 4)
            since = max(self._beat.last_ns, self._begin_ns, told_ns)
            now = time.perf_counter_ns()
            if since and now - since >= SILENCE_SECONDS * 1e9:
                told_ns = now
                quiet_s = (now - max(self._beat.last_ns, self._begin_ns)) / 1e9
                self._tell(Silent(self._command.id, quiet_s))

    # --- what comes -----------------------------------------------------------------------

    def _take(self, piece: Piece) -> None:
        self._note(piece)
        if not self._is_rendered:
            self._is_rendered = True
            read = piece.prompt_tokens or 0
            self._tell(Rendered(self._command.id, read, piece.cached_tokens or 0, ""))
        if piece.progress is not None and not self._has_begun:
            done, total = piece.progress
            if 0 < done < total:
                self._tell(PromptProgress(self._command.id, done, total))
        was_inside = self._inline.inside
        inner = self._inline.feed(piece.answer) if piece.answer else []
        if piece.said and not piece.thinking and not was_inside and not self._inline.inside:
            self._said.extend(piece.said)
        segments: list[Segment] = [("thinking", piece.thinking)] if piece.thinking else []
        self._take_text([*segments, *inner])

    def _note(self, piece: Piece) -> None:
        """Keep the latest of what is counted and told."""
        last = self._last
        for name in (
            "prompt_tokens", "cached_tokens", "generated_tokens", "thinking_tokens",
            "uncounted_tokens", "settings", "prompt", "needed_bytes",
        ):  # fmt: skip
            if (value := getattr(piece, name)) is not None:
                setattr(last, name, value)
        if piece.speeds is not None:
            self._speeds = piece.speeds
        self._served_model = piece.model or self._served_model
        self._fingerprint = piece.fingerprint or self._fingerprint
        self._finish = piece.finish or self._finish

    def _take_text(self, segments: Sequence[Segment]) -> None:
        for kind, text in segments:
            if not text:
                continue
            now_ns = time.perf_counter_ns()
            if not self._has_begun:
                self._has_begun, self._first_ns = True, now_ns
            self._last_ns = now_ns
            size = len(text.encode("utf-8", "replace"))
            if size > self._bytes_left:
                text = text[: self._bytes_left // 4]
                self._is_cut = True
            self._bytes_left -= min(size, self._bytes_left)
            (self._thought if kind == "thinking" else self._text).append(text)
            if kind == "thinking":
                self._thinking_tokens = self._last.generated_tokens or 0
        self._send_soon()

    def _send_soon(self) -> None:
        """At most about thirty events a second; the first at once."""
        if self._flush is None and (self._text or self._thought):
            self._send()
            self._flush = asyncio.get_running_loop().call_later(_EVENT_SECONDS, self._flushed)

    def _flushed(self) -> None:
        self._flush = None
        self._send_soon()

    def _send(self) -> None:
        answer, thinking, said = "".join(self._text), "".join(self._thought), self._said
        self._text, self._thought, self._said = [], [], []
        if answer or thinking or said:
            self._tell(
                Text(
                    self._command.id,
                    answer,
                    thinking,
                    self._last.generated_tokens or 0,
                    self._thinking,
                    self._last_ns - self._first_ns,
                    said,
                )
            )

    # --- the end --------------------------------------------------------------------------

    @property
    def _thinking(self) -> int:
        told = self._last.thinking_tokens
        return self._thinking_tokens if told is None else told

    def _reason(self) -> StopReason:
        if self._is_cut:
            return StopReason.LENGTH
        if self._finish not in _LENGTH:
            return StopReason.END
        generated = self._last.generated_tokens
        limit = self._command.sampling.max_tokens
        # A little less is how some count: without the token that ends the answer.
        is_full = generated is not None and generated < limit - 1
        return StopReason.CONTEXT if is_full else StopReason.LENGTH

    async def _finished(self, reason: StopReason) -> None:
        try:
            after = await self._dialect.after(self._wire, self._model)
        except RemoteError:  # the answer is there all the same
            after = Piece()
        self._note(after)
        if self._last.prompt is not None:
            digest = sha256(self._last.prompt.encode("utf-8", "replace")).hexdigest()
            last = self._last
            self._tell(
                Rendered(self._command.id, last.prompt_tokens or 0, last.cached_tokens or 0, digest)
            )
        self._tell(self._end(reason))

    def _end(self, reason: StopReason) -> Finished:
        last = self._last
        dropped = set(self._dropped.values())
        served = Served(
            model=self._served_model,
            fingerprint=self._fingerprint,
            ignored=self._dialect.ignored(self._command, last.settings, dropped),
            speeds=self._speeds,
        )
        first_byte_ns = self._beat.first_ns
        figures = AnswerFigures(
            prompt_tokens=last.prompt_tokens or 0,
            reused_tokens=last.cached_tokens or 0,
            first_token_ns=self._first_ns - self._begin_ns if self._has_begun else None,
            generated_tokens=max(0, (last.generated_tokens or 0) - (last.uncounted_tokens or 0)),
            thinking_tokens=self._thinking,
            generation_ns=self._last_ns - self._first_ns,
            shared=self._command.shared,
            memory_needed_bytes=last.needed_bytes,
            first_byte_ns=None if first_byte_ns is None else first_byte_ns - self._begin_ns,
            served=served,
        )
        return Finished(self._command.id, reason, figures, NOT_HERE)


def _is_passing(error: RemoteError) -> bool:
    """Whether the same may be answered in a moment."""
    return error.trouble in _PASSING or (
        error.trouble is Trouble.FAULT and error.status in _PASSING_STATUSES
    )
