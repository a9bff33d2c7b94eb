from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.tasks.items import Check, TaskItem
from app.core.tasks.scoring import Outcome, is_right, judge


def item(
    check: Check, answer: str, accept: tuple[str, ...] = (), reject: tuple[str, ...] = ()
) -> TaskItem:
    return TaskItem("x", "own", "?", answer, check, accept, reject)


def check_all(asked: TaskItem, right: list[str], wrong: list[str]) -> None:
    assert [text for text in right if not is_right(asked, text)] == []
    assert [text for text in wrong if is_right(asked, text)] == []


def test_numbers() -> None:
    check_all(
        item(Check.NUMBER, "85"),
        right=[
            "85",
            "85.",
            " **85** ",
            "47 + 38 = 85",
            "The answer is 85.",
            "7 + 8 = 15, carry 1; 4 + 3 + 1 = 8. The answer is 85.",
            "Answer: 85 apples (47 red and 38 green)",
            r"So the result is \(\boxed{85}\).",
            "85.0",
            "It is $85",
            "eighty-five",
            "85\n\nExplanation: 40 + 30 = 70 and 7 + 8 = 15.",
            "85\n\nLet me know if I can add 2 more!",
        ],
        wrong=[
            "",
            "58",
            "185",
            "8.5",
            "-85",
            "eighty-six",
            "85 or 86",
            "85%2",
            "The answer is 86",
            "85\n\nExplanation: wait, that was wrong, it is 86.",
            "The answer is 85²",
        ],
    )


def test_large_and_negative_numbers() -> None:
    check_all(
        item(Check.NUMBER, "12345"),
        right=["12345", "12,345", "12'345", "12,345.00", "12 345", "12.345", r"12{,}345"],
        wrong=["1,2345", "12.3450", "123.45", "345"],
    )
    check_all(
        item(Check.NUMBER, "-14"),
        right=["-14", "−14", "–14", "5 - 19 = -14", "5 – 19 = –14", "The answer is: -14"],
        wrong=["14", "5-14", "5–14", "28 – 14"],
    )
    check_all(item(Check.NUMBER, "2.5"), right=["2.5", "2.50 litres"], wrong=["2", "5", "25"])
    check_all(item(Check.NUMBER, "1.5"), right=["1.5"], wrong=["1.500.000", "1500"])


def test_options_by_letter() -> None:
    check_all(
        item(Check.LETTER, "B", accept=("Lisbon",), reject=("Madrid", "Porto", "Rome")),
        right=[
            "B",
            "b)".upper(),
            "(B)",
            "B) Lisbon",
            "B. Lisbon is the capital of Portugal, not Madrid.",
            "**B**",
            "The answer is B.",
            "The correct answer is (B) Lisbon.",
            "Answer: B",
            "Option B",
            r"\boxed{B}",
            "Lisbon",
            "It is Lisbon.",
            "A) is Madrid, which is in Spain. So the answer is B.",
        ],
        wrong=[
            "",
            "A",
            "C) Lisbon",
            "A or B",
            "The answer is A.",
            "Madrid",
            "Lisbon or Madrid",
            "none of them",
        ],
    )


def test_letters_in_lower_case() -> None:
    check_all(
        item(Check.LETTER, "B", accept=("Lisbon",), reject=("Madrid", "Porto", "Rome")),
        right=[
            "b",
            "b.",
            "(b)",
            "b) Lisbon",
            "b: Lisbon",
            "The right answer is b.",
            "Answer: b\n\nBecause it is the capital.",
        ],
        wrong=["a", "a)", "d.", "b or c", "be", "but", "The best answer is difficult.", "Both"],
    )


def test_a_letter_with_the_text_of_another_option() -> None:
    check_all(
        item(Check.LETTER, "B", accept=("Lisbon",), reject=("Madrid", "Porto", "Rome")),
        right=[
            "B. Madrid is the capital of Spain, so it is Lisbon.",
            "The answer is B. Madrid lies in Spain.",
            "B, because Madrid is in Spain.",
            "The answer is B) Lisbon, not Madrid.",
            "Lisbon, not Madrid",
        ],
        wrong=[
            "B) Madrid",
            "B: Madrid",
            "B. Madrid",
            "B - Rome",
            "(B) Rome is the capital.",
            "The answer is b) Porto",
            "A) Lisbon",
            "B or C",
            "The answer is A or B",
            "The answer is not B",
            "not Lisbon",
        ],
    )
    check_all(
        item(Check.LETTER, "A", accept=("a beak",), reject=("a fin", "a hoof", "a shell")),
        right=["a) a beak", "A: beak", "The answer is a beak", "The answer is a."],
        wrong=["A: fin", "A) a hoof is hard", "The answer is a fin", "The answer is A fin"],
    )


