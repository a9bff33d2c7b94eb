"""Where a candidate's greedy answers leave the reference's: the same prompts, token by token."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from app.core.chats.chat import Message, Role
from app.core.quality.apart import Parting
from app.engine.protocol.scoring import Continued, ContinueText

if TYPE_CHECKING:
    from app.lab.engines.opened import OpenedCandidate
    from app.lab.engines.shelf import EngineShelf
    from app.lab.quality.text import Chunk, TextReader
    from app.lab.quality.texts import MeasuredText

PROMPTS = 8
CONTINUED_TOKENS = 64
_MOST_OWN = 4
# A model that needs longer for all prompts is asked fewer of them.
_MOST_SECONDS = 30.0
_MOST_PROMPT_TOKENS = 1024
# The beginning of a chunk where a text has no chats to answer.
_BEGINNING_TOKENS = 96
_AFTER_TOKENS = 16
_SHOWN_PROMPT = 400


class Continuation(msgspec.Struct, frozen=True):
    """A prompt and how the reference goes on.

    Attributes:
        shown: The prompt as the person knows it.
        tokens: What the models read.
        following: The reference's likeliest tokens after it.
        ended: The reference ended its answer by itself.
        is_own: The person's prompt.
    """

    shown: str
    tokens: list[int]
    following: list[int]
    ended: bool
    is_own: bool


class Partings:
    """Takes the reference's continuations, and each candidate's against them; one thread.

    Args:
        shelf: The engines.
        reader: Turns prompts into tokens.
        threads: Of every evaluation.
    """

    def __init__(self, shelf: EngineShelf, reader: TextReader, threads: int) -> None:
        self._shelf = shelf
        self._reader = reader
        self._threads = threads

    def of_reference(
        self, reference: OpenedCandidate, text: MeasuredText, chunks: Sequence[Chunk]
    ) -> list[Continuation]:
        """How the reference goes on after some prompts of the text.

        Raises:
            PersonError: Its engine failed.
        """
        found: list[Continuation] = []
        begin = time.monotonic()
        for shown, tokens, is_own in self._prompts(reference, text, chunks):
            if len(found) == PROMPTS or (found and time.monotonic() - begin > _MOST_SECONDS):
                break
            if not 0 < len(tokens) <= _MOST_PROMPT_TOKENS:
                continue
            engine = self._shelf.take(reference)
            command = ContinueText(engine.next_id(), tokens, CONTINUED_TOKENS, self._threads)
            went_on = engine.call(command, Continued)
            found.append(
                Continuation(shown[:_SHOWN_PROMPT], tokens, went_on.tokens, went_on.ended, is_own)
            )
        return found

    def of_candidate(
        self, candidate: OpenedCandidate, continuations: Sequence[Continuation]
    ) -> list[Parting]:
        """Where a candidate of the same vocabulary leaves each of them.

        Raises:
            PersonError: Its engine failed.
        """
        found: list[Parting] = []
        begin = time.monotonic()
        for one in continuations:
            if found and time.monotonic() - begin > 2 * _MOST_SECONDS:
                break
            engine = self._shelf.take(candidate)
            command = ContinueText(
                engine.next_id(),
                one.tokens,
                len(one.following) + (1 if one.ended else 0),
                self._threads,
                one.following,
                _AFTER_TOKENS,
            )
            went_on = engine.call(command, Continued)
            found.append(self._parting(candidate, one, went_on))
        return found

    def _parting(
        self, candidate: OpenedCandidate, one: Continuation, went_on: Continued
    ) -> Parting:
        base, ours = one.following, went_on.tokens
        same = next(
            (
                place
                for place, pair in enumerate(zip(base, ours, strict=False))
                if pair[0] != pair[1]
            ),
            min(len(base), len(ours)),
        )
        # At the end of both: the candidate was let go on where the reference had ended.
        parted = base[same : same + 1] != ours[same : same + 1]
        until = same + _AFTER_TOKENS
        before, theirs, own = (
            b"".join(self._reader.pieces(candidate, part)).decode("utf-8", errors="replace")
            for part in (base[:same], base[same:until], ours[same:until])
        )
        return Parting(
            prompt=one.shown,
            same_tokens=same,
            of_tokens=len(base),
            parted=parted,
            before=before,
            reference=theirs,
            candidate=own,
            is_own=one.is_own,
        )

    def _prompts(
        self, reference: OpenedCandidate, text: MeasuredText, chunks: Sequence[Chunk]
    ) -> Iterator[tuple[str, list[int], bool]]:
        """Prompts as the person knows them, their tokens, and whose they are; one's own first."""
        own = 0
        # One's own first: they are what one wants to know of.
        for part in sorted(text.parts, key=lambda part: not part.is_own):
            for chat in part.chats:
                if part.is_own and own == _MOST_OWN:
                    break
                messages = _up_to_first_prompt(chat)
                tokens = self._reader.opened(reference, messages) if messages else None
                if tokens is None:
                    continue
                own += part.is_own
                yield messages[-1].content, tokens, part.is_own
        for chunk in chunks:
            if chunk.is_plain:
                tokens = chunk.tokens[:_BEGINNING_TOKENS]
                shown = b"".join(self._reader.pieces(reference, tokens))
                yield shown.decode("utf-8", errors="replace"), tokens, chunk.is_own


def _up_to_first_prompt(chat: Sequence[Message]) -> list[Message]:
    place = next((n for n, message in enumerate(chat) if message.role is Role.USER), None)
    return [] if place is None else list(chat[: place + 1])
