"""Items: one question, its answer, and how answers are checked.

A line of the file is one JSON object:

``prompt``   the question, as the model gets it
``answer``   the right answer: a text, a number, or any JSON value where the check is ``json``
``kind``     what is asked for, e.g. ``arithmetic``; the rows of the profile (default: ``own``)
``check``    how answers are judged, see ``Check`` (default by the answer: ``json`` for objects and
             lists, ``number`` for numbers, ``ends`` for texts)
``accept``   other right answers, a list of texts
``reject``   texts that make an answer wrong even if it holds the right one, a list
``picture``  what is shown with it: the path of a picture, from the folder of the questions, or
             words of ``app.core.tasks.drawing``
``text``     what is read before the prompt, as words of ``app.core.tasks.reading``
``id``       what the item is called in results (default: kind and number of the line)
``sort``     which questions of its kind are made alike: they are lost together, and count as less
             than as many that have nothing in common (default: like no other)
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import cast

from app.core.errors import PersonError
from app.core.tasks.drawing import drawn
from app.core.tasks.reading import most_tokens, written
from app.core.text.strict_json import read_json
from app.core.words.sentence import say, worded

QUICK_ITEMS = 60
"""Items a kind in the quick profile at most: the first ones of a file, which are mixed for that."""
_QUICK_QUESTIONS = 360
SURE_ITEMS = 240
"""Bundled items a kind in the full profile; there are more where more would settle something."""
FULL_ITEMS = 200
"""From so many items a kind on, a result is more than a hint."""
OWN_KIND = "own"
_LONGEST_LINE = 1_000_000


class Check(Enum):
    """How an answer is judged; the values stand in files."""

    NUMBER = "number"
    LETTER = "letter"
    FACT = "fact"
    LETTERS = "letters"
    LINE = "line"
    JSON = "json"
    ENDS = "ends"


class BadItemsError(PersonError):
    """A file of questions that cannot be used."""


@dataclass(frozen=True, slots=True)
class TaskItem:
    """One question.

    Attributes:
        key: Names the item in results; the same in every candidate's.
        kind: What is asked for.
        prompt: The question, as the model gets it.
        answer: The right answer; for ``Check.JSON`` its JSON text.
        check: How answers are judged.
        accept: Other right answers.
        reject: What must not occur in a right answer.
        picture: What is shown with it, as words, or a name for the contents of ``source``; empty
            for a question in words alone.
        source: The person's own picture; empty for one that is drawn.
        sort: Questions of its kind with the same are made alike; empty for like no other.
        text: What is read before the prompt, as words that write it; empty for nothing.
    """

    key: str
    kind: str
    prompt: str
    answer: str
    check: Check
    accept: tuple[str, ...] = ()
    reject: tuple[str, ...] = ()
    picture: str = field(default="", repr=False)
    source: str = field(default="", repr=False)
    sort: str = field(default="", repr=False)
    text: str = field(default="", repr=False)

    @property
    def asked(self) -> str:
        """All that the model gets: the text before the prompt, and the prompt."""
        return f"{written(self.text)}\n\n{self.prompt}" if self.text else self.prompt

    @property
    def most_tokens(self) -> int:
        """How many tokens that has at most: a byte of a prompt may be one."""
        before = most_tokens(self.text) if self.text else 0
        return before + len(self.prompt.encode("utf-8", "replace"))


USUAL_BYTES_A_TOKEN = 4.0
"""How usual vocabularies cut a question."""
PICTURES = "pictures"
"""The kind that is asked of models that see alone."""
RECALL = "recall"
"""The kind that is asked of models whose context holds its texts alone."""
ANSWER_TOKENS: Mapping[str, int] = {
    "arithmetic": 384,
    "passage": 128,
    "format": 320,
    "choice": 256,
    "spelling": 256,
    "code": 384,
    "instructions": 192,
    RECALL: 128,
    PICTURES: 128,
}
"""How many tokens an answer may have, by kind, when there is no thinking: room to work it out."""
DEFAULT_ANSWER_TOKENS = 256
_NAMES = {
    "arithmetic": worded("lab.kind_arithmetic"),
    "passage": worded("lab.kind_passage"),
    "format": worded("lab.kind_format"),
    "choice": worded("lab.kind_choice"),
    "spelling": worded("lab.kind_spelling"),
    "code": worded("lab.kind_code"),
    "instructions": worded("lab.kind_instructions"),
    RECALL: worded("lab.kind_recall"),
    PICTURES: worded("lab.kind_pictures"),
}


def name_of_kind(kind: str) -> str:
    """A kind as people are told of it; the person's own ones have their own names."""
    return _NAMES.get(kind, kind)


