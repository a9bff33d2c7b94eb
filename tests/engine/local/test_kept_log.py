"""What an engine prints is kept within bounds, line by line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.engine.local.kept_log import KeptLog


@given(st.text(max_size=300), st.integers(1, 40))
def test_lines_do_not_depend_on_the_pieces_they_come_in(text: str, size: int) -> None:
    data = text.encode("utf-8", "replace")
    log = KeptLog()
    for start in range(0, len(data), size):
        log.feed(data[start : start + size])
    log.end()
    lines = data.decode().removesuffix("\n").split("\n")
    assert log.text() == "\n".join(line.rstrip("\r") for line in lines)


def test_a_line_without_end_is_cut() -> None:
    log = KeptLog()
    for _ in range(200):
        log.feed(b"x" * 65_536)
    log.feed(b"\nshort\n")
    first, second = log.text().split("\n")
    assert 1000 < len(first) < 10_000
    assert second == "short"


def test_the_latest_lines_are_kept() -> None:
    log = KeptLog()
    for number in range(20_000):
        log.feed(b"%d %s\n" % (number, b"y" * 400))
    assert len(log.text()) <= 1_100_000
    assert log.tail(2).startswith("19998 yyy")


def test_what_is_no_utf8_is_replaced() -> None:
    log = KeptLog()
    log.feed(b"a\xff\xc3")
    log.feed(b"\xa9\n")
    assert log.text() == "a\ufffd\N{LATIN SMALL LETTER E WITH ACUTE}"
