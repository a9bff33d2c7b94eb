"""Texts that stand before a question, written from a line of words: the same wherever they are.

``7 | The key hangs behind the clock. | Nora has a boat.`` is a record of a day by the sea in which
those sentences stand near the beginning, one after another among others, and behind the last of
them so much of nothing in particular that it lies 2,000 tokens back, by any vocabulary that has a
token at least for each word and each mark. The number chooses what happens that day.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256

BEHIND_TOKENS = 2_000
"""So many words and marks stand behind the last sentence at least."""
_BYTES_A_TOKEN = 3.5
_MOST_FACTS = 40
_KEPT = 64


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.replace("\n", " ").split("|") if part.strip())


_OPENING = (
    "Read these notes of one long day in a small town by the sea; a question about them follows."
)
_WHEN = _parts(
    """
    In the morning|Before noon|Towards evening|After the rain|On the way back|
    A little later|While the tide was out|When the shops opened|As the light faded|
    During the long break|Once the fog had gone|Soon after lunch|Just before the bells|
    At low water
    """
)
_WHO = _parts(
    """
    two fishermen|an old couple|the people from the post office|a group of pupils|
    some men from the ferry|the neighbours|a few visitors|the women at the counter|
    both carpenters|some walkers|the gardeners|the children from the corner house|
    a few sailors|the people next door|some of the guests|the workers from the yard
    """
)
_DID = _parts(
    """
    walked along the shore|sat on the wall|talked about the weather|waited for the bus|
    carried baskets up the hill|looked at the clouds|swept the steps|mended an old net|
    shared some bread|read the notices|listened to the waves|
    pushed a cart through the lane|asked for the way to the mill|laughed about something|
    stood in the doorway|watched the boats come in|hung out the washing|
    stacked wood for the winter
    """
)
_WHERE = _parts(
    """
    near the bridge|behind the chapel|at the edge of the wood|beside the well|
    opposite the bakery|by the water|in the shade of the trees|on the market square|
    below the old tower|at the end of the pier|in front of the school|along the narrow path
    """
)
_CLOSE = _parts(
    """
    and nobody was in a hurry|as on every other day|which took longer than usual|
    until the bells rang|although the air was still cold|and then went home|
    without saying much|for the better part of an hour|because there was little else to do|
    while the gulls cried above the roofs|and left before it got dark|
    so that the lane was quiet again|just as in the years before|
    and came back with wet shoes
    """
)
_WHAT = _parts(
    """
    The water in the harbour|The road to the mill|The grass on the slope|
    The smoke from the chimneys|The light in the windows|The sand below the wall|
    The air above the fields|The path through the wood|The line of the far hills|
    The noise from the yard|The smell of the bakery|The shadow of the tower
    """
)
_SEEMED = _parts(
    """
    was the same as the week before|had changed since the spring|seemed calmer than usual|
    was gone by the time the shops closed|could be noticed from far away|
    was worth another look|made people stop for a moment|reminded some of earlier years|
    did not matter to anybody|was talked about at supper
    """
)
_COUNTED = re.compile(r"\w+(?:'\w+)?|[^\w\s]")


def counted(text: str) -> int:
    """How many words and marks a text has: no more than its tokens in any usual vocabulary."""
    return len(_COUNTED.findall(text))


def most_tokens(words: str) -> int:
    """How many tokens the text takes at most: usual vocabularies have fewer for plain English."""
    return round(len(written(words)) / _BYTES_A_TOKEN)


@lru_cache(maxsize=_KEPT)
def written(words: str) -> str:
    """The text.

    Raises:
        ValueError: The words make none.
    """
    number, *facts = (part.strip() for part in words.split("|"))
    if not (number.isascii() and number.isdecimal()) or not 0 < len(facts) <= _MOST_FACTS:
        raise ValueError("words of a text are a number and sentences")
    others = _Others(int(number))
    told = [_OPENING, *(part for fact in facts for part in (fact, others.next()))]
    behind = counted(told[-1])
    while behind < BEHIND_TOKENS:
        told.append(others.next())
        behind += counted(told[-1])
    return " ".join(told)


class _Others:
    """Sentences of nothing in particular, none of them twice."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._drawn = 0
        self._told: set[str] = set()

    def next(self) -> str:
        """One more."""
        while True:
            sentence = self._made()
            if sentence not in self._told:
                self._told.add(sentence)
                return sentence

    def _made(self) -> str:
        when, who, did, where, close = map(self._of, (_WHEN, _WHO, _DID, _WHERE, _CLOSE))
        forms = (
            f"{when} {who} {did} {where}, {close}.",
            f"{_capital(who)} {did} {where}, {close}.",
            f"{_capital(where)} {who} {did}, {close}.",
            f"{when} it was quiet {where}, and {who} {did}.",
            f"{self._of(_WHAT)} {self._of(_SEEMED)}, and {who} {did} {where}.",
            f"{_capital(who)} {did}, {close}, and others {self._of(_DID)} {where}.",
        )
        return self._of(forms)

    def _of(self, parts: tuple[str, ...]) -> str:
        # No generator of the library's, whose numbers may change from one version to the next.
        self._drawn += 1
        digest = sha256(f"{self._number} {self._drawn}".encode()).digest()
        return parts[int.from_bytes(digest[:4], "big") % len(parts)]


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]
