"""From messages to tokens: the chat template, and what in its text counts as marks."""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Callable, Generator
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from app.core.chats.template_facts import TemplateFacts, template_facts
from app.core.chats.thinking import USUAL_MARKS, ThinkingMarks, marks_by_vocabulary
from app.core.text.shared_names import file_name
from app.core.words.sentence import Sentence, say
from app.engine.host.answering.chat_form import ChatForm
from app.engine.host.errors import EngineError
from app.engine.host.loading.own_marks import Piece
from app.engine.host.process.hardening import template_allowance
from app.engine.host.process.time_limit import OutOfTime, processor_time
from app.engine.protocol.answering import TEMPLATE_SECONDS
from app.engine.protocol.running import FailureKind, Step, Working

if TYPE_CHECKING:
    from datetime import date

    from app.core.chats.chat import Message
    from app.engine.host.loading.eyes import Look
    from app.engine.host.loading.model import Model

# More than any context holds; turning it into tokens would take minutes.
_MOST_CHARACTERS = 20_000_000


@dataclass(frozen=True, slots=True)
class Prompt:
    """A rendered prompt.

    Attributes:
        text: As the template wrote it.
        tokens: Its tokens, with the begin token that the vocabulary wants.
        digest: SHA-256 of the text.
        system_in_user: The template takes no system prompt: it is part of a message of the
            person's.
        looks: Pictures by where they begin among the tokens.
    """

    text: str
    tokens: list[int]
    digest: str
    system_in_user: bool
    looks: dict[int, Look]


class PromptWriter:
    """Renders messages for one model with one template; compiled once.

    Attributes:
        facts: What the template's text tells.
        thinking: How the model marks its thinking, if it thinks.
    """

    def __init__(self, model: Model, template: str, tell: Callable[[Working], None]) -> None:
        """Compile the template.

        Args:
            model: Whose vocabulary.
            template: Jinja.
            tell: Told what :meth:`write` begins with.

        Raises:
            EngineError: It is no valid Jinja, or takes too long.
        """
        self._tell = tell
        self._model = model
        self._begin_text = model.token_text(model.begin_token)
        self.facts: TemplateFacts = template_facts(template)
        self.thinking: ThinkingMarks = (
            self.facts.thinking
            or template_facts(model.chat_template() or "").thinking
            or marks_by_vocabulary(model.own_marks.texts)
            or USUAL_MARKS
        )
        with _bounds(say("engine.chat_template_file_not_valid")):
            self._form = ChatForm(
                template,
                begin_text=self._begin_text,
                end_text=model.token_text(model.end_token),
            )

    def write(
        self,
        command_id: int,
        messages: list[Message],
        *,
        thinking: bool | None,
        opens_answer: bool = True,
        reads_marks: bool = False,
        day: date | None = None,
    ) -> Prompt:
        """Render and tokenize.

        Args:
            command_id: Whose messages these are.
            messages: What to answer, oldest first.
            thinking: Position of the template's thinking switch; None leaves it alone.
            opens_answer: End with what the template writes in front of an answer.
            reads_marks: Marks count in the messages, too.
            day: What the template is told where it asks for the date; None for now.

        Raises:
            EngineError: The template refuses the messages, wants too much memory or takes too
                long.
        """
        switch = self.facts.switch
        switches: dict[str, Any] = {}
        if switch is not None and thinking is not None:
            switches[switch.name] = switch.value(thinks=thinking)
        moved = False
        shown = _Shown(messages)

        def render(change: Callable[[str], str]) -> str:
            nonlocal moved
            changed = [
                replace(message, content=marks + change(message.content))
                for message, marks in zip(messages, shown.marks, strict=True)
            ]
            text, moved = self._form.render(changed, switches, opens_answer=opens_answer, day=day)
            return text

        self._tell(Working(command_id, Step.RENDER))
        with _bounds():
            contents = [message.content for message in messages]
            pieces = (
                [Piece(render(str), has_marks=True)]
                if reads_marks
                else self._model.own_marks.cut(contents, render)
            )
        text = "".join(piece.text for piece in pieces)
        add_begin = self._model.adds_begin_token and self._model.begin_token >= 0
        if add_begin and self._begin_text and pieces:
            pieces[0] = _without_begin(pieces[0], self._begin_text)
        size = sum(len(piece.text) for piece in pieces)
        if size > _MOST_CHARACTERS:
            raise EngineError(
                FailureKind.TEMPLATE, say("engine.chat_template_file_wrote_prompt", size=size)
            )
        self._tell(Working(command_id, Step.TOKENIZE, size))
        tokens = [self._model.begin_token] if add_begin else []
        looks: dict[int, Look] = {}
        for piece in shown.cut(pieces):
            if isinstance(piece, str):
                self._look(piece, tokens, looks)
                continue
            inside = tokens and not piece.has_marks and self._model.takes_space(tokens[-1])
            words = piece.text.lstrip() if inside else piece.text
            tokens += self._model.tokenize(words, marks=piece.has_marks)
        if not tokens:
            raise EngineError(FailureKind.TEMPLATE, say("engine.chat_template_wrote_empty_prompt"))
        digest = sha256(shown.named(text).encode("utf-8", "replace")).hexdigest()
        return Prompt(text, tokens, digest, moved, looks)

    def _look(self, path: str, tokens: list[int], looks: dict[int, Look]) -> None:
        """Put a picture behind what was written so far."""
        eyes = self._model.eyes
        if eyes is None:
            raise EngineError(FailureKind.PICTURE, say("pictures.cannot_see"))
        for part in eyes.outline(path):
            if isinstance(part, int):
                tokens.append(part)
            else:
                looks[len(tokens)] = part
                tokens += [part.mark] * part.tokens


