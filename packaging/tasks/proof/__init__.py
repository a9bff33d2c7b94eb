"""Answers found a second time: from what a question says alone, not from what made it."""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from proof import choices, drawings, letters, numbers, orders, passages, shapes
from proof.form import near_duplicates, prove_unguessable

if TYPE_CHECKING:
    from app.core.tasks.items import TaskItem


def printed(program: str) -> str:
    """What a program prints."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(program, "question", "exec"), {"__name__": "__main__"})
    return output.getvalue()


def _program(_sort: str, prompt: str) -> str:
    found = re.search(r"```python\n(.*?)\n```", prompt, re.DOTALL)
    assert found is not None, prompt
    return printed(found[1]).removesuffix("\n")


_SOLVERS: Mapping[str, Callable[[str, str], str]] = {
    "arithmetic": numbers.solved,
    "passage": passages.solved,
    "format": shapes.solved,
    "choice": choices.solved,
    "spelling": letters.solved,
    "code": _program,
    "instructions": orders.solved,
    "recall": passages.solved,
    "pictures": drawings.solved,
}


def prove_answers(items: Sequence[TaskItem], first: int) -> None:
    """Every answer comes out a second time, and cannot be guessed; no two questions are alike.

    Args:
        items: Of one kind.
        first: The questions up to this number are as they have always been, so that who has
            answers to them keeps them: a few of them are alike.

    Raises:
        AssertionError: Something is wrong.
    """
    for item in items:
        prove_answer(item)
    prove_unguessable(items)
    later = [pair for pair in near_duplicates(items) if max(map(_number, pair)) > first]
    assert not later, later


def prove_answer(item: TaskItem) -> None:
    """An answer comes out a second time.

    Raises:
        AssertionError: Another one does, or nothing proves a question of this kind and sort.
    """
    shown = f"{item.asked}\n\n{item.picture}" if item.picture else item.asked
    try:
        found = _SOLVERS[item.kind](item.sort, shown)
    except (LookupError, ValueError) as error:
        raise AssertionError(f"nothing proves {item}: {error!r}") from error
    if item.check.value == "json":
        assert json.loads(found) == json.loads(item.answer), (item, found)
    else:
        assert found.casefold() == item.answer.casefold(), (item, found)


def _number(key: str) -> int:
    return int(key.rsplit("-", 1)[1])
