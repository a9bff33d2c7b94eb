"""In which manner a candidate is asked: with which chat template, and with how much room to think.

A file without a chat template, for which nobody chose one, goes on with what it is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import Message, Role
from app.core.chats.template_facts import template_facts
from app.core.chats.templates import PLAIN_ID, template_by_id
from app.engine.protocol.answering import Generate

THINKING_TOKENS = 2048
"""What a model that thinks may use beside the tokens of its answer."""

MEASURED_DAY = date(2026, 1, 1)
"""What templates are told of the date where something is measured: the same on every day."""

# What goes on writing is shown where the answer belongs, and a blank line behind that is the end.
_PLAIN_QUESTION = "{}\n\nAnswer:"
_PLAIN_STOPS = ("\n\n", "\nQuestion:")

_facts = lru_cache(maxsize=64)(template_facts)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a candidate is asked.

    Attributes:
        chosen: Jinja text in place of the file's own template; None leaves it to the file.
        own: The file's own; None where it brings none.
        stop_strings: Texts that end an answer where the vocabulary has no token for it.
        is_plain: No template opens an answer: the model goes on with the text.
        is_told_to_think: Its server says that it thinks; its template need not be known.
    """

    chosen: str | None
    own: str | None
    stop_strings: tuple[str, ...] = ()
    is_plain: bool = False
    is_told_to_think: bool = False

    @property
    def text(self) -> str | None:
        """The template that is used; None where there is none."""
        return self.chosen or self.own

    def thinks(self, wanted: bool | None) -> bool:
        """Whether it is known to think with its switch in a position; None leaves the switch."""
        if self.is_told_to_think:
            return wanted is not False
        return _facts(self.text or "").thinks(wanted)

    def thinking_tokens(self, wanted: bool | None) -> int:
        """What it may use beside the tokens of its answer."""
        return THINKING_TOKENS if self.thinks(wanted) else 0

    def generate(
        self,
        command_id: int,
        messages: Sequence[Message],
        sampling: SamplingSettings,
        *,
        stop_strings: Sequence[str] = (),
        clear: bool = False,
        shared: bool = False,
        likely: int | None = None,
        day: date | None = None,
    ) -> Generate:
        """The command to answer.

        Args:
            command_id: A fresh one.
            messages: The chat.
            sampling: How tokens are chosen.
            stop_strings: More texts that end the answer.
            clear: Forget what the context holds: nothing may depend on what was asked before.
            shared: Other engines generate too.
            likely: How many likely tokens are told at each place of the answer; None tells none.
            day: What the template is told where it asks for the date; None for now.
        """
        return Generate(
            id=command_id,
            messages=list(messages),
            sampling=sampling,
            template=self.chosen,
            stop_strings=[*self.stop_strings, *stop_strings],
            clear=clear,
            shared=shared,
            likely=likely,
            day=day,
        )

    def question(
        self,
        command_id: int,
        prompt: str,
        sampling: SamplingSettings,
        pictures: tuple[str, ...] = (),
        *,
        clear: bool = True,
    ) -> Generate:
        """The command to answer one question that stands alone, and nothing beyond it.

        It is measured what is answered: what the template writes of the date is of no day.

        Args:
            command_id: A fresh one.
            prompt: The question.
            sampling: How tokens are chosen.
            pictures: Files of what is shown with it.
            clear: Read all of it; else whole slices that the context holds already are kept, which
                changes nothing of what is answered.
        """
        asked = _PLAIN_QUESTION.format(prompt) if self.is_plain else prompt
        return self.generate(
            command_id,
            [Message(Role.USER, asked, pictures)],
            sampling,
            stop_strings=_PLAIN_STOPS if self.is_plain else (),
            clear=clear,
            day=MEASURED_DAY,
        )


SERVERS_OWN = Manner(None, None)
"""A server has its own template, and its own way of telling thinking apart."""


def manner_of(template_id: str | None, own: str | None, *, tells: bool = False) -> Manner:
    """How a candidate is asked.

    Args:
        template_id: A well-known template that the person chose; None takes the file's own.
        own: The file's own; None where it brings none.
        tells: The engine is told the file's own: it may be that of another file, an adapter's.

    Raises:
        PersonError: There is no such well-known template.
    """
    if template_id is None:
        return Manner(own if tells else None, own, is_plain=own is None)
    chosen = template_by_id(template_id)
    return Manner(chosen.jinja, own, chosen.stop_strings, is_plain=chosen.id == PLAIN_ID)
