"""Whether an answer is right.

Each check asks for the right answer and not for a certain way to say it: working before the answer,
a sentence around it, bold type, quotes and code fences never make an answer wrong, with one
exception: a ``json`` answer is about the format, so nothing but the JSON (in a code fence or not)
may stand there.

``number``   the number after the last "answer is" or "answer:", else the last number
``letter``   the option's letter, else the text of exactly one option (``accept`` and ``reject``)
``fact``     a right text as whole words, and none of ``reject``; after "answer:" if that occurs
``letters``  the last word, where single letters with spaces or hyphens between make a word
``line``     the last line (in a code fence, if there is one), or what ends it after "prints" or ":"
``json``     the same JSON value; the order of keys is free, 1 equals 1.0 and not true
``ends``     the text ends with the answer at the start of a word, whatever its case
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import cast

from app.core.tasks.items import Check, TaskItem


class Outcome(Enum):
    """What became of one question; the values stand in results that are stored and exported."""

    CORRECT = "correct"
    WRONG = "wrong"
    OUT_OF_TOKENS = "out of tokens"
    FAILED = "failed"


# More than the tokens of any question's answer; what a hostile model writes beyond is not read.
_MOST_CHARACTERS = 8000
_SIGNS = " \t\n.,!?;:\"'`*_()[]{}<>“”‘’„«»=\\$"
_ANSWER_MARK = re.compile(r"\banswer(?:\s+is)?\s*[:=]?\s*|\bboxed\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d{1,3}(?:[,'  ]\d{3})+|\d+)(?:\.\d+)?(?![\d])")
_WORD = re.compile(r"[^\W_]+")
_FENCE = re.compile(r"```[\w+-]*[ \t]*\n?(.*?)```", re.DOTALL)
_SPACED_WORD = re.compile(r"(?<!\w)(?:[^\W\d_](?:\s*[-–—,.·•|/]\s*|\s+)){2,}[^\W\d_](?!\w)")
# "It prints 3." and "x = 3", but not "4 3", which would be another output.
_BEFORE_OUTPUT = (
    r"(?:\b(?:prints?|outputs?|displays?|shows?|is|be|are|gives?|gets?|returns?|yields?|equals?)\s+"
    r"|[:=>→`\"'*]\s*)"
)
_OPTION_START = re.compile(r"^\W*([A-H])(?:\W|$)")
_OPTION_MARKED = re.compile(r"(?<!\w)\(?([A-H])[).:](?!\w)")
_OPTION_ALONE = re.compile(r"(?<![\w'’])([B-H]|A(?=\s+(?:or|and)\b|\s*[,/]|\s*$))(?![\w'’])")


def judge(item: TaskItem, answer: str, *, ran_out_of_tokens: bool) -> Outcome:
    """Judge an answer, without its thinking.

    An answer that was cut off is neither right nor wrong, whatever it says so far.
    """
    if ran_out_of_tokens:
        return Outcome.OUT_OF_TOKENS
    return Outcome.CORRECT if is_right(item, answer) else Outcome.WRONG


def is_right(item: TaskItem, answer: str) -> bool:
    """Whether a complete answer is right by the item's check."""
    end = answer[-_MOST_CHARACTERS:]
    text = unicodedata.normalize("NFKC", end).replace("−", "-").strip()
    if not text:
        return False
    return _CHECKS[item.check](item, text)


def _number(item: TaskItem, text: str) -> bool:
    said = _said_number(text)
    return said is not None and any(_decimal(right) == said for right in _right_answers(item))


def _said_number(text: str) -> Decimal | None:
    plain = text.replace("*", "").replace("\\,", ",")
    marks = list(_ANSWER_MARK.finditer(plain))
    if marks:
        after = _NUMBER.search(plain, marks[-1].end())
        if after:
            return _decimal(after.group())
    numbers = _NUMBER.findall(plain)
    return _decimal(numbers[-1]) if numbers else None


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(re.sub(r"[,'  ]", "", text))
    except InvalidOperation:
        return None


def _letter(item: TaskItem, text: str) -> bool:
    said = _said_letter(text)
    if said is not None:
        return said == item.answer.strip().upper()
    return _fact(item, text)


