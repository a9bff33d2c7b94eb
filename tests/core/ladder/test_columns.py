"""The list of a ladder's columns: keys, places, and what the window can translate.

Tests app.core.ladder.columns.column, app.core.ladder.columns.listed,
app.core.ladder.columns.running, app.core.ladder.columns.saying and
app.core.ladder.columns.servers.
"""

from __future__ import annotations

from pathlib import Path

from app.core.candidates.candidate import candidate_of
from app.core.ladder import columns
from app.core.ladder.columns.column import Kind, Place, figure_of
from app.core.ladder.columns.listed import COLUMNS, EARLIER_KEYS, columns_at
from app.core.ladder.row import Row
from app.core.ladder.value import Missing, Value
from tests.helpers.extraction import found_by_qt
from tests.lab import ladder_cases as cases

SEEN = frozenset(Place) - {Place.CSV}


def test_every_key_is_one_and_earlier_ones_lead_to_it() -> None:
    keys = [column.key for column in COLUMNS]
    assert len(set(keys)) == len(keys)
    assert set(EARLIER_KEYS.values()) <= set(keys)
    assert not set(EARLIER_KEYS) & set(keys)


def test_qt_finds_the_words_of_all_columns(tmp_path: Path) -> None:
    shown = [column for column in COLUMNS if column.places & SEEN]
    said = {text for column in shown for text in (column.title, column.explanation)}
    room = Path(columns.__file__).parent
    found = found_by_qt(sorted(room.glob("*.py")), tmp_path)
    assert found == {("Columns", text) for text in said}


def test_what_stands_below_another_stands_below_one_of_the_same_place() -> None:
    keys = {column.key for column in columns_at(Place.HTML)}
    assert {column.below for column in columns_at(Place.HTML) if column.below} <= keys


def test_a_column_has_a_figure_or_says_why_there_is_none() -> None:
    for row in (*cases.view().rows, Row(candidate_of("/m/nothing.gguf"))):
        for column in columns_at(Place.TABLE):
            if column.kind not in (Kind.NAME, Kind.STATE):
                assert isinstance(column.value(row), Value | Missing), column.key


def test_columns_without_a_figure_are_left_out_where_rows_are_given() -> None:
    rows = cases.view().rows
    everywhere = {column.key for column in columns_at(Place.MARKDOWN)}
    here = {column.key for column in columns_at(Place.MARKDOWN, rows)}
    of_servers = {"same_along", "told_mean_kld", "clocked_tokens_per_second"}
    assert everywhere - here == {"votes", "bits_per_byte", "joules_per_token"} | of_servers


def test_the_reference_against_itself_is_no_figure_beside_the_others() -> None:
    reference = cases.view().reference
    (kld,) = [column for column in COLUMNS if column.key == "mean_kld"]
    found = kld.value(reference)
    assert isinstance(found, Value)
    assert found.is_own
    assert figure_of(kld, reference) is None
