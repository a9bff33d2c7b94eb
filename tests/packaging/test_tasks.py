"""The bundled questions: as their scripts make them, with answers that are proved."""

from __future__ import annotations

import itertools
import json
import random
import sys
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

from app.core.tasks.items import FULL_ITEMS, TaskItem, parse_items, quick_items
from app.core.tasks.reading import BEHIND_TOKENS, counted
from app.lab.tasks.sets import BUNDLED
from app.resources import resource_path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "packaging" / "tasks"))  # the scripts import each other by name

import make_tasks  # noqa: E402
import task_choice  # noqa: E402
from further import choice  # noqa: E402
from proof import prove_answer  # noqa: E402
from proof.form import prove_unguessable  # noqa: E402

KINDS = tuple(make_tasks.KINDS)
made = cache(make_tasks.make)
FIRST = {
    "arithmetic": "0b9dbb6f806182a4",
    "passage": "07145c99f54a4ca7",
    "format": "4f195fb329b0d4e8",
    "choice": "324aa9f44844d090",
    "spelling": "e663e136ae77a1f6",
    "code": "0c5209967eb5aa9b",
    "pictures": "67fe0648db7b3cff",
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_files_are_what_the_scripts_make(kind: str) -> None:
    text = resource_path("tasks", f"{kind}.jsonl").read_text(encoding="utf-8")
    assert make_tasks.as_text(kind, made(kind)) == text


@pytest.mark.parametrize("kind", KINDS)
def test_every_answer_is_proved(kind: str) -> None:
    text = resource_path("tasks", f"{kind}.jsonl").read_text(encoding="utf-8")
    make_tasks.prove(kind, text)
    items = parse_items(text)
    assert len(items) >= FULL_ITEMS
    assert len({item.sort for item in items}) >= 24
    assert {item.kind for item in items} == {kind}
    assert max(len(item.prompt) for item in items) < 1200


@pytest.mark.parametrize("kind", KINDS)
def test_the_quick_profile_has_all_sorts(kind: str) -> None:
    items = made(kind)
    sorts = [item.sort for item in items]
    counts = [sorts[: quick_items(len(BUNDLED))].count(sort) for sort in set(sorts)]
    assert max(counts) - min(counts) <= 2
    assert min(counts) >= 1


def test_a_wrong_item_is_found() -> None:
    items = made("arithmetic")
    rows = [item.row("arithmetic") for item in items]
    for wrong in ({"prompt": rows[6]["prompt"]}, {"answer": 987_654}):
        changed = [*rows[:7], {**rows[7], **wrong}, *rows[8:]]
        with pytest.raises(AssertionError):
            make_tasks.prove("arithmetic", "\n".join(json.dumps(row) for row in changed))


def test_every_sort_of_choices_is_proved() -> None:
    """One letter is right, by facts that the question was not made from."""
    firsts = {item.sort: item for item in reversed(_items("choice"))}
    assert len(firsts) >= 28
    for item in firsts.values():
        prove_answer(item)
        for letter in {*"ABCD"} - {item.answer}:
            with pytest.raises(AssertionError):
                prove_answer(replace(item, answer=letter))


def test_a_second_right_option_and_one_that_nobody_knows_are_found() -> None:
    item = next(item for item in _items("choice") if item.prompt.startswith("Which of these cou"))
    right = {"Africa": "Tunisia", "Asia": "China", "Europe": "Spain", "South America": "Argentina"}
    for other in (next(name for place, name in right.items() if place in item.prompt), "Utopia"):
        with pytest.raises(AssertionError):
            prove_answer(replace(item, prompt=item.prompt.replace(item.reject[0], other)))


@pytest.mark.parametrize("kind", sorted({*KINDS} - {"code"}))  # programs prove themselves
def test_a_sort_that_nothing_proves_is_refused(kind: str) -> None:
    item = _items(kind)[0]
    for strange in ({"sort": "unheard of"}, {"kind": "unheard of"}):
        with pytest.raises(AssertionError, match="nothing proves"):
            prove_answer(replace(item, **strange))


def test_a_right_option_that_is_always_the_longest_is_found() -> None:
    items = _items("choice")
    told = [replace(item, accept=(item.accept[0] + " of them all",)) for item in items]
    with pytest.raises(AssertionError):
        prove_unguessable(told)


def test_what_is_recalled_lies_far_back_and_has_room_in_a_usual_context() -> None:
    items = _items("recall")
    assert len({item.text for item in items}) == len(items) / 12
    for item in items:
        facts = item.text.split(" | ")[1:]
        behind = item.asked.split(facts[-1])[1]
        assert counted(behind) >= BEHIND_TOKENS
        assert item.most_tokens < 3500
    # Questions about a text follow each other, so that it is read once for all of them.
    texts = [item.text for item in items]
    assert sum(one != other for one, other in itertools.pairwise(texts)) + 1 == len(set(texts))


def test_first_questions_are_as_they_were() -> None:
    """Who has answers to them keeps them: digests of what they were before there were more."""
    digests = {
        kind: sha256(
            repr(
                [(i.key, i.prompt, i.answer) for i in sorted(_first(kind), key=lambda i: i.key)]
            ).encode()
        ).hexdigest()[:16]
        for kind in ("arithmetic", "passage", "format", "choice", "spelling", "code", "pictures")
    }
    assert digests == FIRST


def _first(kind: str) -> list[TaskItem]:
    return [item for item in _items(kind) if int(item.key.rsplit("-", 1)[1]) <= 240]


def _items(kind: str) -> list[TaskItem]:
    return parse_items(resource_path("tasks", f"{kind}.jsonl").read_text(encoding="utf-8"))


def test_tables_have_no_two_right_options() -> None:
    rng = random.Random(1)
    for maker in (*task_choice.MAKERS, *choice.MAKERS):
        for _ in range(300):
            item = maker(rng)
            assert len({*item.accept, *item.reject}) == 4, item
