"""The table of a ladder: what its cells say, how it sorts, what can be copied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtGui import QGuiApplication

from app.lab.ladder.kept import About, empty_result
from app.lab.verdict.view import view_of
from app.lab.works.ladders.entry import letters_for
from app.ui.pages.ladder.table.columns import BARS, NAME, TABLE, USUAL, place_of, shown_columns
from app.ui.pages.ladder.table.model import LadderModel, LadderRole
from app.ui.pages.ladder.table.table import LadderTable
from tests.core.ladder.test_tuned import view as tuned_view
from tests.lab import ladder_cases as cases
from tests.ui.pages.ladder.conftest import view

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

F16, Q8, Q2, BROKEN = (
    "/m/sky-F16.gguf",
    "/m/sky-Q8_0.gguf",
    "/m/sky-Q2_K.gguf",
    "/m/<script>.gguf",
)
Watch = Callable[[QAbstractItemModel], None]


def at(key: str) -> int:
    """Where a column stands."""
    place = place_of(key)
    assert place is not None
    return place


def shown(model: LadderModel, file: str, column: int) -> str:
    """Both lines of a cell."""
    index = model.index(model.row_of(file), column)
    second = index.data(LadderRole.SECOND_LINE)
    text = f"{index.data()} | {second}" if second else str(index.data())
    return text.replace("\u00a0", " ")


def test_cells_say_figure_and_uncertainty(watched: Watch) -> None:
    model = LadderModel()
    watched(model)
    model.set_view(view())
    assert shown(model, F16, at("name")) == "F16"
    assert shown(model, F16, at("state")) == "the original"
    assert shown(model, Q8, at("name")) == "Q8_0"
    assert shown(model, Q8, at("state")) == "as good"
    assert shown(model, Q2, at("state")) == "loses | sums"
    assert shown(model, Q8, at("file_bytes")) == "850 MB"
    assert shown(model, Q8, at("bits_per_weight")) == "8.50"
    assert shown(model, Q8, at("memory_needed_bytes")) == "935 MB"
    assert shown(model, Q8, at("memory_predicted_bytes")) == "952 MB | +2%"
    assert shown(model, Q8, at("tokens_per_second")) == "18.8 tok/s | ± 0.5"
    assert shown(model, Q8, at("tokens_per_second_deep")) == "16.9 tok/s | ± 0.4"
    assert shown(model, Q8, at("mean_kld")) == "0.001 | 0.0008 – 0.0013"
    assert shown(model, F16, at("mean_kld")).endswith("noise floor")
    assert shown(model, F16, at("same_top")).endswith("with itself")
    assert shown(model, Q8, at("same_top")) == "90.0% | ± 1.0%"
    assert shown(model, Q2, at("accuracy")) == "88% | 420/480"
    assert shown(model, Q2, at("difference")).startswith("−13 | −16 to")
    assert shown(model, Q2, at("votes")) == "–"


def test_a_version_at_the_noise_floor_says_so_in_cells_and_tips() -> None:
    result = cases.result()
    cases.change(result, F16, quality=cases.quality(0.0009, 0.95))
    model = LadderModel()
    model.set_view(view(result))
    assert shown(model, F16, at("same_top")) == "95.0% | with itself"
    assert shown(model, Q8, at("mean_kld")) == "0.001 | at the noise floor"
    assert "at the noise floor" not in shown(model, Q2, at("mean_kld"))
    for column in (at("mean_kld"), at("same_top"), at("bits_per_byte")):
        tips = [
            model.index(model.row_of(file), column).data(Qt.ItemDataRole.ToolTipRole)
            for file in (Q8, Q2)
        ]
        said = ["no further from the original than the original" in tip for tip in tips]
        assert said == [True, False], column


def test_what_says_the_same_is_as_good_before_anything_is_asked() -> None:
    model = LadderModel()
    seen = tuned_view(("threads=2", {"tasks": None}), ("kv=q8_0", {"tasks": None}))
    model.set_view(seen)
    _, threads, cache = (row.key for row in seen.rows)
    assert shown(model, threads, at("name")) == "2 threads"
    assert shown(model, threads, at("state")) == "as good | by construction"
    assert shown(model, threads, at("same_top")).endswith("same by construction")
    assert shown(model, cache, at("state")) == "–"


def test_a_failed_row_says_why(watched: Watch) -> None:
    model = LadderModel()
    watched(model)
    model.set_view(view())
    assert shown(model, BROKEN, at("name")) == "<script> | failed"
    assert "GGML_ASSERT" in shown(model, BROKEN, at("state"))
    tip = model.index(model.row_of(BROKEN), at("name")).data(Qt.ItemDataRole.ToolTipRole)
    assert "GGML_ASSERT(x < y)" in tip.replace("\u200b", "")


def test_every_known_figure_tells_how_it_was_taken(watched: Watch) -> None:
    model = LadderModel()
    model.set_view(view())
    for column in range(len(TABLE)):
        index = model.index(model.row_of(Q2), column)
        if index.data() != "–":
            assert index.data(Qt.ItemDataRole.ToolTipRole), column
    speed = model.index(model.row_of(Q8), at("tokens_per_second"))
    assert "tg128 as llama-bench takes it" in speed.data(Qt.ItemDataRole.ToolTipRole)
    assert "in turns" in speed.data(Qt.ItemDataRole.ToolTipRole)


def test_a_later_view_changes_cells_in_place(watched: Watch) -> None:
    model = LadderModel()
    watched(model)
    result = cases.result()
    begun = empty_result(result.plan)
    letters = letters_for(result.plan.keys, {})
    about = About(list(cases.ITEMS))
    model.set_view(view_of(begun, about, view().limits, letters))
    changed: list[tuple[int, int, int]] = []
    model.dataChanged.connect(
        lambda first, last: changed.append((first.row(), first.column(), last.column()))
    )
    resets: list[None] = []
    model.modelReset.connect(lambda: resets.append(None))
    model.set_view(view(result))
    assert len(changed) == 4
    assert not resets
    changed.clear()
    model.set_view(view(result))
    assert not changed, "nothing is another"


def test_what_is_measured_now_stands_below_the_name(watched: Watch) -> None:
    model = LadderModel()
    watched(model)
    model.set_view(view())
    model.set_doing({Q2: "quality …"})
    assert shown(model, Q2, at("name")) == "Q2_K | quality …"
    model.set_doing({})
    assert shown(model, Q2, at("name")) == "Q2_K"


def test_sorting_leaves_the_unknown_last(qtbot: QtBot, watched: Watch) -> None:
    model = LadderModel()
    table = LadderTable(model)
    qtbot.addWidget(table)
    watched(table.proxy)
    model.set_view(view())
    assert table.order() == [F16, Q8, Q2, BROKEN]
    table.sortByColumn(at("file_bytes"), Qt.SortOrder.AscendingOrder)
    assert table.order() == [Q2, Q8, F16, BROKEN]
    table.sortByColumn(at("file_bytes"), Qt.SortOrder.DescendingOrder)
    assert table.order() == [F16, Q8, Q2, BROKEN]
    table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
    assert table.order() == [F16, Q8, Q2, BROKEN]


def test_columns_are_chosen_and_told(qtbot: QtBot) -> None:
    table = LadderTable(LadderModel())
    qtbot.addWidget(table)
    assert table.isColumnHidden(at("votes"))
    table.set_details(True)
    assert not table.isColumnHidden(at("votes"))
    table.set_columns(["name", "votes", "nonsense"])
    assert not table.isColumnHidden(at("votes"))
    assert table.isColumnHidden(at("file_bytes"))
    assert table.columns == ["name", "votes"]
    menu = table.columns_menu(table)
    with qtbot.waitSignal(table.columns_changed):
        next(action for action in menu.actions() if action.text() == "File").trigger()
    assert table.columns == ["name", "file_bytes", "votes"]
    menu.deleteLater()
    table.set_details(False)
    assert [at for at in range(len(TABLE)) if not table.isColumnHidden(at)] == sorted(USUAL)
    assert shown_columns(()) == set(range(len(TABLE)))
    assert shown_columns(["file_bytes"]) == {at("name"), at("file_bytes")}
    assert shown_columns(["size"]) == shown_columns(["file_bytes"])  # as settings had it once


def test_rows_and_the_table_can_be_copied(qtbot: QtBot) -> None:
    model = LadderModel()
    table = LadderTable(model)
    qtbot.addWidget(table)
    model.set_view(view())
    table.set_details(True)
    table.set_columns(["name", "size", "same_top"])
    table.choose(Q8)
    table.copy_action.trigger()
    assert QGuiApplication.clipboard().text() == "Q8_0\t850 MB\t90.0% ± 1.0%"
    table.copy_all_action.trigger()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "Version\tFile\tSame next word"
    assert len(lines) == 5


def test_the_chosen_row_stays_while_more_is_measured(qtbot: QtBot) -> None:
    model = LadderModel()
    table = LadderTable(model)
    qtbot.addWidget(table)
    model.set_view(view())
    table.choose(Q2)
    model.set_view(view(limits=replace(view().limits, tolerance=0.5)))
    assert table.chosen == Q2
    assert shown(model, Q2, at("state")) == "as good"


@pytest.mark.parametrize("width", [420, 560, 700, 1000, 1600])
def test_five_columns_always_fit(qtbot: QtBot, width: int) -> None:
    model = LadderModel()
    table = LadderTable(model)
    qtbot.addWidget(table)
    model.set_view(view())
    table.resize(width, 300)
    table.show()
    widths = [table.columnWidth(at) for at in sorted(USUAL)]
    assert sum(widths) == table.viewport().width()
    assert not table.horizontalScrollBar().isVisible()
    for column in BARS:  # figures are never cut
        text = str(model.index(0, column).data())
        assert table.columnWidth(column) >= table.fontMetrics().horizontalAdvance(text), column
    table.set_details(True)
    assert table.columnWidth(NAME) > 0


def test_bars_are_as_long_as_their_figures(watched: Watch) -> None:
    model = LadderModel()
    watched(model)
    model.set_view(view())

    def share(file: str, key: str) -> float:
        return float(model.index(model.row_of(file), at(key)).data(LadderRole.SHARE) or 0.0)

    assert share(F16, "accuracy") == 1.0
    assert share(Q2, "accuracy") == 0.875
    assert share(F16, "memory_needed_bytes") == 1.0
    assert share(Q8, "memory_needed_bytes") == pytest.approx(8.5 / 16)
    assert share(Q2, "tokens_per_second") == 1.0
    assert share(BROKEN, "tokens_per_second") == 0.0


def test_a_speed_that_a_busy_pc_gave_is_dimmed() -> None:
    result = cases.result()
    cases.change(result, Q8, speed=(cases.speed("tg128", 9.0, others_cores=2.0),))
    model = LadderModel()
    model.set_view(view(result))
    column = at("tokens_per_second")
    dim = [model.index(model.row_of(file), column).data(LadderRole.CELL).dim for file in (F16, Q8)]
    assert dim == [False, True]


def test_only_what_has_changed_is_laid_out_anew(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = LadderModel()
    table = LadderTable(model)
    qtbot.addWidget(table)
    model.set_view(view())
    table.show()
    asked: list[int] = []
    hint = LadderTable.sizeHintForColumn

    def seen(self: LadderTable, column: int) -> int:
        asked.append(column)
        return hint(self, column)

    monkeypatch.setattr(LadderTable, "sizeHintForColumn", seen)
    model.set_doing({Q8: "asking it 300 questions"})
    qtbot.waitUntil(lambda: bool(asked))
    assert set(asked) <= {at("name"), at("state")}
