"""What of a foreign text may be shown, at a terminal and elsewhere."""

from __future__ import annotations

import json
import unicodedata

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.text.clean import (
    clean_line,
    clean_text,
    for_terminal,
    json_text,
    settled_text,
    whole_text,
)
from app.core.text.csv_cells import csv_cell
from app.core.text.each import with_each_text

ANY = st.text(alphabet=st.characters())


def steering(text: str, *, but: str = "") -> set[str]:
    """Signs that steer: controls, lone halves, separators of lines, turns of direction."""
    turns = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    return {
        sign
        for sign in text
        if sign not in but
        and (
            unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp")
            or unicodedata.bidirectional(sign) in turns
        )
    }


@given(ANY)
def test_nothing_that_is_shown_steers(text: str) -> None:
    assert not steering(clean_text(text), but="\n\t")
    assert not steering(clean_line(text))
    assert not steering(for_terminal(text), but="\n\t")
    assert not steering(for_terminal(text, one_line=True))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("plain Q4_K_M.gguf", "plain Q4_K_M.gguf"),
        ("\u202egpj.gguf", "\ufffdgpj.gguf"),
        ("a\x1b]0;mine\x07b", "a\ufffd]0;mine\ufffdb"),
        ("a\u009b31mb", "a\ufffd31mb"),
        ("two\nlines\r\nand\ta tab", "two\ufffdlines\ufffd\ufffdand\ufffda tab"),
        ("a\u200bb\ufeffc\u2060d\U000e0041", "abcd"),
        ("half\udcff", "half\ufffd"),
        ("größer 模型 שלום مرحبا 🙂\ufe0f", "größer 模型 שלום مرحبا 🙂\ufe0f"),
        ("می\u200cخواهم 👩\u200d💻", "می\u200cخواهم 👩\u200d💻"),
    ],
)
def test_names(text: str, line: str) -> None:
    assert clean_line(text) == line
    joined = line.replace("\u200c", "").replace("\u200d", "")
    assert for_terminal(text, one_line=True) == joined


def test_a_text_of_several_lines_keeps_them() -> None:
    assert clean_text("one\r\ntwo\n\tthree\rfour") == "one\ntwo\n\tthree\ufffdfour"


def test_a_long_name_is_cut() -> None:
    assert clean_line("x" * 10_000, 80) == "x" * 79 + "…"
    assert clean_line("x" * 80, 80) == "x" * 80


@given(st.recursive(ANY | st.integers() | st.none(), lambda inner: st.lists(inner, max_size=4)))
def test_json_is_exact_but_for_halves_and_shows_nothing_that_steers(value: object) -> None:
    written = json_text({"name": value})
    assert not steering(written, but="\n")
    assert not {"\u200b", "\u200e", "\ufeff", "\U000e0041", "\u200d"} & set(written)
    assert json.loads(written) == {"name": with_each_text(value, whole_text)}
    msgspec.json.decode(written)


def test_letters_stay_readable_in_json() -> None:
    assert json_text({"name": "größer 模型\u202e\U000e0041"}) == (
        '{\n  "name": "größer 模型\\u202e\\udb40\\udc41"\n}'
    )


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", " =1", "\t=1", "=1", "|calc"]
)
def test_no_cell_is_a_formula(text: str) -> None:
    assert str(csv_cell(text)).startswith("'")


def test_numbers_in_cells_stay_numbers() -> None:
    assert csv_cell(-1.5) == -1.5
    assert csv_cell(None) is None
    assert csv_cell("Q4_K_M – 4.5\x1b") == "Q4_K_M – 4.5\ufffd"


@given(ANY)
def test_offsets_stay_true_in_a_settled_text(text: str) -> None:
    settled = settled_text(text)
    assert len(settled) == len(text)
    assert not steering(settled, but="\n\t")
    assert settled == settled_text(settled)
