"""From messages to tokens: the chat template, rendered by llama-cpp-python's sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from llama_cpp.llama_chat_format import Jinja2ChatFormatter

from app.core.chat_templates import TemplateFacts, template_facts
from app.engine.host.hardening import template_allowance
from app.engine.host.model import EngineError, Model
from app.engine.host.time_limit import OutOfTime, processor_time
from app.engine.messages import TEMPLATE_SECONDS, FailureKind, Step, Working

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.chat import Message

# More than any context holds; turning it into tokens would take minutes.
_MOST_CHARACTERS = 20_000_000


@dataclass(frozen=True, slots=True)
class Prompt:
    """A rendered prompt.

    Attributes:
        text: As the template wrote it.
        tokens: Its tokens, with the begin token that the vocabulary wants.
        digest: SHA-256 of the text.
    """

    text: str
    tokens: list[int]
    digest: str


class PromptWriter:
    """Renders messages for one model with one template; compiled once."""

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
        self.facts: TemplateFacts = template_facts(template)
        self._model = model
        self._begin_text = model.token_text(model.begin_token)
        end_text = model.token_text(model.end_token)
        try:
            with template_allowance(), processor_time(TEMPLATE_SECONDS):
                self._formatter = Jinja2ChatFormatter(
                    template, eos_token=end_text, bos_token=self._begin_text
                )
        except MemoryError as error:
            raise _too_much_memory() from error
        except OutOfTime as error:
            raise _too_slow() from error
        except Exception as error:  # the template is foreign code: any error is its own
            raise EngineError(
                FailureKind.TEMPLATE,
                "The chat template of this file is not valid.",
                f"{type(error).__name__}: {error}",
            ) from error

    def write(
        self,
        command_id: int,
        messages: list[Message],
        *,
        thinking: bool | None,
        opens_answer: bool = True,
    ) -> Prompt:
        """Render and tokenize.

        Args:
            command_id: Whose messages these are.
            messages: What to answer, oldest first.
            thinking: Position of the template's thinking switch; None leaves it alone.
            opens_answer: End with what the template writes in front of an answer.

        Raises:
            EngineError: The template refuses the messages, wants too much memory or takes too
                long.
        """
        switch = self.facts.thinking_switch
        switches: dict[str, Any] = {} if thinking is None or switch is None else {switch: thinking}
        rows: list[Any] = [{"role": str(m.role), "content": m.content} for m in messages]
        self._tell(Working(command_id, Step.RENDER))
        try:
            self._formatter.add_generation_prompt = opens_answer
            with template_allowance(), processor_time(TEMPLATE_SECONDS):
                text = self._formatter(messages=rows, **switches).prompt
        except MemoryError as error:
            raise _too_much_memory() from error
        except OutOfTime as error:
            raise _too_slow() from error
        except Exception as error:  # the template is foreign code: any error is its own
            raise EngineError(
                FailureKind.TEMPLATE,
                f"The chat template of this file refuses these messages: {_reason(error)}",
                f"{type(error).__name__}: {error}",
            ) from error
        add_begin = self._model.adds_begin_token and self._model.begin_token >= 0
        body = text.removeprefix(self._begin_text) if add_begin and self._begin_text else text
        if len(body) > _MOST_CHARACTERS:
            raise EngineError(
                FailureKind.TEMPLATE,
                f"The chat template of this file wrote a prompt of {len(body):,} characters.",
            )
        self._tell(Working(command_id, Step.TOKENIZE, len(body)))
        tokens = self._model.tokenize(body, add_bos=add_begin)
        if not tokens:
            raise EngineError(FailureKind.TEMPLATE, "The chat template wrote an empty prompt.")
        return Prompt(text, tokens, sha256(text.encode("utf-8", "replace")).hexdigest())


def _too_much_memory() -> EngineError:
    return EngineError(
        FailureKind.TEMPLATE, "The chat template of this file asks for too much memory."
    )


def _too_slow() -> EngineError:
    return EngineError(
        FailureKind.TEMPLATE,
        f"The chat template of this file took longer than {TEMPLATE_SECONDS:g} seconds; it was "
        "ended.",
    )


def _reason(error: Exception) -> str:
    line = " ".join(str(error).split())
    return (line[:200] or type(error).__name__).rstrip(".") + "."
