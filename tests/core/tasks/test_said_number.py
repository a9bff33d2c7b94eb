from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.tasks.said_number import said_number


@pytest.mark.parametrize(
    "text",
    [
        "2*3*4=24",
        "2*3*4 = 24",
        r"$2 \times 3 \times 4 = 24$",
        r"\boxed{2\cdot 12 = 24}",
        r"\[\boxed{24}\] The answer stands in the box.",
        "The answer is 2*3*4 = 24.",
        "The answer to 12 times 2 is 24.",
        "The answer for half of 48 is 24.",
        "Answer: 4! = 24",
        "Answer: 48/2 = 24",
        "Answer: a*b = 4*6 = 24 apples",
        "Answer:\n2*3 = 6\n6*4 = 24",
        "The answer is 24\nCheck: 24 / 4 = 6",
        "The answer is 24 and 6 is left.",
        "The answer is 24. With 7 it would be 42.",
        "My answer is 24. I am 100 % sure.",
        "**Answer**: 24",
        "**Answer:** 24",
        "24 (which is 2*12)",
        "12 times 2 is 24 (two groups of 12).",
        "It is 24, not 25.",
        "Not 25 but 24",
        "The answer is not 25 but 24.",
        "The sum is 24 when 10 and 14 are added.",
        "The area is 24 m^2.",
        "twenty-four",
        "The answer is twenty-four.",
        "It has twenty-four letters.",
    ],
)
def test_the_result_is_told_from_its_working(text: str) -> None:
    assert said_number(text) == "24"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no number",
        "2*3*4",
        "24 or 25",
        "either 24 or 25",
        "Answer: 24, 25",
        "24 - 26",
        "24 to 30",
        "The answer is 24 + 1",
        "The answer is 24/2",
        "The answer is not 24",
        "not 24",
        "There is no one",
        "one of them",
    ],
)
def test_who_leaves_it_open_has_said_no_number(text: str) -> None:
    assert said_number(text) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("The answer is 24 + 1 = 25.", "25"),
        ("The answer is 25, not 24.", "25"),
        ("The answer is 25 = 24 + 1", "25"),
        ("25 because 24 + 1 = 25", "25"),
        ("25 (not 24)", "25"),
        ("Answer:\n24 + 1 = 25", "25"),
        ("5 - 8 = -3", "-3"),
        ("1.234.567", "1.234.567"),
        ("x_1 = 9", "9"),
        ("9 m^{2}", "9"),
        ("two thousand and seven", "2007"),
        ("three hundred forty-one", "341"),
        ("zero", "0"),
    ],
)
def test_other_numbers_beside_it_do_not_count(text: str, said: str) -> None:
    assert said_number(text) == said


@given(st.text("0123456789+-*/=.,()[]{}^\\$ \nisnotroaedw:!", max_size=80))
def test_anything_can_be_read(text: str) -> None:
    said = said_number(text)
    assert said is None or any(sign.isdigit() for sign in said)
