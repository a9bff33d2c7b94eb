"""The demo model's corpus: answers are right, and held-out questions stay out of the training."""

from __future__ import annotations

import json
import random
import re
import sys
from itertools import islice
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "packaging" / "demo_model"))  # the scripts import each other by name

import arithmetic  # noqa: E402
import corpus  # noqa: E402
import dates  # noqa: E402
import letters  # noqa: E402
import talk  # noqa: E402
import units  # noqa: E402
from turns import is_right, vary  # noqa: E402

HELD_OUT = corpus.make_held_out()


@pytest.mark.parametrize("a", range(100))
def test_written_sums_and_differences_end_with_the_right_number(a: int) -> None:
    for b in range(100):
        assert is_right(arithmetic.sum_reply(a, b), str(a + b))
        assert is_right(arithmetic.difference_reply(a, b), str(a - b))


def test_every_equation_in_the_working_holds() -> None:
    rng = random.Random(1)
    for _ in range(2000):
        maker = rng.choice((arithmetic.make_sum, arithmetic.make_difference, units.make_units))
        reply = maker(rng).reply
        for left, right in re.findall(r"([\d +x/-]+) = (\d+)", reply):
            value = eval(left.replace("x", "*"))  # only digits and signs match
            assert value == int(right), reply


@pytest.mark.parametrize("kind", corpus.KINDS)
def test_every_reply_ends_with_its_answer(kind: str) -> None:
    rng = random.Random(2)
    maker, _ = corpus.MAKERS[kind]
    for _ in range(300):
        turn = maker(rng)
        assert turn.kind == kind
        assert is_right(turn.reply, turn.answer), turn


def test_letters_are_counted_and_turned() -> None:
    rng = random.Random(3)
    assert letters.counted("strawberry", "r") == "S T R (1) A W B E R (2) R (3) Y"
    assert letters.make_reversing(rng, "giraffe", "?").answer == "E F F A R I G"
    for word in letters.WORDS:
        assert word.isalpha()
        assert word.islower()


def test_months_follow_each_other() -> None:
    rng = random.Random(4)
    after_december = {
        turn.answer
        for turn in (dates.make_months(rng) for _ in range(3000))
        if turn.key == "month December +1"
    }
    assert after_december == {"January"}


@pytest.mark.parametrize(
    ("reply", "answer", "right"),
    [
        ("7 + 8 = 15. The answer is 85.", "85", True),
        ("The answer is 185.", "85", False),
        ("The answer is -23.", "23", False),
        ("The answer is -23.", "-23", True),
        ("After May comes June", "june", True),
        ("June", "July", False),
        ("", "85", False),
        (talk.FALLBACK, talk.FALLBACK, True),
    ],
)
def test_the_scoring_rule(reply: str, answer: str, right: bool) -> None:
    assert is_right(reply, answer) is right


def test_held_out_questions_are_different_and_balanced() -> None:
    assert len(HELD_OUT.turns) == 300
    assert len({corpus.text_hash(turn.prompt) for turn in HELD_OUT.turns}) == 300
    for kind in corpus.KINDS:
        assert sum(turn.kind == kind for turn in HELD_OUT.turns) == corpus.HELD_OUT_PER_KIND


def test_the_shipped_file_is_what_the_generator_makes() -> None:
    rows = [json.loads(line) for line in corpus.HELD_OUT_FILE.read_text("utf-8").splitlines()]
    made = [{"kind": t.kind, "prompt": t.prompt, "answer": t.answer} for t in HELD_OUT.turns]
    assert rows == made


def test_the_shipped_chats_hold_every_held_out_question_once() -> None:
    lines = corpus.HELD_OUT_CHATS_FILE.read_text("utf-8").splitlines()
    chats = [json.loads(line)["messages"] for line in lines]
    said = [(m["role"], m["content"]) for chat in chats for m in chat if m["role"] != "system"]
    asked = [(one[1], other[1]) for one, other in zip(said[::2], said[1::2], strict=True)]
    assert {role for role, _ in said[::2]} == {"user"}
    assert sorted(asked) == sorted((turn.prompt, turn.reply) for turn in HELD_OUT.turns)
    made = list(corpus.held_out_chats(HELD_OUT))
    assert [len(chat.turns) for chat in made] == [
        sum(message["role"] == "user" for message in chat) for chat in chats
    ]


def test_training_never_sees_a_held_out_question() -> None:
    hashes = {corpus.text_hash(turn.prompt) for turn in HELD_OUT.turns}
    pairs = {
        frozenset(re.findall(r"\d+", turn.prompt))
        for turn in HELD_OUT.turns
        if turn.kind in ("sums", "differences")
    }
    keys = {turn.key for turn in HELD_OUT.turns if turn.by_key}
    for conversation in islice(corpus.conversations(HELD_OUT), 4000):
        for turn in conversation.turns:
            assert corpus.text_hash(turn.prompt) not in hashes
            assert not (turn.by_key and turn.key in keys)
            if turn.kind in ("sums", "differences"):
                assert frozenset(re.findall(r"\d+", turn.prompt)) not in pairs


def test_case_final_mark_and_politeness_do_not_make_a_new_question() -> None:
    question = "Which month comes after May?"
    assert corpus.text_hash("which month comes after may") == corpus.text_hash(question)
    assert corpus.text_hash("Which month comes after May, please?") == corpus.text_hash(question)


def test_the_same_seed_gives_the_same_conversations() -> None:
    first = list(islice(corpus.conversations(HELD_OUT, 5), 50))
    assert first == list(islice(corpus.conversations(HELD_OUT, 5), 50))


def test_varied_questions_keep_their_content() -> None:
    rng = random.Random(6)
    for _ in range(500):
        assert "47" in vary(rng, "What is 47 + 38?")
