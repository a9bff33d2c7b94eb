"""An engine that is asked questions of tasks, and what it has said so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.lab.tasks.plan import TaskAnswer

if TYPE_CHECKING:
    from app.core.tasks.items import TaskItem
    from app.engine.api import Engine
    from app.engine.protocol.answering import Finished, Text


@dataclass(eq=False, slots=True)
class AskedEngine:
    """One engine of a file.

    Attributes:
        load_id: Of its Load command.
        is_ready: The file is loaded.
        many_id: Of the command that asks several at once; 0 while it is asked one.
        items: What it is asked now, by the commands' ids.
        parts: Of the answers so far.
        answered: How many questions it has answered.
    """

    client: Engine
    load_id: int = 0
    is_ready: bool = False
    many_id: int = 0
    items: dict[int, TaskItem] = field(default_factory=lambda: dict[int, "TaskItem"]())
    parts: dict[int, list[str]] = field(default_factory=lambda: dict[int, list[str]]())
    answered: int = 0

    @property
    def is_busy(self) -> bool:
        """Whether it is asked something, or closes a command that asked several."""
        return bool(self.items or self.many_id)

    def hear(self, event: Text) -> None:
        """More of an answer came."""
        self.parts.setdefault(event.id, []).append(event.answer)

    def end(self, event: Finished) -> tuple[TaskItem, TaskAnswer]:
        """An answer is complete: the question, and what was said."""
        self.answered += 1
        text, figures = "".join(self.parts.pop(event.id, ())), event.figures
        tokens, thinking = figures.generated_tokens, figures.thinking_tokens
        return self.items.pop(event.id), TaskAnswer(text, event.stop_reason, tokens, thinking)

    def rest(self) -> None:
        """It is asked nothing any more."""
        self.items.clear()
        self.many_id = 0
