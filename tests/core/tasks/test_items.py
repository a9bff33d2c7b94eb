from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.tasks.items import (
    BadItemsError,
    Check,
    TaskItem,
    first_of_each_kind,
    parse_items,
)
from app.core.tasks.scoring import is_right
from app.resources import resource_path


def line(**fields: object) -> str:
    return json.dumps(fields)


def test_the_demo_models_questions_are_items() -> None:
    rows = line(kind="sums", prompt="How much is 70 + 13?", answer="83")
    assert parse_items(rows) == [
        TaskItem("sums-1", "sums", "How much is 70 + 13?", "83", Check.ENDS)
    ]
    assert parse_items(rows, kind="demo")[0].kind == "demo"


def test_the_demo_models_held_out_file_can_be_used() -> None:
    text = resource_path("demo", "held_out.jsonl").read_text(encoding="utf-8")
    items = parse_items(text, kind="demo")
    assert len(items) == 300
    assert {item.check for item in items} == {Check.ENDS}
    assert all(is_right(item, f"So it is {item.answer}.") for item in items)


def test_all_fields() -> None:
    text = "\ufeff\n" + line(
        id="q7",
        prompt="Who?",
        answer="Vera",
        check="fact",
        accept=["Vera M."],
        reject=["Ida"],
        sort="name",
    )
    assert parse_items(text) == [
        TaskItem("q7", "own", "Who?", "Vera", Check.FACT, ("Vera M.",), ("Ida",), sort="name")
    ]


@pytest.mark.parametrize(
    ("answer", "check", "text"),
    [
        (42, Check.NUMBER, "42"),
        (2.5, Check.NUMBER, "2.5"),
        ("42", Check.ENDS, "42"),
        ({"a": [1, None]}, Check.JSON, '{"a": [1, null]}'),
        ([1, 2], Check.JSON, "[1, 2]"),
    ],
)
def test_the_check_follows_from_the_answer(answer: object, check: Check, text: str) -> None:
    item = parse_items(line(prompt="?", answer=answer))[0]
    assert (item.check, item.answer) == (check, text)


def test_json_may_be_written_as_text() -> None:
    item = parse_items(line(prompt="?", answer='{"a": 1}', check="json"))[0]
    assert item.answer == '{"a": 1}'
    assert parse_items(line(prompt="?", answer="plain", check="json"))[0].answer == '"plain"'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no question"),
        ("\n \n", "no question"),
        ("nonsense", "Line 1 is not valid JSON"),
        (line(prompt="?", answer="1") + "\n{", "Line 2 is not valid JSON"),
        ("[" * 50_000, "Line 1 is not valid JSON"),
        ("[1]", "no JSON object"),
        (line(answer="1"), "no prompt"),
        (line(prompt=" ", answer="1"), "no prompt"),
        (line(prompt=3, answer="1"), "no prompt"),
        (line(prompt="?"), "no answer"),
        (line(prompt="?", answer=""), "neither a text nor a number"),
        (line(prompt="?", answer=True), "neither a text nor a number"),
        (line(prompt="?", answer={"a": 1}, check="number"), "neither a text nor a number"),
        (line(prompt="?", answer="1", check="magic"), "none of number"),
        (line(prompt="?", answer="1", check=["number"]), "none of number"),
        (line(prompt="?", answer="1", kind=7), "kind"),
        (line(prompt="?", answer="1", id=[1]), "id"),
        (line(prompt="?", answer="1", accept="x"), "accept"),
        (line(prompt="?", answer="1", reject=[1]), "reject"),
        (
            line(prompt="?", answer="1", id="a") + "\n" + line(prompt="?", answer="1", id="a"),
            "twice",
        ),
        (line(prompt="?" * 1_000_001, answer="1"), "too long"),
    ],
)
def test_bad_files_are_told_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(BadItemsError, match=sentence) as error:
        parse_items(text)
    assert error.value.sentence.endswith(".")


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(BadItemsError):
        assert parse_items(text)


def test_the_quick_profile_takes_the_first_of_each_kind() -> None:
    items = parse_items(
        "\n".join(line(kind="ab"[i % 2], prompt=str(i), answer="1") for i in range(9))
    )
    assert [item.prompt for item in first_of_each_kind(items, 2)] == ["0", "1", "2", "3"]
