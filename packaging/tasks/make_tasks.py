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
import contextlib
import io
import json
import random
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

from app.core.tasks.items import QUICK_ITEMS, parse_items  # noqa: E402
from app.core.tasks.scoring import is_right  # noqa: E402

if TYPE_CHECKING:
    from task_item import Item, Maker

TARGET = ROOT / "resources" / "tasks"
PER_KIND = 240
KINDS: dict[str, tuple[Sequence[Maker], int]] = {
    "arithmetic": (task_arithmetic.MAKERS, 4_101),
    "passage": (task_passage.MAKERS, 4_102),
    "format": (task_format.MAKERS, 4_103),
    "choice": (task_choice.MAKERS, 4_104),
    "spelling": (task_spelling.MAKERS, 4_105),
    "code": (task_code.MAKERS, 4_106),
    "pictures": (task_pictures.MAKERS, 4_107),
}
_MOST_ATTEMPTS = 60


def make(kind: str) -> list[Item]:
    """All questions of a kind: rounds over its sorts, so that any beginning is a fair sample."""
    makers, seed = KINDS[kind]
    rng = random.Random(seed)
    items: list[Item] = []
    asked: set[tuple[str, ...]] = set()
    left = list(makers)
    while len(items) < PER_KIND:
        rng.shuffle(left)
        for maker in left[: PER_KIND - len(items)]:
            for _ in range(_MOST_ATTEMPTS):
                item = printed(maker(rng)) if kind == "code" else maker(rng)
                # The same question with another right answer is another question.
                question: tuple[str, ...] = (
                    item.prompt.split("\n\nA)")[0],
                    str((item.accept, item.answer)),
                    item.picture,
                )
                if kind == "choice":
                    question = (question[0], item.accept[0])
                if question not in asked:
                    asked.add(question)
                    items.append(item)
                    break
            else:
                left = [other for other in left if other is not maker]
        if not left:
            raise RuntimeError(f"{kind} has too few different questions")
    return task_choice.place_answers(items, rng) if kind == "choice" else items


def printed(item: Item) -> Item:
    """The item with what its program prints as the answer."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(str(item.answer), item.sort, "exec"), {"__name__": "__main__"})
    line = output.getvalue().removesuffix("\n")
    if not line or "\n" in line:
        raise RuntimeError(f"a program prints no single line: {item.answer}")
    return replace(item, answer=line)


def prove(kind: str, text: str) -> None:
    """Check every line of a file with the program's own scoring.

    Raises:
        AssertionError: An item is wrong.
    """
    items = parse_items(text)
    assert len(items) == PER_KIND, kind
    assert len({(item.prompt, item.picture) for item in items}) == PER_KIND, kind
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
            passage = item.prompt.split("\n\nQuestion:")[0]
            assert all(name in passage for name in (item.answer, *item.reject)), item
    if kind == "choice":
        letters = Counter(item.answer for item in items)
        assert set(letters.values()) == {PER_KIND // 4}, letters
        for item in items:
            options = {item.accept[0], *item.reject}
            assert len(options) == 4, item
            assert f"{item.answer}) {item.accept[0]}\n" in item.prompt, item


def as_text(kind: str, items: Sequence[Item]) -> str:
    """The file of a kind."""
    rows = [item.row(kind, number) for number, item in enumerate(items, start=1)]
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
