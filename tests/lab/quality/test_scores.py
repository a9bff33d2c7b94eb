from __future__ import annotations

from app.lab.quality.scores import text_of, whole_characters


def test_a_character_that_tokens_cut_is_shown_whole() -> None:
    pieces = [b"a ", b"\xe6\xbc", b"\xa2", b"\xe5", b"\xad", b"\x97", b" b"]
    for place in (1, 2):
        span = whole_characters(pieces, place)
        assert text_of(pieces[span.start : span.stop]) == "漢"
    for place in (3, 4, 5):
        span = whole_characters(pieces, place)
        assert text_of(pieces[span.start : span.stop]) == "字"
    assert whole_characters(pieces, 0) == range(1)
    assert whole_characters(pieces, 6) == range(6, 7)


def test_bytes_that_never_end_are_not_followed_for_ever() -> None:
    pieces = [b"\x80"] * 20
    assert len(whole_characters(pieces, 10)) <= 7
    assert whole_characters([b""], 0) == range(1)
