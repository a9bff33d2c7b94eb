"""Which number an answer in words gives as its result.

Working stands on the answer's line as often as before it, and remarks stand behind: the number is
the one that nothing is done with any more. Who names two has given none.
"""

from __future__ import annotations

import re

NUMBER = re.compile(
    r"(?<![\w.^])[-+]?"
    r"(?:\d{1,3}(?:\.\d{3}){2,}|\d{1,3}(?:[,'  ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?!\d)"
)
_MARK = re.compile(r"\banswer(?P<told>\s+is|\W{0,4}[:=])?|\\?\bboxed\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?;](?=\s|$)(?!\s*=)|\n")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_BOX = re.compile(r"\\?\bboxed\s*\{([^{}]*)\}")
# A reason or a contrast that follows a number is not the number.
_REASON = re.compile(
    r"\d[^\n]{0,200}?"
    r"(\b(?:because|since|as|which|where|not|rather than|instead of|given that|if|when)\b)",
    re.IGNORECASE,
)
_CALCULATED_ON = re.compile(
    r"\s*(?:[-+*/×÷·^%]|\b(?:plus|minus|times|divided\s+by|multiplied\s+by|to)\b)\s*[-+($]*\d"
    r"|!\s*=",
    re.IGNORECASE,
)
_CALCULATED_WITH = re.compile(
    r"\d[)%]?\s*(?:[-+*/×÷·^%]|\b(?:plus|minus|times|divided\s+by|multiplied\s+by|to)\b)\s*[($]*$",
    re.IGNORECASE,
)
_OR_BEHIND = re.compile(r"\s*(?:\w+\s+)?\bor\b[^\d\n]{0,12}\d", re.IGNORECASE)
_OR_BEFORE = re.compile(r"\d\s*(?:\w+\s+)?\bor\b[^\d\n]{0,12}$", re.IGNORECASE)
_AND_BEHIND = re.compile(r"\s*(?:,|&|and\b)\s*[-+$]?\d[\d.,]*\W*$", re.IGNORECASE)
_DENIED = re.compile(rf"\bnot\s+[^\w\n+-]*{NUMBER.pattern}", re.IGNORECASE)
_RESULT = re.compile(r"=|\b(?:is|are|equals?|gives?|makes?|leaves?)\b", re.IGNORECASE)
_NEAR = 40  # signs around a number that say what is done with it

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_VALUES = {word: n for n, word in enumerate(_UNITS.split())} | {
    word: 10 * n for n, word in enumerate(_TENS.split(), start=2)
}
_NAME = "|".join([*_VALUES, "hundred", "thousand"])
_IN_WORDS = re.compile(
    rf"(?:^|[:=]|\b(?:is|are|has|equals)\b)\W*((?:(?:{_NAME})(?:\s+and\s+|[-\s]+)?)+)"
    r"(?:\b\w+)?\W*$",
    re.IGNORECASE,
)


def said_number(text: str) -> str | None:
    """The number that is the answer, as it is written; None where there is none or there are two.

    Args:
        text: In Unicode's NFKC, without remarks behind the answer.
    """
    if not any(sign.isdigit() for sign in text):
        return _in_words(text)
    plain = _without_tex(text)
    for mark in reversed(list(_MARK.finditer(plain))):
        statement = _statement(plain, mark)
        if NUMBER.search(statement):
            return _of_statement(statement, told=mark["told"] is not None)
    return _last(_bare(plain))


def _without_tex(text: str) -> str:
    text = re.sub(r"\{,\}|\\[,;! ](?=\d)", ",", text)
    text = re.sub(r"\\(?:times|cdot)\b", "*", text)
    text = re.sub(r"\\(?:text|mathrm|mathbf)\b|\\[()\[\]]", " ", text)
    return re.sub(r"\^\{[^{}]*\}", "^", text)


def _statement(text: str, mark: re.Match[str]) -> str:
    """What is said behind a mark: the box, or the sentence; a paragraph where a line begins."""
    box = _BOX.match(text, mark.start())
    if box:
        return box.group(1)
    rest = text[mark.end() :].lstrip(" \t*_`$:=")
    if rest.startswith("\n"):
        return rest.strip().split("\n\n")[0]
    end = _SENTENCE_END.search(rest)
    return rest[: end.start()] if end else rest


def _of_statement(statement: str, *, told: bool) -> str | None:
    statement = _bare(statement)
    numbers = list(NUMBER.finditer(statement))
    first = numbers[0]
    at_once = told and not re.search(r"[^\W_]", statement[: first.start()])
    if at_once and not _is_part(statement, first):
        # "The answer is 85": what else its sentence says is about something else.
        return _unless_two(statement, first)
    free = [number for number in numbers if not _is_part(statement, number)]
    if not free:
        return None
    # What the last "=" or "is" with a number behind it leads to.
    starts = [found.end() for found in _RESULT.finditer(statement, 0, free[-1].start())]
    start = starts[-1] if starts else 0
    return _unless_two(statement, next(one for one in free if one.start() >= start))


def _last(text: str) -> str | None:
    numbers = list(NUMBER.finditer(text))
    if not numbers or _is_part(text, numbers[-1]):
        return None
    return _unless_two(text, numbers[-1])


def _bare(text: str) -> str:
    """Without what is in brackets, denied or a reason, as far as a number is left then."""
    for less_of in (_without_brackets, _without_denied, _without_reasons):
        less = less_of(text)
        text = less if NUMBER.search(less) else text
    return text


def _without_brackets(text: str) -> str:
    return _BRACKETS.sub(" ", text)


def _without_denied(text: str) -> str:
    return _DENIED.sub(" ", text)


def _without_reasons(text: str) -> str:
    """The last sentence with a number, up to its reason."""
    lines = [line for line in re.split(r"(?<=[.!?;])\s|\n", text) if NUMBER.search(line)]
    if not lines:
        return text
    reason = _REASON.search(lines[-1])
    return lines[-1][: reason.start(1)] if reason else text


def _is_part(text: str, number: re.Match[str]) -> bool:
    """Whether a number is only a part of what is being calculated."""
    before = text[max(0, number.start() - _NEAR) : number.start()]
    behind = text[number.end() : number.end() + _NEAR]
    return bool(_CALCULATED_ON.match(behind) or _CALCULATED_WITH.search(before))


def _unless_two(text: str, number: re.Match[str]) -> str | None:
    before = text[max(0, number.start() - _NEAR) : number.start()]
    behind = text[number.end() : number.end() + _NEAR]
    two = _OR_BEHIND.match(behind) or _OR_BEFORE.search(before) or _AND_BEHIND.match(behind)
    denied = _DENIED.search(text)
    return None if two or denied else number.group()


def _in_words(text: str) -> str | None:
    """Read “Forty-two”, or a sentence that ends so."""
    found = _IN_WORDS.search(text.strip()[-200:])
    if not found:
        return None
    total = part = 0
    for word in re.findall(rf"\b(?:{_NAME})\b", found.group(1).casefold()):
        if word == "thousand":
            total, part = total + (part or 1) * 1000, 0
        elif word == "hundred":
            part = (part or 1) * 100
        else:
            part += _VALUES[word]
    return str(total + part)
