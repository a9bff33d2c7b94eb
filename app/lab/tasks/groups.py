"""Which questions are asked next: group after group, until it is decided or all were asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from app.core.tasks.looks import looks_at

if TYPE_CHECKING:
    from app.core.stopping import Stopping
    from app.core.tasks.items import TaskItem
    from app.core.tasks.looks import Look
    from app.lab.tasks.plan import TaskAnswer


class Groups:
    """The questions of one candidate, a group for each look.

    What is looked at are the answers up to a look alone, so that it comes out alike however many
    more are known from before.

    Args:
        items: All questions in their order.
        asked: Those of them that the candidate can be asked.
        stopping: When it is decided; None to ask all.
    """

    def __init__(
        self,
        items: Sequence[TaskItem],
        asked: Sequence[TaskItem],
        stopping: Stopping | None = None,
    ) -> None:
        able = {item.key for item in asked}
        self._items = items
        self._able = able
        self._stopping = stopping
        looks = looks_at(items, stops=False) if stopping is None else stopping.looks
        self._looks: list[Look] = list(looks)
        self._taken = 0
        self.decided: Look | None = None

    @property
    def asked(self) -> list[TaskItem]:
        """What is to be answered: up to where it was decided, else all."""
        end = None if self.decided is None else self.decided.questions
        return self._able_of(self._items[:end])

    def next(self, answers: Mapping[str, TaskAnswer]) -> list[TaskItem]:
        """The next questions without an answer; none where it is decided or all were asked."""
        while self.decided is None and self._taken < len(self._looks):
            begin = 0
            if self._taken:
                before = self._looks[self._taken - 1]
                begin = before.questions
                if self._is_decided(answers, before):
                    self.decided = before
                    break
            group = self._items[begin : self._looks[self._taken].questions]
            self._taken += 1
            todo = [item for item in self._able_of(group) if item.key not in answers]
            if todo:
                return _by_text(todo)
        return []

    def end(self) -> None:
        """Ask nothing further."""
        self._taken = len(self._looks)

    def _able_of(self, items: Sequence[TaskItem]) -> list[TaskItem]:
        return [item for item in items if item.key in self._able]

    def _is_decided(self, answers: Mapping[str, TaskAnswer], look: Look) -> bool:
        if self._stopping is None:
            return False
        known = {
            item.key: answers[item.key].outcome(item)
            for item in self._items[: look.questions]
            if item.key in answers
        }
        return self._stopping.is_decided(known, look)


def _by_text(items: Sequence[TaskItem]) -> list[TaskItem]:
    """Questions about one text behind the first of them, so that an engine reads it once."""
    first: dict[str, int] = {}
    for place, item in enumerate(items):
        first.setdefault(item.text, place)
    places = [first[item.text] if item.text else place for place, item in enumerate(items)]
    return [items[at] for at in sorted(range(len(items)), key=places.__getitem__)]
