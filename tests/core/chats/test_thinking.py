"""Thinking told apart from answers."""

from __future__ import annotations

from itertools import groupby, pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.core.chats.thinking import (
    KNOWN_MARKS,
    USUAL_MARKS,
    Segment,
    SegmentKind,
    ThinkingMarks,
    ThinkingSplitter,
    marks_by_vocabulary,
    prompt_opens_thinking,
)

THINK = next(marks for marks in KNOWN_MARKS if marks.start == USUAL_MARKS.start and marks.skipped)
HARMONY = KNOWN_MARKS[0]


def test_prompts_that_open_the_thinking() -> None:
    prompt = "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
    assert not prompt_opens_thinking(prompt, THINK)
    assert prompt_opens_thinking(prompt + "<think>\n", THINK)
    assert not prompt_opens_thinking("<|im_start|>assistant\n<think>\n\n</think>\n\n", THINK)
    assert not prompt_opens_thinking("<think>\nhello", THINK)


def _kind_of(segment: Segment) -> SegmentKind:
    return segment[0]


def split(pieces: list[str], marks: ThinkingMarks, starts_inside: bool = False) -> list[Segment]:
    """What a splitter makes of these pieces, neighbours of one kind put together."""
    splitter = ThinkingSplitter(marks, starts_inside)
    segments = [segment for piece in pieces for segment in splitter.feed(piece)]
    segments += splitter.finish()
    assert all(text for _, text in segments)
    return [
        (kind, "".join(text for _, text in group))
        for kind, group in groupby(segments, key=_kind_of)
    ]


@pytest.mark.parametrize(
    ("text", "starts_inside", "expected"),
    [
        ("It is 4.", False, [("answer", "It is 4.")]),
        ("  It is 4.", False, [("answer", "  It is 4.")]),
        ("<think>\nTwo.\n</think>\n\nIt is 4.", False,
         [("thinking", "\nTwo.\n"), ("answer", "It is 4.")]),
        ("\n<think>Two.</think>4", False, [("thinking", "Two."), ("answer", "4")]),
        ("Two.\n</think>\n\n4", True, [("thinking", "Two.\n"), ("answer", "4")]),
        ("<think>Two.</think>4", True, [("thinking", "Two."), ("answer", "4")]),
        ("<think></think>4", False, [("answer", "4")]),
        ("<think>cut", False, [("thinking", "cut")]),
        ("<think>cut</thi", False, [("thinking", "cut</thi")]),
        ("cut", True, [("thinking", "cut")]),
        ("<thi", True, [("thinking", "<thi")]),
        ("<thi", False, [("answer", "<thi")]),
        ("<this>", False, [("answer", "<this>")]),
        ("<think>a</think> <think>b</think> c", False, [("thinking", "ab"), ("answer", "c")]),
        ("The mark <think> is </think> text.", False,
         [("answer", "The mark <think> is </think> text.")]),
        ("<think>a</think><response>b</response>", False, [("thinking", "a"), ("answer", "b")]),
        ("<think>a</think>\n", False, [("thinking", "a")]),
        ("\n", False, [("answer", "\n")]),
        ("", False, []),
    ],
)  # fmt: skip
def test_thinking_and_answer(text: str, starts_inside: bool, expected: list[Segment]) -> None:
    assert split([text], THINK, starts_inside) == expected
    assert split(list(text), THINK, starts_inside) == expected


def test_channels() -> None:
    text = (
        "<|channel|>analysis<|message|>Two and two.<|end|><|start|>assistant"
        "<|channel|>analysis<|message|> Four.<|end|><|start|>assistant"
        "<|channel|>final<|message|>It is 4.<|return|>"
    )
    expected: list[Segment] = [("thinking", "Two and two. Four."), ("answer", "It is 4.")]
    assert split([text], HARMONY) == expected
    assert split(list(text), HARMONY) == expected
    assert split(["<|channel|>final<|message|>It is 4."], HARMONY) == [("answer", "It is 4.")]


def test_text_is_not_held_back_longer_than_needed() -> None:
    splitter = ThinkingSplitter(THINK)
    assert not splitter.inside
    assert splitter.feed("<think>") == []
    assert splitter.inside
    assert splitter.feed("Two <") == [("thinking", "Two ")]
    assert splitter.feed("b") == [("thinking", "<b")]
    assert splitter.feed("</think>") == []
    assert not splitter.inside
    assert splitter.feed("4") == [("answer", "4")]
    assert splitter.finish() == []
    assert ThinkingSplitter(THINK, starts_inside=True).inside


@st.composite
def marked_texts(draw: st.DrawFn) -> tuple[ThinkingMarks, list[str], bool]:
    """Marks, a text of marks, halves of marks and words, cut anywhere."""
    marks = draw(st.sampled_from(KNOWN_MARKS))
    whole = [marks.start, marks.end, *marks.skipped]
    halves = [mark[: len(mark) // 2] for mark in whole]
    words = ["a", " ", "\n", "<", "|>", "word ", "é"]
    text = "".join(draw(st.lists(st.sampled_from(whole + halves + words), max_size=12)))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=12)) | {0, len(text)})
    pieces = [text[start:end] for start, end in pairwise(cuts)]
    return marks, pieces or [text], draw(st.booleans())


@given(marked_texts())
@example((THINK, ["<", "think>", "a</thin", "k>b"], False))
def test_any_cutting_gives_the_same_split(case: tuple[ThinkingMarks, list[str], bool]) -> None:
    marks, pieces, starts_inside = case
    assert split(pieces, marks, starts_inside) == split(["".join(pieces)], marks, starts_inside)


def test_no_mark_is_the_start_of_another() -> None:
    # Otherwise the same text could be told apart in two ways.
    for marks in KNOWN_MARKS:
        before = [marks.start, *marks.skipped]
        assert not [
            (one, other) for one in before for other in before if one != other
            and other.startswith(one)
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("start", "text"),
    [
        ("<|open|>think<|sep|>", "<|open|>think<|sep|>Two.<|close|>think<|sep|>"
         "<|open|>response<|sep|>4<|close|>response<|sep|><|close|>message<|sep|>"),
        ("to=self<|message|>", " to=self<|message|>Two.<|eom|>"
         "<|start|>assistant to=user<|message|>4"),
        ("Here are my reasoning steps:\n", "Here are my reasoning steps:\nTwo."
         "[BEGIN FINAL RESPONSE]\n4[END FINAL RESPONSE]"),
        ("<think:opensource>", "<think:opensource>Two.</think:opensource>4"),
    ],
)  # fmt: skip
def test_marks_of_real_models(start: str, text: str) -> None:
    marks = next(marks for marks in KNOWN_MARKS if marks.start == start)
    expected: list[Segment] = [("thinking", "Two."), ("answer", "4")]
    assert split([text], marks) == expected
    assert split(list(text), marks) == expected


def test_a_vocabulary_tells_marks_that_a_template_does_not() -> None:
    plain = {"<s>", "</s>", "<|im_start|>", "<|im_end|>"}
    assert marks_by_vocabulary(plain) is None
    assert marks_by_vocabulary(plain | {"<think>"}) is None
    assert marks_by_vocabulary(plain | {"<think>", "</think>"}) == USUAL_MARKS
    harmony = {"<|start|>", "<|end|>", "<|message|>", "<|channel|>", "<|return|>"}
    assert marks_by_vocabulary(plain | harmony) == HARMONY
    assert marks_by_vocabulary({"[THINK]", "[/THINK]"}) == ThinkingMarks("[THINK]", "[/THINK]")