def test_the_option_a_is_no_article() -> None:
    asked = item(Check.LETTER, "A", accept=("a beak",), reject=("a fin", "a hoof", "a shell"))
    check_all(
        asked,
        right=["A", "A.", "A) a beak", "A. A beak", "The answer is A", "A beak", "(A)"],
        wrong=["A fin", "A hoof has one", "B) a beak", "D"],
    )


def test_facts() -> None:
    check_all(
        item(Check.FACT, "Tuesday", reject=("Monday", "Friday")),
        right=["Tuesday", "tuesday.", "On **Tuesday**.", "It closes on Tuesday at noon"],
        wrong=["", "Friday", "Tuesday or Friday", "Tuesdays", "the day before"],
    )
    check_all(
        item(Check.FACT, "Mr. O'Neill", accept=("O'Neill",), reject=("Baker",)),
        right=["Mr. O'Neill", "Mr O’Neill", "It was O'Neill."],
        wrong=["Neil", "Baker"],
    )
    # What comes before "answer:" is thinking aloud.
    check_all(
        item(Check.FACT, "Vera", reject=("Ida",)),
        right=["Ida came first, so it was not her. Answer: Vera"],
        wrong=["Vera came first. Answer: Ida"],
    )


def test_a_fact_beside_another_that_is_denied() -> None:
    asked = TaskItem("x", "own", "Question: Who won?", "Vera", Check.FACT, (), ("Ida", "Otto"))
    check_all(
        asked,
        right=[
            "Vera, not Ida",
            "Vera rather than Ida",
            "It was Vera, unlike Otto.",
            "Vera won, whereas Otto came second.",
        ],
        wrong=[
            "Ida, not Vera",
            "Not Vera, Ida",
            "It was not Vera.",
            "It was not Vera but Ida.",
            "Vera came last, while Ida won.",
            "While Vera ran, Ida won.",
            "Vera or Ida, not Otto",
            "Vera, Ida",
        ],
    )


def test_times_of_day() -> None:
    check_all(
        item(Check.FACT, "7:35", reject=("9:20", "19:35")),
        right=["7:35", "07:35", "At 07.35.", "7:35 am", "7:35 a.m."],
        wrong=["17:35", "19:35", "7:35 pm", "7:3", "7:53", "07:35 or 09:20"],
    )
    check_all(
        item(Check.FACT, "19:35", reject=("7:35",)),
        right=["19:35", "7:35 pm", "07:35 PM", "7.35 p.m."],
        wrong=["7:35", "07:35", "7:35 am", "9:35 pm"],
    )
    check_all(item(Check.FACT, "12:10"), right=["12:10 pm"], wrong=["12:10 am", "0:10"])


def test_letters() -> None:
    check_all(
        item(Check.LETTERS, "tac"),
        right=[
            "tac",
            "TAC",
            "T-A-C",
            "t a c",
            "T, A, C",
            "Cat spelled backwards is **tac**.",
            'The word is "tac"',
            "C-A-T backwards is T-A-C.",
        ],
        wrong=["", "cat", "tca", "tac is cat backwards", "T-C-A", "tacs"],
    )
    check_all(
        item(Check.LETTERS, "harvest"),
        right=[
            "“harvest” is the right word.",
            "Harvest is the correct spelling.",
            "harvest (not havrest)",
            "harvest, not havrest",
            "harvest\n\nExplanation: two letters had changed places.",
        ],
        wrong=[
            "harvest is misspelled",
            "harvest is not the word",
            "havrest (harvest)",
            "havrest, not harvest",
            "not harvest but havrest",
        ],
    )
    check_all(item(Check.LETTERS, "r"), right=["r", "R.", "The letter is R"], wrong=["a", "rr"])
    check_all(item(Check.LETTERS, "b-o-o-k"), right=["b-o-o-k", "B O O K", "book"], wrong=["b-o-k"])


