"""The texts that quality is measured on: the bundled ones, a file, or the person's own chats.

For whoever lets a person choose: ``text_choices(database)`` lists the sources with what each one
holds; ``measured_text(source, database, path)`` reads the chosen one. What comes back has a
``name`` for the plan and the report, and ``parts`` for the measurement. Both may take some
milliseconds for many chats, need no Qt, and may be called from any thread.

``usual`` is what the quick mode takes where nothing else is asked for: the bundled texts, and of
the stored chats the newest.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import msgspec

from app.core.chats.chat import Message, Role
from app.core.errors import PersonError
from app.core.models.model_file import ModelFile
from app.core.quality.own_texts import (
    JSONL_ENDINGS,
    BadTextError,
    TextPart,
    parse_jsonl,
)
from app.core.quality.texts import TextKind, parse_chats, parse_index
from app.core.text.shared_names import file_name
from app.core.words.sentence import Sentence, say
from app.lab.demo.demo import all_demo
from app.lab.models.named import text_in
from app.resources import resource_path
from app.store.chat_texts import stored_talks

BUNDLED_TEXT = "bundled texts"
USUAL_TEXT = "bundled texts and own chats"
HISTORY_TEXT = "own chats"
DEMO_TEXT = "the demo model's chats"
SHIPPED_TEXTS = (BUNDLED_TEXT, DEMO_TEXT)
"""The same on every PC."""
# Beside the bundled texts the chats are a fourth of what is read.
_USUAL_HISTORY_BYTES = 24_000
_HISTORY_BYTES = 400_000
# Of plain text in the languages that most people write; only to say about how much there is.
_BYTES_A_CHUNK = 900


class TextSource(StrEnum):
    """Where a text comes from; the words are options of the command line."""

    USUAL = "usual"
    BUNDLED = "bundled"
    FILE = "file"
    HISTORY = "history"
    DEMO = "demo"


_SOURCES = {
    BUNDLED_TEXT: TextSource.BUNDLED,
    USUAL_TEXT: TextSource.USUAL,
    HISTORY_TEXT: TextSource.HISTORY,
    DEMO_TEXT: TextSource.DEMO,
}


@dataclass(frozen=True, slots=True)
class MeasuredText:
    """A text to measure on.

    Attributes:
        name: For plans: one of the names of this module, or a file's path.
        parts: Each is cut into chunks on its own.
        raw: The bytes of a file as they are; empty where there is none.
    """

    name: str
    parts: tuple[TextPart, ...]
    raw: bytes = b""

    @property
    def data(self) -> bytes:
        """All of it as one run of bytes: one part a line, as JSON."""
        return b"\n".join(map(msgspec.json.encode, self.parts))

    @property
    def answers_only(self) -> bool:
        """Whether only what the assistant says counts: the demo model learned no more."""
        return self.name == DEMO_TEXT

    @property
    def size_bytes(self) -> int:
        """Of the texts alone, in UTF-8."""
        return sum(part.size_bytes for part in self.parts)

    @property
    def sha256(self) -> str:
        """Two results are about the same text where this is the same."""
        return hashlib.sha256(self.raw or self.data).hexdigest()

    @property
    def about_chunks(self) -> int:
        """About how many chunks of 256 tokens there are; the vocabulary decides."""
        return self.size_bytes // _BYTES_A_CHUNK

    @classmethod
    def plain(cls, name: str, data: bytes) -> MeasuredText:
        """A plain text, UTF-8."""
        return cls(name, (TextPart(text=data.decode("utf-8")),), data)


NO_TEXT = MeasuredText("", ())


@dataclass(frozen=True, slots=True)
class TextChoice:
    """A source that a person may choose.

    Attributes:
        source: Which.
        name: What its text is called in plans and reports; empty for a file.
        size_bytes: Of its texts; 0 for a file that is not chosen yet.
        chats: How many chats are among them.
        about_chunks: About how many chunks it gives; the quick mode takes 48 at most.
        why_not: Why it cannot be chosen now; None where it can.
    """

    source: TextSource
    name: str
    size_bytes: int = 0
    chats: int = 0
    about_chunks: int = 0
    why_not: Sentence | None = None


def text_choices(database: Path) -> list[TextChoice]:
    """What there is to choose from, the usual one first.

    Args:
        database: Where this program's chats are stored.
    """
    found: list[TextChoice] = []
    for source in (TextSource.USUAL, TextSource.BUNDLED, TextSource.HISTORY):
        try:
            text = measured_text(source, database)
        except PersonError as error:
            found.append(TextChoice(source, "", why_not=error.said))
            continue
        chats = sum(len(part.chats) for part in text.parts)
        found.append(TextChoice(source, text.name, text.size_bytes, chats, text.about_chunks))
    found.insert(2, TextChoice(TextSource.FILE, ""))
    return found


def suited(source: TextSource, models: Iterable[ModelFile]) -> TextSource:
    """The source for these files: the demo model reads nothing but the chats that it was taught."""
    return TextSource.DEMO if source is TextSource.USUAL and all_demo(models) else source


def measured_text(source: TextSource, database: Path, path: Path | None = None) -> MeasuredText:
    """Read a text.

    Args:
        source: Which.
        database: Where this program's chats are stored; needed for the usual text and for History.
        path: The file of ``TextSource.FILE``.

    Raises:
        PersonError: It cannot be read, a line of it cannot be used, or there is nothing in it.
    """
    match source:
        case TextSource.FILE:
            if path is None:
                raise PersonError(say("lab.name_text_file"))
            return text_file(path)
        case TextSource.BUNDLED:
            return MeasuredText(BUNDLED_TEXT, _bundled_parts())
        case TextSource.DEMO:
            return MeasuredText(DEMO_TEXT, _demo_parts())
        case TextSource.HISTORY:
            parts = _history_parts(database, _HISTORY_BYTES)
            if not parts:
                raise PersonError(say("lab.no_chat_history_yet"))
            return MeasuredText(HISTORY_TEXT, parts)
        case TextSource.USUAL:
            own = _history_parts(database, _USUAL_HISTORY_BYTES)
            name = USUAL_TEXT if own else BUNDLED_TEXT
            return MeasuredText(name, (*_bundled_parts(), *own))


def shared_text_name(name: str) -> str:
    """What others are told of a text's name: of a file, nothing but its own name."""
    return name if name in _SOURCES else file_name(name)


