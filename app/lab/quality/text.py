"""A text as chunks of a model's tokens: plain parts as they stand, chats by its own template."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.core.chats.chat import Message, Role
from app.core.errors import DiskTrouble
from app.core.quality.own_texts import TextPart, as_plain_text
from app.core.quality.texts import (
    CHUNK_TOKENS,
    FIRST_SCORED,
    SHORTEST_CHUNK_TOKENS,
    chunk_order,
    cut,
)
from app.core.words.sentence import say
from app.engine.protocol.reading import (
    ChatRendered,
    Detokenize,
    Detokenized,
    RenderChat,
    Tokenize,
    Tokenized,
)
from app.engine.protocol.scoring import Continued, ContinueText
from app.lab.engines.asking import MEASURED_DAY
from app.lab.engines.calls import EngineFailed

if TYPE_CHECKING:
    from app.lab.engines.opened import OpenedCandidate
    from app.lab.engines.shelf import EngineShelf
    from app.lab.quality.texts import MeasuredText

# A longer chat would not fit into a message to or from the engine.
_LONGEST_CHAT_BYTES = 100_000
_SHOWN_RENDERED = 4000
_MOST_ANSWERED, _ANSWER_TOKENS, _MOST_PROMPT_TOKENS = 24, 96, 1024
# Tokens handed to an engine in one command; a line of the protocol is bounded.
_PIECES_AT_ONCE = 4096


class TextFacts(msgspec.Struct, frozen=True):
    """What a model's vocabulary and template make of a text.

    Attributes:
        begin_token: What stands at the start of every chunk; None where none is wanted.
        vocabulary_digest: Of the vocabulary.
        part_tokens: How many tokens each part has.
        plain_digest: Of the tokens of the parts that are plain text.
        rendered: The beginning of what the chats became; empty where there are none, None where the
            model's template does not write them and they were taken as plain text.
        rendered_digest: Of all of it; None likewise.
        said: Where among all tokens the assistant's words stand, as pairs of start and stop; None
            where all of the text counts.
    """

    begin_token: int | None
    vocabulary_digest: str
    part_tokens: tuple[int, ...]
    plain_digest: str
    rendered: str | None
    rendered_digest: str | None
    said: tuple[tuple[int, int], ...] | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of text that is evaluated from an empty context.

    Attributes:
        tokens: Of the reference's vocabulary.
        is_plain: Plain text, not a chat with the marks of a template.
        is_own: The person's.
        counts: For each token whether it counts that it is foreseen; None where all do.
    """

    tokens: list[int]
    is_plain: bool
    is_own: bool
    counts: Sequence[bool] | None = None


