"""Two instructions, followed one after the other as the question words them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from proof.facts.language import SIDES
from proof.facts.world import CAPITALS

_QUOTED = re.compile(r'"([^"]+)"')
_NUMBER = re.compile(r"\d+")
_SIGNS = {
    "hyphen": "-",
    "slash": "/",
    "plus sign": "+",
    "semicolon": ";",
    "equals sign": "=",
    "exclamation mark": "!",
    "question mark": "?",
}
_SPELLED = [
    "ZERO",
    "ONE",
    "TWO",
    "THREE",
    "FOUR",
    "FIVE",
    "SIX",
    "SEVEN",
    "EIGHT",
    "NINE",
    "TEN",
    "ELEVEN",
    "TWELVE",
]


def _sign(text: str) -> str:
    (found,) = [sign for name, sign in _SIGNS.items() if name in text]
    return found


def _listed(text: str) -> list[str]:
    rest = re.search(r": ([a-z]+(?:, [a-z]+)+)[.?]", text)
    assert rest is not None, text
    return rest[1].split(", ")


def _mark(text: str, quoted: Sequence[str], numbers: Sequence[int]) -> str:
    del numbers
    return f"{quoted[0].upper()}{_sign(text)}"


def _reply(text: str, quoted: Sequence[str], numbers: Sequence[int]) -> str:
    del numbers
    return f"{quoted[0]}: {CAPITALS[text.split('capital of ')[1].split('?')[0]].upper()}"


def _opposite(text: str, quoted: Sequence[str], numbers: Sequence[int]) -> str:
    """A word may have several opposites: the one that everybody says stands first."""
    del numbers
    (sides,) = [sides for sides in SIDES if any(quoted[0] in side for side in sides)]
    (other,) = [side for side in sides if quoted[0] not in side]
    return other[0].upper() + _sign(text)


def _picked(text: str, quoted: Sequence[str], numbers: Sequence[int]) -> str:
    del quoted, numbers
    colour, animal = text.split(" has a ")[1].split(".")[0].split()
    return f"{animal}/{colour}"


def _longest(text: str) -> str:
    words = sorted(_listed(text.replace("?", ".")), key=lambda word: (len(word), word))
    assert len(words[-1]) > len(words[-2]), text
    return f"{words[-1]}/{words[-1]}".upper()


def _left_out(text: str, quoted: Sequence[str], numbers: Sequence[int]) -> str:
    del numbers
    return "/".join(word for word in _listed(text) if word != quoted[0]).upper()


def _replaced(text: str, quoted: Sequence[str], numbers: Sequence[int]) -> str:
    del text, numbers
    sentence, other = quoted
    _, feeds, the, _, animal = sentence.split()
    return f"{other} {feeds} {the} {animal}!"


def _even_or_odd(text: str, quoted: Sequence[str], numbers: Sequence[int]) -> str:
    del quoted
    wanted = 1 if "only the odd" in text else 0
    return "+".join(str(number) for number in numbers if number & 1 == wanted)


def _by_place(text: str, quoted: Sequence[str], numbers: Sequence[int]) -> str:
    del quoted, numbers
    place = ("first", "second", "third", "fourth").index(text.split("Take the ")[1].split()[0])
    return f"{_listed(text)[place].upper()}?"


def _condition(text: str, quoted: Sequence[str], numbers: Sequence[int]) -> str:
    del text, numbers
    word = quoted[0]
    return f"{word.upper()}!" if len(word) > 5 else f"{word}-{word}!"


def _shortest(text: str) -> str:
    words = {len(word): word for word in _listed(text)}
    assert len(words) == 3, text
    return "+".join(words[length] for length in sorted(words)[:2]).upper()


def _in_turns(text: str) -> str:
    one, two, three, four = _listed(text)
    return f"{one.upper()}-{two}-{three.upper()}-{four}"


_Solver = Callable[[str, Sequence[str], Sequence[int]], str]
_BY_SORT: Mapping[str, _Solver] = {
    "capitals and mark": _mark,
    "twice": lambda text, q, _: f"{q[0]}{_sign(text)}{q[0]}",
    "reply": _reply,
    "sum and unit": lambda _, q, n: f"{sum(n)} {q[0].upper()}",
    "opposite": _opposite,
    "number twice": lambda text, _, n: "=".join([str(max(n) if "larger" in text else min(n))] * 2),
    "picked": _picked,
    "spelled": lambda _, __, n: _SPELLED[sum(n)],
    "sorted": lambda text, _, __: _sign(text).join(sorted(_listed(text))),
    "reversed list": lambda text, _, __: _sign(text).join(reversed(_listed(text))),
    "longest": lambda text, _, __: _longest(text),
    "initials": lambda text, _, __: _sign(text).join(word[0] for word in _listed(text)).upper(),
    "left out": _left_out,
    "replaced": _replaced,
    "doubled": lambda _, __, n: "/".join(str(number + number) for number in reversed(n)),
    "even or odd": _even_or_odd,
    "names": lambda _, q, __: "/".join([q[0].split()[1].upper(), q[0].split()[0]]),
    "counted": lambda _, q, __: f"{q[0].upper()}={sum(1 for _ in q[0])}",
    "by place": _by_place,
    "condition": _condition,
    "shortest": lambda text, _, __: _shortest(text),
    "product and sum": lambda _, __, n: f"{n[0] * n[1]}/{n[0] + n[1]}",
    "two letters": lambda _, q, __: f"{q[0][:1].upper()}-{q[1][-1:]}",
    "sorted numbers": lambda _, __, n: "/".join(map(str, sorted(n)[:0:-1])),
    "in turns": lambda text, _, __: _in_turns(text),
}


def solved(sort: str, prompt: str) -> str:
    """The answer to a question."""
    numbers = list(map(int, _NUMBER.findall(prompt)))
    return _BY_SORT[sort](prompt, _QUOTED.findall(prompt), numbers)
