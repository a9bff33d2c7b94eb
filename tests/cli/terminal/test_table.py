"""Tables: a row is one line, figures stand whole, names tell both their ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from app.cli.terminal.table import table_lines

COLUMNS = ("", "level", "size", "tok/s", "what", "file")
LEFT = ("level", "what", "file")
NAMES = st.text(alphabet=st.characters(), max_size=400)


def lines(*files: str, width: int | None, spare: tuple[str, ...] = ()) -> list[str]:
    rows = [("*", "Q4_K_M", "4.92 GB", "12.3", "fits: needs 58 MB", file) for file in files]
    return table_lines(COLUMNS, rows, left=LEFT, spare=spare, width=width)


@given(st.lists(st.tuples(NAMES, NAMES, NAMES), min_size=1, max_size=4), st.integers(60, 200))
def test_a_row_is_one_line_of_the_terminal(names: list[tuple[str, str, str]], width: int) -> None:
    rows = [("*", level, "4.92 GB", "12.3", what, file) for level, what, file in names]
    shown = table_lines(COLUMNS, rows, left=LEFT, width=width)
    assert len(shown) == len(rows) + 1
    for line in shown:
        assert len(line.splitlines()) <= 1
        assert cell_len(line) <= width
    assert all("4.92 GB" in line and "12.3" in line for line in shown[1:])


def test_a_name_that_is_too_long_keeps_its_beginning_and_its_level() -> None:
    name = "Some-Model-Of-A-Very-Long-Name-" * 6 + "UD-Q4_K_XL.gguf"
    line = lines(name, width=100)[1]
    assert cell_len(line) == 100
    beginning, end = line[line.index("Some") :].split("…")
    assert name.startswith(beginning)
    assert name.endswith(end)
    assert "Q4_K_XL.gguf" in end


def test_signs_that_take_two_cells_are_counted_so() -> None:
    shown = lines("模型" * 100 + "-Q8_0.gguf", width=90)
    assert 88 <= cell_len(shown[1]) <= 90


def test_columns_are_left_out_one_after_another_where_words_have_no_room() -> None:
    name = "Llama-3.2-1B-Instruct-Q4_K_M.gguf"
    spare = ("tok/s", "what")
    assert lines(name, width=100, spare=spare)[0].split() == list(COLUMNS[1:])
    assert lines(name, width=75, spare=spare)[0].split() == ["level", "size", "what", "file"]
    assert lines(name, width=60, spare=spare)[0].split() == ["level", "size", "file"]
    assert name in lines(name, width=60, spare=spare)[1]


def test_titles_that_are_names_give_way_and_figures_do_not() -> None:
    titles = ("kind", "items", *(f"A-Model-With-A-Long-Name-{level}" for level in "ABCD"))
    cells = ("arithmetic", "40", *["38 loses"] * 4)
    shown = table_lines(titles, [cells], left=("kind",), width=80)
    assert cell_len(shown[0]) <= 80
    assert shown[1].split()[1:] == ["40", *["38", "loses"] * 4]


@pytest.mark.parametrize("name", [f"{'o' * 96}/{'r' * 96}", "folder/" * 140 + "x-Q8_0.gguf"])
def test_what_can_be_typed_is_whole_in_a_pipe(name: str) -> None:
    assert lines(name, width=None)[1].endswith(f"  {name}")


def test_a_text_without_end_is_cut_in_a_pipe_too() -> None:
    rows = [("A" * 100_000, "B" * 100_000), ("a" + "\u0301" * 100_000, "b")]
    shown = table_lines(("family", "name"), rows, left=("family", "name"), width=None)
    assert sum(map(len, shown)) < 4_000


def test_a_table_may_have_no_rows() -> None:
    assert table_lines(("a", "b"), [], left=("a",), width=80) == ["a  b"]
    assert table_lines(("A" * 50, "b"), [], left=(), width=20) == ["AAAAAAAAAAA…AAAAA  b"]
