"""Whether an answer is right.

Each check asks for the right answer and not for a certain way to say it: working before the answer,
a sentence around it, bold type, quotes and code fences never make an answer wrong, with one
exception: a ``json`` answer is about the format, so nothing but the JSON (in a code fence or not)
may stand there.

``number``   the result of the sentence with the last "answer", else the last number
``letter``   the option's letter, not with another option's text behind it, else the text of exactly
             one option (``accept`` and ``reject``)
``fact``     a right text as whole words, and none of ``reject`` but in a contrast behind it; after
             "answer:" if that occurs
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
from app.core.tasks.said_number import said_number


class Outcome(Enum):
    """What became of one question; the values stand in results that are stored and exported."""

    CORRECT = "correct"
    WRONG = "wrong"
    OUT_OF_TOKENS = "out of tokens"
    EMPTY = "empty"
    FAILED = "failed"


# More than the tokens of any question's answer; what a hostile model writes beyond is not read.
_MOST_CHARACTERS = 8000
_SIGNS = " \t\n.,!?;:\"'`*_()[]{}<>“”‘’„«»=\\$"
_ANSWER_MARK = re.compile(r"\banswer(?:\s+is)?\s*[:=]?\s*|\bboxed\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_FENCE = re.compile(r"```[\w+-]*[ \t]*\n?(.*?)```", re.DOTALL)
_SPACED_WORD = re.compile(r"(?<!\w)(?:[^\W\d_](?:\s*[-–—,.·•|/]\s*|\s+)){2,}[^\W\d_](?!\w)")
# "It prints 3." and "x = 3", but not "4 3", which would be another output.
_BEFORE_OUTPUT = (
    r"(?:\b(?:prints?|outputs?|displays?|shows?|is|be|are|gives?|gets?|returns?|yields?|equals?)\s+"
    r"|[:=>→`\"'*]\s*)"
)
_OPTION_START = re.compile(r"^\W*(?:([A-H])(?:\W|$)|([a-h])(?:[).:,](?!\w)|\s*$|\s*\n))")
_OPTION_MARKED = re.compile(r"(?<!not )(?<!not \()(?<!\w)\(?([A-H])[).:](?!\w)")
_OPTION_ALONE = re.compile(
    r"(?<!not )(?<![\w'’])([B-H]|A(?=\s+(?:or|and)\b|\s*[,/]|\s*$))(?![\w'’])"
)
_TWO_OPTIONS = re.compile(
    r"^\W*[A-H]\W{0,3}\s*(?:\bor\b|/|\band\b)\s*\W?[A-H](?!\w)", re.IGNORECASE
)
_ARTICLE = re.compile(r"^ (?:an?|the) (?=\S)")
# What is said to the person behind the answer; "wait" and "actually" are said about the answer.
_AFTERWORD = re.compile(
    r"\n\W{0,8}(?:explanation|explained|note|reason(?:ing)?|working|steps?|here(?:'s|’s| is) how"
    r"|here(?:'s|’s| is) why|because|since"
    r"|let me know|i hope|hope|feel free|would you|do you|if you|is there)\b",
    re.IGNORECASE,
)
_SECOND_THOUGHT = re.compile(
    r"\b(?:wait|actually|correction|corrected|mistake|sorry|wrong|answer|instead)\b", re.IGNORECASE
)
_IS_THE_WORD = re.compile(
    r"^\W*([^\W_]+)\W+is\s+the\s+(?:correct\s+|right\s+|resulting\s+|missing\s+|new\s+)*"
    r"(?:word|answer|result|spelling|letter)\W*$",
    re.IGNORECASE,
)
_BEHIND_THE_WORD = re.compile(r"(?:\s\([^()]*\)|,\s*not\s+\W*\w+)\W*$", re.IGNORECASE)
_TIME = re.compile(r"(?<![\d:.])(\d{1,2})[:.](\d\d)(?![\d:])(?:\s?([ap])\.?m\b\.?)?", re.IGNORECASE)
_CONTRAST = re.compile(
    r",?\s(?:(?P<denied>(?:and\s+)?not|unlike|rather\s+than|instead\s+of)|while|whereas)\s",
    re.IGNORECASE,
)
_POWERS = str.maketrans({sign: f"^{n}" for n, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")})


def judge(item: TaskItem, answer: str, *, ran_out_of_tokens: bool) -> Outcome:
    """Judge an answer, without its thinking.

    An answer that was cut off is neither right nor wrong, whatever it says so far; one that says
    nothing is no right answer and told apart, for it is often the asking that went wrong.
    """
    if ran_out_of_tokens:
        return Outcome.OUT_OF_TOKENS
    if not answer.strip():
        return Outcome.EMPTY
    return Outcome.CORRECT if is_right(item, answer) else Outcome.WRONG


def is_right(item: TaskItem, answer: str) -> bool:
    """Whether a complete answer is right by the item's check."""
    end = answer[-_MOST_CHARACTERS:]
    text = unicodedata.normalize("NFKC", end.translate(_POWERS)).replace("−", "-").strip()
    text = re.sub(r"(?<![\w)])[–‒](?=\d)", "-", text)
    if item.check is not Check.JSON:
        text = _without_afterword(text)
    if not text:
        return False
    return _CHECKS[item.check](item, text)


