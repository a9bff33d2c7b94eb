"""Which questions are asked: the bundled ones, the demo model's own, or the person's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from hashlib import sha256
from pathlib import Path

from app.core.errors import PersonError
from app.core.models.model_file import ModelFile
from app.core.tasks.drawing import is_drawing
from app.core.tasks.items import (
    ANSWER_TOKENS,
    PICTURES,
    QUICK_ITEMS,
    SURE_ITEMS,
    BadItemsError,
    TaskItem,
    first_of_each_kind,
    parse_items,
    quick_items,
)
from app.core.tasks.looks import in_turns
from app.core.words.sentence import say
from app.lab.demo.demo import all_demo, is_demo
from app.lab.models.named import data_in, text_in
from app.resources import resource_path

DEMO_KIND = "demo"
_BUNDLED_NAME = "bundled"
BUNDLED = tuple(kind for kind in ANSWER_TOKENS if kind != PICTURES)
"""The kinds of the bundled questions in words."""
SHIPPED = (_BUNDLED_NAME, "demo")
"""Names of the sets that come with the program."""
# The demo model's longest right answer has 45 tokens; a broken version of it never ends.
_DEMO_ANSWER_TOKENS = 64


class TaskProfile(StrEnum):
    """How many questions of a kind are asked."""

    QUICK = "quick"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class TaskSet:
    """Questions, and how long their answers may be.

    Attributes:
        name: What the questions are.
        items: In the order they are asked.
        answer_tokens: By kind.
    """

    name: str
    items: list[TaskItem]
    answer_tokens: Mapping[str, int]

    def of_kinds(self, kinds: Sequence[str]) -> TaskSet:
        """Of the bundled questions those of these kinds alone, none for all; others stay."""
        if not kinds or self.name != _BUNDLED_NAME:
            return self
        always = (DEMO_KIND, PICTURES)
        chosen = [each for each in self.items if each.kind in kinds or each.kind in always]
        return TaskSet(self.name, chosen, self.answer_tokens)

    def take(self, profile: TaskProfile, more: Mapping[str, int] | None = None) -> TaskSet:
        """The part of it that a profile asks; of some kinds ``more`` than that."""
        bundled = self.name == _BUNDLED_NAME
        if profile is TaskProfile.QUICK:
            kinds = len({item.kind for item in self.items})
            count = quick_items(kinds) if bundled else QUICK_ITEMS
        elif bundled:
            count = SURE_ITEMS
        else:
            return self
        chosen = first_of_each_kind(self.items, count, more)
        return TaskSet(self.name, chosen, self.answer_tokens)

    def in_turns(self) -> TaskSet:
        """The same in an order in which every beginning is balanced over the kinds."""
        return TaskSet(self.name, in_turns(self.items), self.answer_tokens)


def usual_set(models: Sequence[ModelFile], *, taught: bool = False, sees: bool = False) -> TaskSet:
    """The questions for these files: all kinds; the demo model knows its own kinds alone.

    Where demo files are among others, the demo's questions are a kind beside the others.

    Args:
        models: The files.
        taught: The demo's adapter is among their adapters: what it teaches is asked, too.
        sees: The one that they are compared with sees: those that do are asked about pictures.
    """
    pictures = _bundled(f"{PICTURES}.jsonl") if sees else []
    if all_demo(models):
        demo = demo_set(taught=taught)
        limits = {**demo.answer_tokens, PICTURES: _DEMO_ANSWER_TOKENS}
        return TaskSet(demo.name, [*demo.items, *pictures], limits) if pictures else demo
    items = [item for kind in BUNDLED for item in _bundled(f"{kind}.jsonl")] + pictures
    if any(map(is_demo, models)):
        items += _demo_items(DEMO_KIND)
    return TaskSet(_BUNDLED_NAME, items, ANSWER_TOKENS)


def demo_set(*, taught: bool = False) -> TaskSet:
    """The demo model's own questions, with those of its adapter where that taught it."""
    items = _demo_items(None)
    if taught:
        items += parse_items(_shipped("demo", "capitals.jsonl"))
    limits = {item.kind: _DEMO_ANSWER_TOKENS for item in items}
    return TaskSet("demo", items, limits)


def kinds_there(name: str) -> Mapping[str, int]:
    """How many questions there are of each kind in the set of this name, or in the file of it.

    Nothing is known of a set whose file cannot be read any more. Waits for the disk.
    """
    try:
        return _kinds_shipped(name) if name in SHIPPED else _counted(own_set(Path(name)).items)
    except PersonError:
        return {}


@cache
def _kinds_shipped(name: str) -> Mapping[str, int]:
    """Of all kinds that a set may have, also those that some models alone are asked."""
    pictures = _bundled(f"{PICTURES}.jsonl")
    if name == "demo":
        return _counted([*demo_set(taught=True).items, *pictures])
    bundled = (item for kind in BUNDLED for item in _bundled(f"{kind}.jsonl"))
    return _counted([*bundled, *pictures, *_demo_items(DEMO_KIND)])


def _counted(items: Sequence[TaskItem]) -> Mapping[str, int]:
    return Counter(item.kind for item in items)


def own_set(path: Path) -> TaskSet:
    """The person's own questions, with their pictures beside them.

    Raises:
        PersonError: The file or a picture cannot be read, or a line of it cannot be used.
    """
    text = text_in(path)
    try:
        items = [_with_file(item, path.parent) for item in parse_items(text, draws=False)]
        return TaskSet(path.name, items, ANSWER_TOKENS)
    except BadItemsError as error:
        raise BadItemsError(
            say("lab.in_file", path=path, reason=error.said), error.detail
        ) from error


def _with_file(item: TaskItem, folder: Path) -> TaskItem:
    """An item that knows its picture's file and contents, unless its picture is drawn."""
    if not item.picture or is_drawing(item.picture):
        return item
    file = (folder / item.picture).absolute()
    contents = sha256(data_in(file)).hexdigest()
    return replace(item, picture=f"file {contents}", source=str(file))


def _bundled(name: str) -> list[TaskItem]:
    # That all pictures can be drawn was seen when they were made; drawing them takes a second.
    return parse_items(_shipped("tasks", name), draws=False)


def _demo_items(kind: str | None) -> list[TaskItem]:
    return parse_items(_shipped("demo", "held_out.jsonl"), kind)


def _shipped(*parts: str) -> str:
    try:
        return resource_path(*parts).read_text(encoding="utf-8")
    except OSError as error:
        raise PersonError(say("lab.bundled_questions_missing_installation"), str(error)) from error