class _Shown:
    """The pictures of messages, and what stands for them while a template writes.

    Letters and digits alone, which no template changes and no vocabulary has for a mark; and nobody
    can have written them.
    """

    def __init__(self, messages: list[Message]) -> None:
        self._files: dict[str, str] = {}
        self.marks: list[str] = []
        """In front of each message."""
        for message in messages:
            marks = [f"picture{secrets.token_hex(16)}" for _ in message.pictures]
            self._files |= zip(marks, message.pictures, strict=True)
            self.marks.append("".join(marks))

    def cut(self, pieces: list[Piece]) -> list[Piece | str]:
        """Pieces of a prompt, and the pictures' files between them.

        Raises:
            EngineError: The template has left a picture out, or written it twice.
        """
        if not self._files:
            return [*pieces]
        found: list[Piece | str] = []
        for piece in pieces:
            for part in re.split(f"({'|'.join(self._files)})", piece.text):
                if part in self._files:
                    found.append(self._files[part])
                elif part:
                    found.append(Piece(part, piece.has_marks))
        seen = [part for part in found if isinstance(part, str)]
        if seen != list(self._files.values()) or isinstance(found[-1], str):
            raise EngineError(FailureKind.PICTURE, say("pictures.left_out"))
        return found

    def named(self, text: str) -> str:
        """A text with pictures by their files' names, which are the same in every engine."""
        for mark, path in self._files.items():
            text = text.replace(mark, f"[{file_name(path)}]")
        return text


def _without_begin(piece: Piece, begin_text: str) -> Piece:
    """Take the begin token away that the template writes itself, perhaps behind white space."""
    body = piece.text.lstrip()
    if not piece.has_marks or not body.startswith(begin_text):
        return piece
    return Piece(body.removeprefix(begin_text), has_marks=True)


@contextlib.contextmanager
def _bounds(refusal: Sentence | None = None) -> Generator[None]:
    """What foreign code may take, and its errors as sentences.

    Args:
        refusal: What to say of an error; None says what the template says.
    """
    try:
        with template_allowance(), processor_time(TEMPLATE_SECONDS):
            yield
    except MemoryError as error:
        raise EngineError(
            FailureKind.TEMPLATE, say("engine.chat_template_file_asks_too")
        ) from error
    except OutOfTime as error:
        raise EngineError(
            FailureKind.TEMPLATE,
            say("program.chat_template_file_took_longer", seconds=f"{TEMPLATE_SECONDS:g}"),
        ) from error
    except Exception as error:  # the template is foreign code: any error is its own
        raise EngineError(
            FailureKind.TEMPLATE,
            refusal or say("engine.chat_template_file_refuses_messages", reason=_reason(error)),
            f"{type(error).__name__}: {error}",
        ) from error


def _reason(error: Exception) -> str:
    line = " ".join(str(error).split())
    return (line[:200] or type(error).__name__).rstrip(".") + "."