def test_lines_of_output() -> None:
    check_all(
        item(Check.LINE, "[1, 2, 3]"),
        right=[
            "[1, 2, 3]",
            "[1,2,3]",
            "`[1, 2, 3]`",
            "```\n[1, 2, 3]\n```",
            "The loop runs three times.\n\n```text\n[1, 2, 3]\n```",
            "It prints [1, 2, 3].",
            "It prints:\n[1, 2, 3]",
            "The output is `[1, 2, 3]`, a list.",
            "[1, 2, 3]\n\nExplanation: the loop appends 3 last.",
            "```\n[1, 2, 3]\n```\nHere's why: it appends.",
        ],
        wrong=[
            "",
            "[1, 2]",
            "[0, 1, 2, 3]",
            "[1, 2, 3]\n[4]",
            "[[1, 2, 3]]",
            "[1, 2, 3]\n\nNote: wait, it is [4]",
        ],
    )
    check_all(
        item(Check.LINE, "3"),
        right=["3", "Output: 3", "The program prints 3.", "x = 3", '"3"'],
        wrong=["13", "-3", "2.3", "3 4", "4 3", "3 is not printed"],
    )
    check_all(
        item(Check.LINE, "True"), right=["True", "It prints `True`."], wrong=["true", "False"]
    )


def test_json_is_about_the_format() -> None:
    asked = item(Check.JSON, '{"name": "Ada", "age": 36, "tags": ["x"], "ok": true}')
    good = '{"age": 36, "tags": ["x"], "ok": true, "name": "Ada"}'
    check_all(
        asked,
        right=[good, f"```json\n{good}\n```", f"```\n{good}```", good.replace("36", "36.0")],
        wrong=[
            "",
            f"Here it is: {good}",
            good.replace("36", '"36"'),
            good.replace("true", "1"),
            good.replace('["x"]', '["x", "y"]'),
            good.replace('"ok": true, ', ""),
            good[:-1],
            f"[{good}]",
            good.replace('"', "'"),
            "[" * 100_000,
        ],
    )


def test_ends() -> None:
    check_all(
        item(Check.ENDS, "B E E"),
        right=["The word bee is spelled B E E.", "b e e", "B E E!"],
        wrong=["B E E S", "A-B E E", "AB E E", ""],
    )


def test_cut_off_is_neither_right_nor_wrong() -> None:
    asked = item(Check.NUMBER, "4")
    assert judge(asked, "4", ran_out_of_tokens=True) is Outcome.OUT_OF_TOKENS
    assert judge(asked, "4", ran_out_of_tokens=False) is Outcome.CORRECT
    assert judge(asked, "5", ran_out_of_tokens=False) is Outcome.WRONG


@pytest.mark.parametrize("check", list(Check))
def test_an_answer_without_a_word_is_empty(check: Check) -> None:
    asked = item(check, "[4]")
    assert judge(asked, "", ran_out_of_tokens=False) is Outcome.EMPTY
    assert judge(asked, "\n \t", ran_out_of_tokens=False) is Outcome.EMPTY
    assert judge(asked, "", ran_out_of_tokens=True) is Outcome.OUT_OF_TOKENS


@given(st.sampled_from(Check), st.text(max_size=60), st.text(min_size=1, max_size=20))
def test_any_answer_can_be_judged(check: Check, answer: str, right: str) -> None:
    wanted = json.dumps(right) if check is Check.JSON else right
    assert is_right(item(check, wanted, accept=(wanted,), reject=(right,)), answer) in (True, False)


@given(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9))
def test_every_whole_number_is_itself_and_no_other(one: int, other: int) -> None:
    asked = item(Check.NUMBER, str(one))
    assert is_right(asked, f"The answer is {one}.")
    assert is_right(asked, f"{one:,}")
    assert is_right(asked, str(other)) == (one == other)


@pytest.mark.parametrize("size", [10_000, 200_000])
def test_long_answers_take_no_long_time(size: int) -> None:
    for check in Check:
        for text in (
            "a " * (size // 2),
            "1," * (size // 2),
            "`" * size,
            "answer is " * (size // 10),
        ):
            is_right(item(check, "7" if check is not Check.JSON else "[7]"), text)


@pytest.mark.parametrize("check", list(Check))
@pytest.mark.parametrize(
    "piece",
    ["a ", " ", "```", "`", "1,", "answer is ", "a-", "[", "A or ", "a", "1+1=", "08:", "("],
)
def test_half_a_megabyte_of_anything_is_judged_at_once(check: Check, piece: str) -> None:
    """Patterns that go back take minutes for some of these at full length."""
    answer = (piece * 500_000)[:500_000]
    item = TaskItem("k", "k", "?", "nothing of it", check)
    expected = Outcome.WRONG if answer.strip() else Outcome.EMPTY
    assert judge(item, answer, ran_out_of_tokens=False) is expected
