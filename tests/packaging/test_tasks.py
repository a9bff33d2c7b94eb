"""The bundled questions: as their scripts make them, with answers that are proved."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import pytest

from app.core.tasks.items import FULL_ITEMS, QUICK_ITEMS, parse_items
from app.resources import resource_path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "packaging" / "tasks"))  # the scripts import each other by name

import make_tasks  # noqa: E402
import task_choice  # noqa: E402

KINDS = tuple(make_tasks.KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_files_are_what_the_scripts_make(kind: str) -> None:
    text = resource_path("tasks", f"{kind}.jsonl").read_text(encoding="utf-8")
    assert make_tasks.as_text(kind, make_tasks.make(kind)) == text


@pytest.mark.parametrize("kind", KINDS)
def test_every_answer_is_proved(kind: str) -> None:
    text = resource_path("tasks", f"{kind}.jsonl").read_text(encoding="utf-8")
    make_tasks.prove(kind, text)
    items = parse_items(text)
    assert len(items) >= FULL_ITEMS
    assert {item.kind for item in items} == {kind}
    assert max(len(item.prompt) for item in items) < 1200


@pytest.mark.parametrize("kind", KINDS)
def test_the_quick_profile_has_all_sorts(kind: str) -> None:
    items = make_tasks.make(kind)
    sorts = [item.sort for item in items]
    counts = [sorts[:QUICK_ITEMS].count(sort) for sort in set(sorts)]
    assert max(counts) - min(counts) <= 2
    assert min(counts) >= 3


def test_a_wrong_item_is_found() -> None:
    items = make_tasks.make("arithmetic")
    rows = [item.row("arithmetic", number) for number, item in enumerate(items, start=1)]
    rows[7]["prompt"] = rows[6]["prompt"]
    with pytest.raises(AssertionError):
        make_tasks.prove("arithmetic", "\n".join(json.dumps(row) for row in rows))


def test_tables_have_no_two_right_options() -> None:
    rng = random.Random(1)
    for maker in task_choice.MAKERS:
        for _ in range(300):
            item = maker(rng)
            assert len({*item.accept, *item.reject}) == 4, item
