"""Makes the bundled questions and proves their answers.

python make_tasks.py           writes resources/tasks/*.jsonl
python make_tasks.py --check   only compares with what is there
python make_tasks.py --show 3  prints some of each kind

The same code gives the same files on every machine: each kind has its own seed. Every item is
checked by the program's own scoring (``app.core.tasks``): the right answer is accepted in several
wordings, wrong ones are refused, and no two prompts are equal. Programs of the kind *code* are run.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import task_arithmetic  # noqa: E402
import task_choice  # noqa: E402
import task_code  # noqa: E402
import task_format  # noqa: E402
import task_passage  # noqa: E402
import task_pictures  # noqa: E402
import task_spelling  # noqa: E402
from further import (  # noqa: E402
    arithmetic,
    choice,
    code,
    format,  # noqa: A004
    instructions,
    passage,
    pictures,
    recall,
    spelling,
)
from proof import printed, prove_answers  # noqa: E402

from app.core.tasks.items import QUICK_ITEMS, Check, TaskItem, parse_items  # noqa: E402
from app.core.tasks.reading import BEHIND_TOKENS, counted, written  # noqa: E402
from app.core.tasks.scoring import is_right  # noqa: E402

if TYPE_CHECKING:
    from task_item import Item, Maker

TARGET = ROOT / "resources" / "tasks"
FIRST = 240
KINDS: dict[str, tuple[Sequence[Maker], int]] = {
    "arithmetic": (task_arithmetic.MAKERS, 4_101),
    "passage": (task_passage.MAKERS, 4_102),
    "format": (task_format.MAKERS, 4_103),
    "choice": (task_choice.MAKERS, 4_104),
    "spelling": (task_spelling.MAKERS, 4_105),
    "code": (task_code.MAKERS, 4_106),
    "instructions": (instructions.MAKERS, 4_108),
    "recall": ((), 4_109),
    "pictures": (task_pictures.MAKERS, 4_107),
}
# Whoever has answers to the first ones keeps them: these come on top.
FURTHER: dict[str, tuple[Sequence[Maker], int]] = {
    "arithmetic": (arithmetic.MAKERS, 4_201),
    "passage": (passage.MAKERS, 4_202),
    "format": (format.MAKERS, 4_203),
    "choice": (choice.MAKERS, 4_204),
    "spelling": (spelling.MAKERS, 4_205),
    "code": (code.MAKERS, 4_206),
    "instructions": (instructions.MAKERS, 4_208),
    "pictures": (pictures.MAKERS, 4_207),
}
PER_KIND = dict.fromkeys(KINDS, 480)
_MOST_ATTEMPTS = 60
_WORDS = re.compile(r"\w+")


def make(kind: str) -> list[Item]:
    """All questions of a kind, in the order of the file, numbered by when they were made."""
    makers, seed = KINDS[kind]
    rng = random.Random(seed)
    if kind == "recall":
        # Questions about one text stay together: it is read once for all of them.
        return _numbered(recall.make(rng))
    asked: set[tuple[str, ...]] = set()
    items = _made(kind, makers, rng, asked)
    if kind in FURTHER:
        makers, seed = FURTHER[kind]
        rng = random.Random(seed)
        return _in_turns(_numbered([*items, *_made(kind, makers, rng, asked)]), rng)
    return _numbered(items)


def _numbered(items: Sequence[Item]) -> list[Item]:
    return [replace(item, number=number) for number, item in enumerate(items, start=1)]


def _in_turns(items: Sequence[Item], rng: random.Random) -> list[Item]:
    """Rounds over the sorts, so that any beginning is a fair sample."""
    by_sort: dict[str, list[Item]] = {}
    for item in items:
        by_sort.setdefault(item.sort, []).append(item)
    found: list[Item] = []
    for at in range(max(map(len, by_sort.values()))):
        one_each = [made[at] for made in by_sort.values() if at < len(made)]
        rng.shuffle(one_each)
        found += one_each
    return found


def _made(
    kind: str, makers: Sequence[Maker], rng: random.Random, asked: set[tuple[str, ...]]
) -> list[Item]:
    """So many as a half of a kind has, sort after sort, none of them asked before."""
    is_first = not asked
    items: list[Item] = []
    left = list(makers)
    while len(items) < FIRST:
        rng.shuffle(left)
        for maker in left[: FIRST - len(items)]:
            for _ in range(_MOST_ATTEMPTS):
                item = _printed(maker(rng)) if kind == "code" else maker(rng)
                told = _told(kind, item)
                # The first ones are as they have always been: later ones are held more apart.
                near = ("near", *sorted(_WORDS.findall(" ".join(told).casefold())))
                if told not in asked and (is_first or near not in asked):
                    asked |= {told, near}
                    items.append(item)
                    break
            else:
                left = [other for other in left if other is not maker]
        if not left:
            raise RuntimeError(f"{kind} has too few different questions")
    return task_choice.place_answers(items, rng) if kind == "choice" else items


def _told(kind: str, item: Item) -> tuple[str, ...]:
    """What makes it a question: the same one with another right answer is another."""
    question = item.prompt.split("\n\nA)")[0]
    if kind == "choice":
        return (question, item.accept[0])
    return (question, str((item.accept, item.answer)), item.picture)


def _printed(item: Item) -> Item:
    """The item with what its program prints as the answer."""
    line = printed(str(item.answer)).removesuffix("\n")
    if not line or "\n" in line:
        raise RuntimeError(f"a program prints no single line: {item.answer}")
    return replace(item, answer=line)


def prove(kind: str, text: str) -> None:
    """Check every line of a file with the program's own scoring.

    Raises:
        AssertionError: An item is wrong.
    """
    items = parse_items(text)
    assert len(items) == PER_KIND[kind], kind
    asked = {(item.prompt, item.picture, item.text) for item in items}
    assert len(asked) == len({item.key for item in items}) == PER_KIND[kind], kind
    for item in items:
        for wording in ("{}", "{}.", "The answer is {}.", "**{}**", "Answer: {}", "\n{}\n"):
            if item.check.value == "json" and wording not in ("{}", "\n{}\n"):
                continue
            assert is_right(item, wording.format(item.answer)), (item, wording)
        for wrong in (*item.reject, "", "I do not know."):
            assert not is_right(item, wrong), (item, wrong)
        for other in items[:QUICK_ITEMS]:
            same = other.answer in (item.answer, *item.accept) or other.check is not item.check
            assert same or not is_right(item, other.answer) or item.check.value == "json", (
                item,
                other.answer,
            )
        if item.check.value == "fact":
            told = item.asked.split("\n\nQuestion:")[0].casefold()
            assert all(name.casefold() in told for name in (item.answer, *item.reject)), item
    _prove_texts(items)
    prove_answers(items, FIRST)
    if kind == "choice":
        letters = Counter(item.answer for item in items)
        assert set(letters.values()) == {PER_KIND[kind] // 4}, letters
        for item in items:
            options = {item.accept[0], *item.reject}
            assert len(options) == 4, item
            assert f"{item.answer}) {item.accept[0]}\n" in item.prompt, item


def _prove_texts(items: Sequence[TaskItem]) -> None:
    """What is to be recalled stands once in its text, and far back."""
    for words in {item.text for item in items} - {""}:
        _, *facts = words.split(" | ")
        told = written(words)
        assert all(told.count(fact) == 1 for fact in facts), words
        assert counted(told[told.index(facts[-1]) + len(facts[-1]) :]) >= BEHIND_TOKENS, words
        rest = told
        for fact in facts:
            rest = rest.replace(fact, "")
        known = [item for item in items if item.text == words and item.check is Check.FACT]
        answers = {name for item in known for name in (item.answer, *item.reject)}
        assert not any(re.search(rf"\b{name}\b", rest) for name in answers), words


def as_text(kind: str, items: Sequence[Item]) -> str:
    """The file of a kind."""
    rows = [item.row(kind) for item in items]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def main() -> int:
    """Make, prove and write or compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare with what is there")
    parser.add_argument("--show", type=int, default=0, help="print so many of each kind")
    words = parser.parse_args()
    stale = 0
    for kind in KINDS:
        items = make(kind)
        text = as_text(kind, items)
        prove(kind, text)
        target = TARGET / f"{kind}.jsonl"
        if words.check:
            stale += not target.is_file() or target.read_text(encoding="utf-8") != text
        else:
            TARGET.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        sorts = Counter(item.sort for item in items)
        print(f"{kind}: {len(items)} items of {len(sorts)} sorts, {len(text) / 1000:.0f} kB")
        for item in items[: words.show]:
            print(f"--- {item.sort}\n{item.prompt}\n=> {item.answer!r}")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