class TextReader:
    """Has texts turned into tokens by a model's engine; one thread.

    Args:
        shelf: The engines.
        scratch: A file to write in; it is gone afterwards.
    """

    def __init__(self, shelf: EngineShelf, scratch: Path) -> None:
        self._shelf = shelf
        self._scratch = scratch

    def read(
        self, opened: OpenedCandidate, text: MeasuredText, answer_threads: int | None = None
    ) -> tuple[TextFacts, array[int]]:
        """All parts as tokens, one after another, with what they tell of the model.

        Args:
            opened: Whose vocabulary and template.
            text: All of it.
            answer_threads: Let the model answer prompts that have no answer, with so many threads;
                None leaves them as they are.

        Raises:
            PersonError: The engine failed.
        """
        tokens = array("i")
        counts: list[int] = []
        plain = hashlib.sha256()
        told: Tokenized | None = None
        rendered: list[str] = []
        refused = False
        try:
            for part in text.parts:
                found, texts = array("i"), list[str]()
                if part.chats and not refused:
                    found, texts = self._chats(opened, part, answer_threads)
                if part.chats and not texts:
                    refused = True
                rendered += texts
                if not found:
                    words = part.text or "\n\n".join(map(as_plain_text, part.chats))
                    # The only part may be a file: its bytes are taken as they are.
                    raw = text.raw if text.raw and len(text.parts) == 1 and part.text else b""
                    told, found = self._plain(opened, raw or words.encode("utf-8", "replace"))
                    plain.update(found.tobytes())
                tokens += found
                counts.append(len(found))
            if told is None:
                told, _ = self._plain(opened, b"")
        finally:
            self._scratch.unlink(missing_ok=True)
            self._scratch.with_name(f"{self._scratch.name}-in").unlink(missing_ok=True)
        whole = "".join(rendered)
        facts = TextFacts(
            told.begin_token,
            told.vocabulary_digest,
            tuple(counts),
            plain.hexdigest(),
            None if refused else whole[:_SHOWN_RENDERED],
            None if refused else hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest(),
        )
        return facts, tokens

    def plain(self, opened: OpenedCandidate, data: bytes) -> list[int]:
        """A piece of plain text as tokens.

        Raises:
            PersonError: The engine failed.
        """
        try:
            return self._plain(opened, data)[1].tolist()
        finally:
            self._scratch.unlink(missing_ok=True)
            self._scratch.with_name(f"{self._scratch.name}-in").unlink(missing_ok=True)

    def opened(self, opened: OpenedCandidate, messages: Sequence[Message]) -> list[int] | None:
        """Messages up to where an answer begins; None where the template does not write them.

        Raises:
            PersonError: The engine cannot be had.
        """
        rendered = self._rendered(opened, messages, opens_answer=True)
        return None if rendered is None else rendered.tokens

    def pieces(self, opened: OpenedCandidate, tokens: Sequence[int]) -> list[bytes]:
        """The bytes of each token.

        Raises:
            PersonError: The engine failed.
        """
        engine = self._shelf.take(opened)
        found: list[bytes] = []
        for start in range(0, len(tokens), _PIECES_AT_ONCE):
            some = list(tokens[start : start + _PIECES_AT_ONCE])
            texts = engine.call(Detokenize(engine.next_id(), some), Detokenized).pieces
            found += [text.encode("latin-1") for text in texts]
        return found

    def _plain(self, opened: OpenedCandidate, data: bytes) -> tuple[Tokenized, array[int]]:
        source = self._scratch.with_name(f"{self._scratch.name}-in")
        try:
            source.write_bytes(data)
        except OSError as error:
            said = say("lab.file_measurement_cannot_written", reason=error.strerror or error)
            raise DiskTrouble(said) from error
        engine = self._shelf.take(opened)
        command = Tokenize(engine.next_id(), str(source), str(self._scratch))
        told = engine.call(command, Tokenized)
        return told, array("i", self._scratch.read_bytes())

    def _chats(
        self, opened: OpenedCandidate, part: TextPart, answer_threads: int | None
    ) -> tuple[array[int], list[str]]:
        """A part's chats by the model's template; nothing where it refuses one of them."""
        tokens = array("i")
        texts: list[str] = []
        if opened.manner.is_plain:
            return tokens, texts
        answered = 0
        for chat in part.chats:
            asks = chat[-1].role is Role.USER
            rendered = self._rendered(opened, chat, opens_answer=asks)
            if rendered is None:
                return array("i"), []
            tokens.extend(rendered.tokens)
            texts.append(rendered.text)
            if asks and answer_threads is not None and answered < _MOST_ANSWERED:
                answered += 1
                tokens.extend(self._answer(opened, rendered.tokens, answer_threads))
        return tokens, texts

    def said(
        self, opened: OpenedCandidate, text: MeasuredText, facts: TextFacts
    ) -> tuple[tuple[int, int], ...]:
        """Where the assistant's words stand among all tokens, each with the mark that ends them.

        Args:
            opened: Whose template writes the chats.
            text: All of it.
            facts: What was read of it.

        Raises:
            PersonError: The engine failed.
        """
        found: list[tuple[int, int]] = []
        begin = 0
        for part, count in zip(text.parts, facts.part_tokens, strict=True):
            found += self._said(opened, part, begin)
            begin += count
        return tuple(found)

    def _said(self, opened: OpenedCandidate, part: TextPart, begin: int) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        for chat in part.chats:
            whole = self._tokens(opened, chat)
            last = len(chat) - 1
            for number, message in enumerate(chat):
                if message.role is not Role.ASSISTANT:
                    continue
                begun = self._tokens(opened, chat[:number], opens_answer=True)
                closed = whole if number == last else self._tokens(opened, chat[: number + 1])
                if whole[: len(begun)] == begun and whole[: len(closed)] == closed:
                    ends = self.pieces(opened, closed[len(begun) :])
                    while ends and not ends[-1].strip():
                        ends.pop()
                    start = begin + len(begun)
                    found.append((start, start + len(ends)))
            begin += len(whole)
        return found

    def _tokens(
        self, opened: OpenedCandidate, messages: Sequence[Message], *, opens_answer: bool = False
    ) -> list[int]:
        rendered = self._rendered(opened, messages, opens_answer=opens_answer)
        return [] if rendered is None else rendered.tokens

    def _answer(self, opened: OpenedCandidate, tokens: list[int], threads: int) -> list[int]:
        """What the model answers greedily: its own words are what others are held against."""
        if len(tokens) > _MOST_PROMPT_TOKENS:
            return []
        engine = self._shelf.take(opened)
        command = ContinueText(engine.next_id(), tokens, _ANSWER_TOKENS, threads)
        return engine.call(command, Continued).tokens

    def _rendered(
        self, opened: OpenedCandidate, messages: Sequence[Message], *, opens_answer: bool
    ) -> ChatRendered | None:
        size = sum(len(message.content.encode("utf-8", "replace")) for message in messages)
        if opened.manner.is_plain or size > _LONGEST_CHAT_BYTES:
            return None
        engine = self._shelf.take(opened)
        chosen = opened.manner.chosen
        command = RenderChat(engine.next_id(), list(messages), opens_answer, chosen, MEASURED_DAY)
        try:
            return engine.call(command, ChatRendered)
        except EngineFailed:
            # A template that never ends has ended its engine; another one starts when needed.
            self._shelf.drop(opened)
            return None


