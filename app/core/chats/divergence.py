"""Where one answer leaves another, stable while both are still coming."""

from __future__ import annotations

import unicodedata

_ZERO_WIDTH_JOINER = "\u200d"
# A mark is not looked for further back than this: longer runs of letters are no words.
_LONGEST_WORD = 64
# Written without spaces, so that a run of letters is a sentence: CJK, kana, Thai, Lao, Khmer …
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "BOPOMOFO", "YI ")


def first_difference(
    reference: str, other: str, *, reference_done: bool, other_done: bool
) -> int | None:
    """Where the two texts part, as a position in both.

    A difference inside a word counts from the start of the word, and the position never
    splits what is read as one sign. Once there is one, it stays as the texts grow.

    Args:
        reference: The reference's answer so far.
        other: The other candidate's answer so far.
        reference_done: Whether the reference's answer is complete.
        other_done: Whether the other answer is complete.

    Returns:
        A position in code points; the shorter text's end where it is complete and the other
        goes on; None while no difference is to be seen.
    """
    shared = _shared_length(reference, other)
    if shared == len(reference) == len(other):
        return None
    if shared == len(reference):
        return _sign_start(other, shared) if reference_done else None
    if shared == len(other):
        return _sign_start(reference, shared) if other_done else None
    here = min(_sign_start(reference, shared), _sign_start(other, shared))
    if any(_in_word(text[here : here + 1]) for text in (reference, other)):
        here = min(_word_start(reference, here), _word_start(other, here))
    return here


def _shared_length(one: str, two: str) -> int:
    """Length of the common beginning, by halving: slices compare far faster than a loop."""
    low, high = 0, min(len(one), len(two))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == two[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _word_start(text: str, position: int) -> int:
    start = position
    while start > 0 and position - start < _LONGEST_WORD:
        before = text[start - 1]
        if not _in_word(before) and not _links(text[max(start - 2, 0) : start + 1]):
            break
        start -= 1
    return _sign_start(text, start)


def _links(three: str) -> bool:
    """Whether the middle of three signs is an apostrophe in a word or a point in a number."""
    if len(three) < 3:
        return False
    before, mark, behind = three
    if mark in "'’":
        return before.isalpha() and behind.isalpha()
    return mark in ".," and before.isdigit() and behind.isdigit()


def _in_word(sign: str) -> bool:
    if not sign:
        return False
    if sign == "_" or unicodedata.category(sign)[0] == "M":
        return True
    if not sign.isalnum():
        return False
    return sign.isascii() or not unicodedata.name(sign, "").startswith(_UNSPACED)


def _sign_start(text: str, position: int) -> int:
    """The position itself, or the start of the sign that it would split."""
    while 0 < position < len(text) and _joined(text, position):
        position -= 1
    return position


def _joined(text: str, position: int) -> bool:
    """Whether the signs before and after a position are read as one.

    The common cases of Unicode's grapheme clusters (UAX #29): marks, joiners, skin tones,
    tags, flags, Hangul syllables, line ends, and the two halves of a surrogate pair.
    """
    before, after = text[position - 1], text[position]
    if after.isascii():
        return before == "\r" and after == "\n"
    if unicodedata.category(after)[0] == "M" or after == _ZERO_WIDTH_JOINER:
        return True
    if before == _ZERO_WIDTH_JOINER:
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":
        return True
    if "\ud800" <= before <= "\udbff" and "\udc00" <= after <= "\udfff":
        return True
    if _is_flag_half(after):
        run = 0
        while run < position and _is_flag_half(text[position - 1 - run]):
            run += 1
        return run % 2 == 1
    return "\u1160" <= after <= "\u11ff"


def _is_flag_half(sign: str) -> bool:
    return "\U0001f1e6" <= sign <= "\U0001f1ff"
