"""Files of prompts as people have them."""

from __future__ import annotations

import pytest

from app.core.batch.prompts import MOST_PROMPTS, BatchPrompt, read_prompts
from app.core.errors import PersonError


def test_lines_are_prompts() -> None:
    found = read_prompts("\ufeffOne?\n\n  Two? \r\n", "a.txt")
    assert found == [BatchPrompt("One?"), BatchPrompt("Two?")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_names_its_columns(delimiter: str) -> None:
    head = delimiter.join(("id", "Prompt", "system"))
    line = delimiter.join(("1", '"What is\n2 + 2; or ""3"", or 4?"', "Be short."))
    found = read_prompts(f"{head}\r\n{line}\r\n2\r\n", "a.csv")
    assert found == [BatchPrompt('What is\n2 + 2; or "3", or 4?', "Be short.")]
    assert read_prompts("question\nWho?\n", "a.csv") == [BatchPrompt("Who?")]


def test_json_lines_are_texts_or_objects() -> None:
    text = '"One?"\n\n{"prompt": "Two?", "system": "Be kind.", "more": 3}\n'
    found = read_prompts(text, "a.jsonl")
    assert found == [BatchPrompt("One?"), BatchPrompt("Two?", "Be kind.")]


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        (" \n", "a.txt", "no prompts in “a.txt”"),
        ("", "a.csv", "no prompts in “a.csv”"),
        ("a,b\n1,2\n", "a.csv", "names no column “prompt”"),
        ('prompt\n"open\n', "a.csv", "quotation mark"),
        ('"fine"\n{"question": 1}\n', "a.jsonl", "Line 2 of “a.jsonl”"),
        ("x\n" * (MOST_PROMPTS + 1), "a.txt", "at most 10,000"),
        ("x" * 600_000, "a.txt", "Prompt 1 of “a.txt”"),
    ],
)
def test_what_is_wrong_is_one_sentence(text: str, name: str, said: str) -> None:
    with pytest.raises(PersonError, match=said):
        read_prompts(text, name)