def _without_afterword(text: str) -> str:
    """Without an explanation or a friendly word behind the answer, unless it takes that back."""
    found = _AFTERWORD.search(text)
    if found and not _SECOND_THOUGHT.search(text, found.start()):
        return text[: found.start()].strip()
    return text


def _number(item: TaskItem, text: str) -> bool:
    said = said_number(text)
    if said is None:
        return False
    values = {_decimal(said)}
    if re.fullmatch(r"[-+]?[1-9]\d{0,2}(?:\.\d{3})+", said):
        values.add(_decimal(said.replace(".", "")))  # thousands as many countries write them
    return any(_decimal(right) in values - {None} for right in _right_answers(item))


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(re.sub(r"[,'  ]", "", text))
    except InvalidOperation:
        return None


def _letter(item: TaskItem, text: str) -> bool:
    plain = re.sub(r"[*`$]|\\boxed|\\text", "", text).strip()
    said, behind = _said_letter(plain)
    if said is None:
        return _fact(item, text)
    return said == item.answer.strip().upper() and not _names_another(item, behind)


def _said_letter(plain: str) -> tuple[str | None, str]:
    """The option that is named and what follows it; None where none or several are."""
    marks = list(_ANSWER_MARK.finditer(plain))
    if marks:
        rest = plain[marks[-1].end() :]
        after = _OPTION_START.match(rest)
        if after and not _TWO_OPTIONS.match(rest):
            return (after[1] or after[2]).upper(), rest[after.end(after.lastindex or 0) :]
    start = _OPTION_START.match(plain)
    # "A banana" begins with an article; "A) banana", "A. banana" and "A" with an option.
    if start and not _TWO_OPTIONS.match(plain) and not re.match(r"\W*A\s+\w", plain):
        return (start[1] or start[2]).upper(), plain[start.end(start.lastindex or 0) :]
    for pattern in (_OPTION_MARKED, _OPTION_ALONE):
        found = set(pattern.findall(plain))
        if len(found) == 1:
            return str(found.pop()), ""
        if found:
            return None, ""
    return None, ""


def _names_another(item: TaskItem, behind: str) -> bool:
    """Whether another option's text stands behind the letter.

    "D. Karl is older" may be a reason; "D) Karl is older" and "D. Karl" name the option.
    """
    clause = re.split(r"\n|[.!?;,(](?:\s|$)|\b(?:because|since|as)\b", behind.lstrip(" ).:\t"))[0]
    said = _words(clause)
    if any(_begins(said, right) for right in item.accept):
        return False
    only = not behind.lstrip().startswith((")", ":"))
    return any(_begins(said, wrong, only=only) for wrong in item.reject)


def _begins(said: str, option: str, *, only: bool = False) -> bool:
    said, wanted = _ARTICLE.sub(" ", said), _ARTICLE.sub(" ", _words(option))
    return bool(wanted.strip()) and (said == wanted if only else said.startswith(wanted))


def _fact(item: TaskItem, text: str) -> bool:
    marks = [m for m in _ANSWER_MARK.finditer(text) if text[m.end() :].strip(_SIGNS)]
    said = _without_contrast(item, text[marks[-1].end() :] if marks else text)
    # The letter of an option is no right answer in words.
    right = item.accept if item.check is Check.LETTER else _right_answers(item)
    if any(_holds(said, _words(_time(wrong))) for wrong in item.reject):
        return False
    wanted = [_words(_time(one)) for one in right]
    return any(_holds(said, one) and not _holds(said, f" not{one}") for one in wanted)


def _without_contrast(item: TaskItem, text: str) -> str:
    """The words, without "not Ida" and without "while Ida came last" behind them.

    What is said of the other with the question's own words is the answer, and stays: who is asked
    "Who came last?" and says "Vera won, while Ida came last" has said Ida.
    """
    said = _words(_time(text))
    contrast = _CONTRAST.search(text)
    if contrast is None or re.search(r"\bor\b", text):
        return said
    first, second = _words(_time(text[: contrast.start()])), text[contrast.end() :]
    if contrast["denied"]:
        return said if re.search(r"\bbut\b|[.;\n]\s*\S", second) else first
    question = _words(item.prompt[-200:].rsplit("Question:")[-1]).split()
    own = set(_words(second).split()) - set(first.split())
    names = {word for wrong in item.reject for word in _words(wrong).split()}
    return said if (own - names) & set(question) else first


def _time(text: str) -> str:
    """Times of day by 24 hours and without a zero in front."""

    def by_24_hours(found: re.Match[str]) -> str:
        hour, half = int(found[1]), (found[3] or "").casefold()
        if half and hour <= 12:
            hour = hour % 12 + (12 if half == "p" else 0)
        return f"{hour}:{found[2]}"

    return _TIME.sub(by_24_hours, text)


def _letters(item: TaskItem, text: str) -> bool:
    joined = _SPACED_WORD.sub(lambda found: re.sub(r"[\W_]", "", found.group()), _unfenced(text))
    named = _IS_THE_WORD.match(joined)
    less = _BEHIND_THE_WORD.sub("", joined)
    joined = named[1] if named else less if _WORD.search(less) else joined
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
