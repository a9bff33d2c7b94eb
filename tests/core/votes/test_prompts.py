from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.core.votes.prompts import join_prompts, split_prompts


def test_blank_lines_part_prompts() -> None:
    text = "Why is the sky blue?\n\n  \nList three birds\nwithout wings.\r\n\r\nSpell elephant.\n"
    assert split_prompts(text) == [
        "Why is the sky blue?",
        "List three birds\nwithout wings.",
        "Spell elephant.",
    ]


def test_a_code_block_stays_whole() -> None:
    code = "What does this do?\n```python\na = 1\n\n\nb = 2\n```"
    assert split_prompts(f"{code}\n\nAnd this?") == [code.replace("\n\n\n", "\n\n"), "And this?"]
    assert split_prompts("````\n```\n\nx\n````\n\ny") == ["````\n```\n\nx\n````", "y"]


def test_a_code_block_that_never_ends_takes_the_rest() -> None:
    assert split_prompts("```\na\n\nb") == ["```\na\n\nb"]


def test_nothing_and_twice_the_same() -> None:
    assert split_prompts(" \n\n\t\n") == []
    assert split_prompts("Hello\n\nHello\n\n Hello ") == ["Hello"]


def test_a_line_of_dashes_parts_prompts_with_blank_lines() -> None:
    text = "Sum this up:\n\nOnce upon a time.\n\n-----\nAnd this:\n\n---\n\nThe end.\n"
    assert split_prompts(text) == [
        "Sum this up:\n\nOnce upon a time.",
        "And this:\n\n---\n\nThe end.",
    ]


@given(st.lists(st.text("ab `-\n").map(str.strip).filter(bool), unique=True, max_size=5))
def test_what_is_joined_comes_apart_again(prompts: list[str]) -> None:
    wanted = [each for each in prompts if "-----" not in each]
    assert split_prompts(join_prompts(wanted)) == wanted