def text_called(name: str, database: Path) -> MeasuredText:
    """Read the text that a plan of this PC names; never one that a report from elsewhere names.

    Raises:
        PersonError: It cannot be read any more.
    """
    source = _SOURCES.get(name, TextSource.FILE)
    return measured_text(source, database, Path(name) if source is TextSource.FILE else None)


def text_file(path: Path) -> MeasuredText:
    """A text file, or a JSONL file of texts, prompts and chats; both UTF-8.

    Raises:
        PersonError: It cannot be read, is no UTF-8, or a line of it cannot be used.
    """
    text = text_in(path)
    name = str(path.absolute())
    if path.suffix.lower() not in JSONL_ENDINGS:
        return MeasuredText(name, (TextPart(text=text),), text.encode())
    try:
        return MeasuredText(name, tuple(parse_jsonl(text)), text.encode())
    except BadTextError as error:
        raise BadTextError(
            say("lab.in_file", path=path, reason=error.said), error.detail
        ) from error


def _bundled_parts() -> tuple[TextPart, ...]:
    folder = resource_path("texts", "mixed")
    parts: list[TextPart] = []
    try:
        for text in parse_index((folder / "index.json").read_text(encoding="utf-8")):
            content = (folder / text.file).read_text(encoding="utf-8")
            if text.kind is TextKind.CHAT:
                parts.append(TextPart(chats=tuple(map(_chat, parse_chats(content)))))
            else:
                parts.append(TextPart(text=content.strip()))
    except OSError as error:
        raise PersonError(say("lab.bundled_texts_missing_installation_name"), str(error)) from error
    return tuple(parts)


def _demo_parts() -> tuple[TextPart, ...]:
    try:
        content = resource_path("demo", "held_out_chats.jsonl").read_text(encoding="utf-8")
    except OSError as error:
        raise PersonError(say("lab.demo_models_chats_missing_installation"), str(error)) from error
    return tuple(parse_jsonl(content))


def _chat(messages: Iterable[tuple[str, str]]) -> tuple[Message, ...]:
    return tuple(Message(Role(role), content) for role, content in messages)


def _history_parts(database: Path, most_bytes: int) -> tuple[TextPart, ...]:
    """The newest chats up to so many bytes, whole messages, as one part; else nothing."""
    chats: list[tuple[Message, ...]] = []
    left = most_bytes
    with contextlib.closing(stored_talks(database)) as talks:
        for talk in talks:
            kept: list[Message] = []
            for message in talk:
                left -= len(message.content.encode("utf-8", "replace"))
                if left < 0 and kept:
                    break
                kept.append(message)
            chats.append(tuple(kept))
            if left <= 0:
                break
    return (TextPart(chats=tuple(chats), is_own=True),) if chats else ()