def _said_letter(text: str) -> str | None:
    """The option that is named; None where none or several are."""
    plain = re.sub(r"[*`$]|\\boxed|\\text", "", text).strip()
    marks = list(_ANSWER_MARK.finditer(plain))
    if marks:
        after = _OPTION_START.match(plain[marks[-1].end() :])
        if after:
            return after.group(1)
    start = _OPTION_START.match(plain)
    # "A banana" begins with an article; "A) banana", "A. banana" and "A" with an option.
    if start and (start.group(1) != "A" or not re.match(r"\W*A\s+\w", plain)):
        return start.group(1)
    for pattern in (_OPTION_MARKED, _OPTION_ALONE):
        found = set(pattern.findall(plain))
        if len(found) == 1:
            return str(found.pop())
        if found:
            return None
    return None


def _fact(item: TaskItem, text: str) -> bool:
    marks = [m for m in _ANSWER_MARK.finditer(text) if text[m.end() :].strip(_SIGNS)]
    said = _words(text[marks[-1].end() :] if marks else text)
    # The letter of an option is no right answer in words.
    right = item.accept if item.check is Check.LETTER else _right_answers(item)
    if any(_holds(said, _words(wrong)) for wrong in item.reject):
        return False
    return any(_holds(said, _words(one)) for one in right)


def _letters(item: TaskItem, text: str) -> bool:
    joined = _SPACED_WORD.sub(lambda found: re.sub(r"[\W_]", "", found.group()), _unfenced(text))
    words = _WORD.findall(joined.casefold())
    return bool(words) and any(
        words[-1] == re.sub(r"[\W_]", "", right.casefold()) for right in _right_answers(item)
    )


def _line(item: TaskItem, text: str) -> bool:
    lines = [line.strip() for line in _unfenced(text).splitlines() if line.strip()]
    if not lines:
        return False
    said = lines[-1]
    quoted = re.findall(r"`([^`]+)`", said)
    for right in _right_answers(item):
        bare = said.strip(" `*\"'").rstrip(".").strip(" `*\"'")
        if _tight(bare) == _tight(right.strip("\"'")):
            return True
        if quoted and quoted[-1].strip("\"' ") == right.strip("\"' "):
            return True
        if re.search(_BEFORE_OUTPUT + re.escape(right) + r"[`\"'*.]*$", said):
            return True
    return False


def _tight(text: str) -> str:
    """Without the space around commas and brackets, which nobody would call a difference."""
    return re.sub(r"\s*([,:\[\](){}])\s*", r"\1", text)


def _json(item: TaskItem, text: str) -> bool:
    fence = re.fullmatch(r"```[\w+-]*[ \t]*\n?(.*?)```", text, re.DOTALL)
    try:
        said: object = json.loads(fence.group(1) if fence else text)
    except (ValueError, RecursionError):
        return False
    return any(_same(said, json.loads(right)) for right in _right_answers(item))


def _same(one: object, other: object) -> bool:
    """Equality of JSON values, where true is no 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        ours, theirs = cast("dict[str, object]", one), cast("dict[str, object]", other)
        return ours.keys() == theirs.keys() and all(_same(ours[k], theirs[k]) for k in ours)
    if isinstance(one, list) and isinstance(other, list):
        mine, others = cast("list[object]", one), cast("list[object]", other)
        return len(mine) == len(others) and all(map(_same, mine, others))
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other
    return one == other


def _ends(item: TaskItem, text: str) -> bool:
    said = _plain(text)
    for right in _right_answers(item):
        wanted = _plain(right)
        before = said[: len(said) - len(wanted)]
        if said.endswith(wanted) and not (before and (before[-1].isalnum() or before[-1] == "-")):
            return True
    return False


def _right_answers(item: TaskItem) -> tuple[str, ...]:
    return (item.answer, *item.accept)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).casefold().strip(_SIGNS)


def _words(text: str) -> str:
    """Words with single spaces between and around them, for looking up whole words."""
    return f" {' '.join(_WORD.findall(text.casefold()))} "


def _holds(said: str, wanted: str) -> bool:
    return bool(wanted.strip()) and wanted in said


def _unfenced(text: str) -> str:
    """What stands in the last code fence, or the text without one."""
    fences = _FENCE.findall(text)
    return fences[-1] if fences and fences[-1].strip() else text


_CHECKS: Mapping[Check, Callable[[TaskItem, str], bool]] = {
    Check.NUMBER: _number,
    Check.LETTER: _letter,
    Check.FACT: _fact,
    Check.LETTERS: _letters,
    Check.LINE: _line,
    Check.JSON: _json,
    Check.ENDS: _ends,
}
