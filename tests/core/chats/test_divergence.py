from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.core.chats.divergence import first_difference


def parted(reference: str, other: str) -> int | None:
    """The first difference of two complete answers."""
    return first_difference(reference, other, reference_done=True, other_done=True)


@pytest.mark.parametrize(
    ("reference", "other", "expected"),
    [
        ("the sky is blue", "the sky is blue", None),
        ("the sky is blue", "the sky is black", 11),
        ("the sky is blue", "a sky is blue", 0),
        ("it is 3.14 m", "it is 3.15 m", 6),
        ("it is 3. Then", "it is 3. Now", 9),
        ("I don't", "I don’t", 5),
        ("I don't", "I don'x", 2),
        ("I don't know", "I don't", 7),
        ("hello, world", "hello world", 5),
        ("hello", "hellos", 5),
        ("", "anything", 0),
        ("two  spaces", "two spaces", 4),
        ("snake_case_name", "snake_case_nose", 0),
        ("x" * 500 + "a", "x" * 500 + "b", 436),
        ("天空是蓝色的", "天空是黑色的", 3),
        ("ท้องฟ้าสีฟ้า", "ท้องฟ้าสีดำ", 9),
    ],
)
def test_complete_answers(reference: str, other: str, expected: int | None) -> None:
    assert parted(reference, other) == expected
    assert parted(other, reference) == expected


@pytest.mark.parametrize(
    ("reference", "other", "expected"),
    [
        ("cafe", "cafe\u0301", 3),
        ("a\u0301\u0323", "a\u0301\u0324", 0),
        ("ok 👍🏻", "ok 👍🏿", 3),
        ("ok 👩‍🔬", "ok 👩‍🚀", 3),
        ("go 🇩🇪", "go 🇩🇰", 3),
        ("🇩🇪🇫🇷", "🇩🇪🇫🇮", 2),
        ("a\r\nb", "a\rb", 1),
        ("\ud83d\udc4d", "\ud83d\udc4e", 0),
        ("각각", "각간", 0),
        ("\u1100\u1161\u11a8", "\u1100\u1161\u11ab", 0),
    ],
)
def test_what_is_read_as_one_sign_is_not_split(reference: str, other: str, expected: int) -> None:
    assert parted(reference, other) == expected
    assert parted(other, reference) == expected


def test_an_answer_that_is_still_coming_does_not_differ_yet() -> None:
    for reference, other in (("the sky", "the sky is"), ("the sky is", "the sky")):
        short_is_reference = len(reference) < len(other)
        assert (
            first_difference(
                reference,
                other,
                reference_done=not short_is_reference,
                other_done=short_is_reference,
            )
            is None
        )


def test_an_answer_that_ended_earlier_parts_at_its_end() -> None:
    assert first_difference("Yes.", "Yes. And", reference_done=True, other_done=False) == 4
    assert first_difference("Yes. And", "Yes.", reference_done=False, other_done=True) == 4


def test_equal_answers_do_not_differ_whoever_is_done() -> None:
    for done in (True, False):
        assert first_difference("Yes.", "Yes.", reference_done=done, other_done=not done) is None


# Few letters make long common beginnings; the rest are signs of several code points.
pieces = st.text(
    st.sampled_from("ab1 .,'\n_-e\u0301\u200d👍🏻🇩🇪語한\u1100\u1161\ud83d\udc4d\r"), max_size=14
)


@given(pieces, pieces, st.booleans(), st.booleans())
def test_the_position_is_in_both_and_what_stands_before_is_equal(
    reference: str, other: str, reference_done: bool, other_done: bool
) -> None:
    position = first_difference(
        reference, other, reference_done=reference_done, other_done=other_done
    )

    assert position == first_difference(
        other, reference, reference_done=other_done, other_done=reference_done
    )
    if position is None:
        assert reference.startswith(other) or other.startswith(reference)
    else:
        assert reference != other
        assert reference[:position] == other[:position]
        assert position <= min(len(reference), len(other))
        for text in (reference, other):
            if 0 < position < len(text):
                assert unicodedata.category(text[position])[0] != "M"
                assert text[position - 1 : position + 1] != "\r\n"
                assert text[position] != "\u200d"
                # What follows a joiner belongs to it, but for letters, which it does not join.
                assert text[position - 1] != "\u200d" or text[position].isascii()


@given(pieces, pieces, pieces, pieces)
def test_once_there_it_stays(reference: str, other: str, more: str, still_more: str) -> None:
    early = first_difference(reference, other, reference_done=False, other_done=False)
    assume(early is not None)

    assert early == first_difference(
        reference + more, other + still_more, reference_done=False, other_done=False
    )
    assert early == parted(reference + more, other + still_more)


@given(pieces, pieces)
def test_two_complete_answers_differ_if_they_are_not_equal(reference: str, other: str) -> None:
    assert (parted(reference, other) is None) == (reference == other)
