from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.chats.chat import (
    Answer,
    AnswerFigures,
    Chat,
    Message,
    Role,
    StopReason,
    Turn,
    title_from,
)


def says(prompt: str, **answers: str) -> Turn:
    return Turn(0, prompt, {key: Answer(text) for key, text in answers.items()})


def sent(chat: Chat, key: str, upto: Turn) -> list[tuple[str, str]]:
    return [(message.role.value, message.content) for message in chat.messages_for(key, upto=upto)]


def test_a_candidate_is_sent_its_own_turns_and_no_thinking() -> None:
    first = Turn(0, "Hi", {"a": Answer("Hello", thinking="A greeting."), "b": Answer("Hey")})
    second = says("Only you", b="Me?")
    third = says("Both", a="", b="")
    chat = Chat(0, system_prompt="Be brief.", turns=[first, second, third])

    assert sent(chat, "a", third) == [
        ("system", "Be brief."),
        ("user", "Hi"),
        ("assistant", "Hello"),
        ("user", "Both"),
    ]
    assert sent(chat, "b", third)[1:] == [
        ("user", "Hi"),
        ("assistant", "Hey"),
        ("user", "Only you"),
        ("assistant", "Me?"),
        ("user", "Both"),
    ]


def test_later_turns_and_unanswered_ones_are_not_sent() -> None:
    turns = [says("1", a="one"), says("2", a=""), says("3", a="three"), says("4", a="four")]
    chat = Chat(0, turns=turns)

    assert sent(chat, "a", turns[2]) == [("user", "1"), ("assistant", "one"), ("user", "3")]


@pytest.mark.parametrize(
    ("answer", "is_kept"),
    [
        (Answer(thinking="Let me", stop_reason=StopReason.LENGTH), True),
        (Answer(thinking="Let me", stop_reason=StopReason.STOPPED), True),
        (Answer(" \n", stop_reason=StopReason.END), True),
        (Answer(stop_reason=StopReason.CONTEXT), True),
        (Answer(stop_reason=StopReason.STOPPED), False),
        (Answer(stop_reason=StopReason.ERROR, error="No memory."), False),
        (Answer(), False),
    ],
)
def test_a_question_answered_with_thinking_alone_is_still_asked(
    answer: Answer, is_kept: bool
) -> None:
    asked = {"Why?": answer, "And how?": Answer("So."), "Go on": Answer()}
    turns = [Turn(0, prompt, {"a": each}) for prompt, each in asked.items()]
    chat = Chat(0, turns=turns)
    assert sent(chat, "a", turns[2]) == [
        ("user", "Why?\n\nAnd how?" if is_kept else "And how?"),
        ("assistant", "So."),
        ("user", "Go on"),
    ]
    assert sent(chat, "a", turns[1]) == [("user", "Why?\n\nAnd how?" if is_kept else "And how?")]


def test_a_blank_system_prompt_is_not_sent() -> None:
    turn = says("Hi", a="")
    assert Chat(0, system_prompt=" \n", turns=[turn]).messages_for("a", upto=turn) == [
        Message(Role.USER, "Hi")
    ]


def test_dropped_turns_are_left_out_but_never_the_prompt() -> None:
    turns = [says("1", a="one"), says("2", b="two"), says("3", a="three"), says("4", a="")]
    chat = Chat(0, turns=turns, dropped_turns={"a": 1})

    assert sent(chat, "a", turns[3]) == [("user", "3"), ("assistant", "three"), ("user", "4")]
    chat.dropped_turns["a"] = 9
    assert sent(chat, "a", turns[3]) == [("user", "4")]


def test_equal_turns_are_told_apart() -> None:
    turns = [says("again", a="yes"), says("again", a="yes")]

    assert len(sent(Chat(0, turns=turns), "a", turns[0])) == 1
    assert len(sent(Chat(0, turns=turns), "a", turns[1])) == 3


def test_speed_counts_the_steps_between_tokens() -> None:
    assert AnswerFigures(generated_tokens=11, generation_ns=2_000_000_000).tokens_per_second == 5
    assert AnswerFigures(generated_tokens=1, generation_ns=5).tokens_per_second is None
    assert AnswerFigures(generated_tokens=9, generation_ns=0).tokens_per_second is None


def test_prompt_speed_counts_only_what_was_decoded() -> None:
    figures = AnswerFigures(prompt_tokens=30, reused_tokens=20, prompt_ns=1_000_000_000)

    assert figures.prompt_tokens_per_second == 10
    assert AnswerFigures(prompt_tokens=20, reused_tokens=20).prompt_tokens_per_second is None


@pytest.mark.parametrize(
    ("prompt", "title"),
    [
        ("Why is the sky blue?", "Why is the sky blue?"),
        ("  Why\n\nis   it ", "Why is it"),
        ("", ""),
        (
            "Explain in detail, step by step, how the transformer computes attention",
            "Explain in detail, step by step, how the transformer…",
        ),
        ("x" * 80, "x" * 59 + "…"),
    ],
)
def test_titles(prompt: str, title: str) -> None:
    assert title_from(prompt) == title


@given(st.text(max_size=200), st.integers(10, 80))
def test_a_title_is_one_line_within_its_limit(prompt: str, limit: int) -> None:
    title = title_from(prompt, limit=limit)

    assert len(title) <= limit
    assert "\n" not in title