def quick_chunks(
    text: MeasuredText, facts: TextFacts, tokens: Sequence[int], most: int | None = None
) -> list[Chunk]:
    """Every part cut on its own, the chunks of all in the order that is always the same.

    Args:
        text: What was read.
        facts: What its tokens tell.
        tokens: Of all parts.
        most: No more chunks than these; None for all.
    """
    places: list[tuple[range, TextPart]] = []
    begin = 0
    for part, count in zip(text.parts, facts.part_tokens, strict=True):
        found = cut(range(begin, begin + count), CHUNK_TOKENS, SHORTEST_CHUNK_TOKENS)
        places += [(range(piece[0], piece[-1] + 1), part) for piece in found]
        begin += count
    counts = _counted(facts)
    chosen = [places[place] for place in chunk_order(len(places))[:most]]
    chunks = [
        Chunk(
            _begun(list(tokens[span.start : span.stop]), facts),
            not part.chats or facts.rendered is None,
            part.is_own,
            None if counts is None else counts[span.start : span.stop],
        )
        for span, part in chosen
    ]
    return [
        chunk for chunk in chunks if chunk.counts is None or any(chunk.counts[FIRST_SCORED + 1 :])
    ]


def _counted(facts: TextFacts) -> list[bool] | None:
    """For each token of all parts whether it counts; None where all do."""
    if not facts.said:
        return None
    found = [False] * sum(facts.part_tokens)
    for start, stop in facts.said:
        found[start:stop] = [True] * (stop - start)
    return found


def comparable_chunks(facts: TextFacts, tokens: Sequence[int], size_tokens: int) -> list[Chunk]:
    """llama-perplexity's: whole chunks in order, a rest left out."""
    starts = range(0, len(tokens) - size_tokens + 1, size_tokens)
    return [
        Chunk(_begun(list(tokens[start : start + size_tokens]), facts), True, False)
        for start in starts
    ]


def _begun(tokens: list[int], facts: TextFacts) -> list[int]:
    """The chunk with the token in front that the vocabulary wants there."""
    return tokens if facts.begin_token is None else [facts.begin_token, *tokens[1:]]