def parse_items(text: str, kind: str | None = None, *, draws: bool = True) -> list[TaskItem]:
    """Read a file of questions, one JSON object a line; empty lines are passed over.

    Args:
        text: The whole file.
        kind: Takes the place of the kinds in the file, if given.
        draws: Whether all pictures are drawn; else they may be anything, files for example.

    Raises:
        BadItemsError: A line cannot be used (its number is named), a name occurs twice, or
            there is no item at all.
    """
    items: list[TaskItem] = []
    seen: set[str] = set()
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        if not line.strip():
            continue
        item = _parse_line(line, number, kind, draws=draws)
        if item.key in seen:
            raise BadItemsError(say("lab.line_name_occurs_twice", number=number, key=item.key))
        seen.add(item.key)
        items.append(item)
    if not items:
        raise BadItemsError(say("lab.no_question_file"))
    return items


def quick_items(kinds: int) -> int:
    """Items a kind in the quick profile, of so many kinds: more kinds take no more time."""
    return min(QUICK_ITEMS, _QUICK_QUESTIONS // max(1, kinds))


def first_of_each_kind(
    items: Iterable[TaskItem], count: int, more: Mapping[str, int] | None = None
) -> list[TaskItem]:
    """At most ``count`` items of each kind, or as ``more`` says, the first ones, in order."""
    taken: dict[str, int] = {}
    chosen: list[TaskItem] = []
    for item in items:
        taken[item.kind] = taken.get(item.kind, 0) + 1
        if taken[item.kind] <= max(count, (more or {}).get(item.kind, 0)):
            chosen.append(item)
    return chosen


def _parse_line(line: str, number: int, kind: str | None, *, draws: bool) -> TaskItem:
    if len(line) > _LONGEST_LINE:
        raise BadItemsError(say("lab.line_too_long", number=number))
    try:
        row = read_json(line)
    except ValueError as error:
        raise BadItemsError(say("lab.line_not_valid_json", number=number), str(error)) from error
    if not isinstance(row, dict):
        raise BadItemsError(say("lab.line_no_json_object_prompt", number=number))
    fields = cast("dict[str, object]", row)
    prompt = fields.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        raise BadItemsError(say("lab.line_no_prompt", number=number))
    answer, check = _answer(fields, number)
    own_kind = fields.get("kind", OWN_KIND)
    if not isinstance(own_kind, str) or not own_kind.strip():
        raise BadItemsError(say("lab.line_no_text", number=number, name="kind"))
    shown_kind = kind or own_kind.strip()
    key = fields.get("id", f"{shown_kind}-{number}")
    if not isinstance(key, str | int) or isinstance(key, bool):
        raise BadItemsError(say("lab.line_no_text", number=number, name="id"))
    return TaskItem(
        str(key),
        shown_kind,
        prompt,
        answer,
        check,
        _texts(fields, "accept", number),
        _texts(fields, "reject", number),
        _picture(fields, number, draws=draws),
        sort=_sort(fields, number),
        text=_text(fields, number),
    )


def _sort(fields: Mapping[str, object], number: int) -> str:
    sort = fields.get("sort", "")
    if not isinstance(sort, str):
        raise BadItemsError(say("lab.line_no_text", number=number, name="sort"))
    return sort


def _text(fields: Mapping[str, object], number: int) -> str:
    words = fields.get("text", "")
    try:
        if words:
            written(str(words))
    except ValueError as error:
        said = say("lab.line_no_text", number=number, name="text")
        raise BadItemsError(said, str(error)) from error
    return str(words)


def _picture(fields: Mapping[str, object], number: int, *, draws: bool) -> str:
    words = fields.get("picture", "")
    try:
        if words and draws:
            drawn(str(words))
    except ValueError as error:
        raise BadItemsError(say("lab.line_no_picture", number=number), str(error)) from error
    return str(words)


def _answer(fields: Mapping[str, object], number: int) -> tuple[str, Check]:
    """The right answer as a text, and how it is checked."""
    value = fields.get("answer")
    if value is None:
        raise BadItemsError(say("lab.line_no_answer", number=number))
    default = Check.ENDS
    if isinstance(value, dict | list):
        default = Check.JSON
    elif isinstance(value, int | float) and not isinstance(value, bool):
        default = Check.NUMBER
    named = fields.get("check", default.value)
    try:
        check = Check(named)
    except ValueError as error:
        known = ", ".join(c.value for c in Check)
        said = say("lab.line_none_of", number=number, name="check", known=known)
        raise BadItemsError(said) from error
    if check is Check.JSON:
        # A text is taken as JSON where it is JSON: {"a": 1} may be written either way.
        return (value if isinstance(value, str) and _is_json(value) else json.dumps(value)), check
    if isinstance(value, str) and value.strip():
        return value, check
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value), check
    raise BadItemsError(say("lab.line_answer_neither_text_nor", number=number))


def _is_json(text: str) -> bool:
    try:
        read_json(text)
    except ValueError:
        return False
    return True


def _texts(fields: Mapping[str, object], name: str, number: int) -> tuple[str, ...]:
    value = fields.get(name, [])
    texts = cast("Sequence[object]", value) if isinstance(value, list) else [None]
    if not all(isinstance(text, str) and text.strip() for text in texts):
        raise BadItemsError(say("lab.line_no_list_texts", number=number, name=name))
    return tuple(map(str, texts))
