"""Which of the questions that wait an engine is asked next, in one command."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Collection

    from app.core.tasks.items import TaskItem

# Questions that an engine is asked at once are no fewer than so many for each place, lest places
# stay empty at the end.
_ROUNDS = 4
# Of one message, with room for what is written around a question; less than a message may have.
_MOST_BYTES, _QUESTION_BYTES = 500_000, 400


def take_share(
    todo: deque[TaskItem], alone: Collection[str], *, engines: int, idle: int, places: int
) -> list[TaskItem]:
    """Take the questions of one command, as many as a message holds: all of one sort, at least one.

    Args:
        todo: Those that wait, at least one; those that are answered beside others come first.
        alone: Keys of those that are answered alone.
        engines: So many share the questions.
        idle: Of these so many wait for questions.
        places: So many questions an engine answers at once.
    """
    is_alone = todo[0].key in alone
    waiting = sum((item.key in alone) is is_alone for item in todo)
    most = -(-waiting // engines) if is_alone else _share(waiting, engines, idle, places)
    taken = [todo.popleft()]
    length = _length(taken[0])
    while len(taken) < min(most, waiting) and (todo[0].key in alone) is is_alone:
        length += _length(todo[0])
        if length > _MOST_BYTES:
            break
        taken.append(todo.popleft())
    return taken


def _share(waiting: int, engines: int, idle: int, places: int) -> int:
    """How many questions an engine is asked: few at the end, lest others wait."""
    enough = _ROUNDS * places
    if waiting <= enough * engines:
        return -(-waiting // max(1, idle))
    return max(enough, -(-waiting // (2 * engines - 1)))


def _length(item: TaskItem) -> int:
    return len(item.asked.encode("utf-8", "replace")) + _QUESTION_BYTES
