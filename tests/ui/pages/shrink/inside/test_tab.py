"""Looking inside a real file, beside its original, and raising what was hurt.

Through :mod:`app.ui.pages.shrink.inside.map_view` and :mod:`app.ui.pages.shrink.inside.histogram`
and :mod:`app.ui.pages.shrink.inside.savings_bars`.
Through :mod:`app.ui.pages.shrink.inside.map_view`, :mod:`app.ui.pages.shrink.inside.table`,
:mod:`app.core.shrink.inside.tensor_table` and :mod:`app.ui.pages.shrink.inside.histogram`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.core.models.levels import level_by_name
from app.core.shrink.inside.tensor_map import Figure
from app.core.shrink.recipe import MatrixUse, Recipe
from app.lab.engines.room import EngineRoom
from app.lab.shrink.inspecting import inspect, stored_tensors
from app.lab.shrink.making.means import Means
from app.lab.shrink.making.shrink import shrink
from app.ui.kit.jobs import Jobs
from app.ui.pages.shrink.inside.tab import InsideTab, Raise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from app.core.shrink.inside.inspection import Inspection

PATIENCE_MS = 400_000


@pytest.fixture(scope="module")
def small(demo_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo model at Q3_K_M."""
    folder = tmp_path_factory.mktemp("small")
    means = Means(2, EngineRoom(folder), folder, lambda *_step: None)
    recipe = Recipe(level_by_name("Q3_K_M"), matrix=MatrixUse.NONE)
    shrink(demo_model, folder / "small-Q3_K_M.gguf", recipe, means)
    return folder / "small-Q3_K_M.gguf"


@pytest.fixture
def tab(qtbot: QtBot, tmp_path: Path) -> Iterator[InsideTab]:
    jobs = Jobs()

    def look(path: Path, against: Path | None, tell: Callable[[float], None]) -> Inspection:
        return inspect(
            path, against, threads=2, folder=tmp_path,
            on_progress=lambda done, total: tell(done / total),
        )  # fmt: skip

    made = InsideTab(jobs, look, lambda name: tmp_path / name)
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.show()
    yield made
    made.stop()
    jobs.shutdown()


def types_of(path: Path) -> dict[str, int]:
    return {info.name: info.type_id for info, _ in stored_tensors(path)}


def looked(qtbot: QtBot, tab: InsideTab, path: Path, against: Path | None) -> None:
    tab.file.choose(path)
    tab.against.choose(against)
    tab.look_button.click()
    assert not tab.look_button.isEnabled()
    qtbot.waitUntil(tab.look_button.isEnabled, timeout=PATIENCE_MS)


def test_what_was_hurt_is_seen_and_raised(
    qtbot: QtBot, tab: InsideTab, small: Path, demo_model: Path, tmp_path: Path
) -> None:
    looked(qtbot, tab, small, demo_model)
    assert tab.figure.currentData() is Figure.LOST
    lines = {words.partition(",")[0]: size for words, size, _ in tab.savings.bars.lines}
    assert lines["This file"] == lines["Zeros in a 2:4 format"] > lines["Without one layer"]
    assert "zeros save nothing here" in tab.savings.words.text()
    assert "the strongest colour" in tab.legend.text()
    view = tab.map
    spots = [QPoint(x, y) for x in range(0, view.width(), 4) for y in range(4, view.height(), 4)]
    places = {place: spot for spot in spots if (place := view.place_at(spot.x(), spot.y()))}
    assert len(places) == 7 * 6 + 1, "each matrix of six layers, and the table of tokens"
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=places[0, 0])
    control = Qt.KeyboardModifier.ControlModifier
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, control, places[5, 3])
    assert [each.info.name for each in view.chosen] == [
        "blk.0.attn_k.weight",
        "blk.3.ffn_gate.weight",
    ]
    assert "off its original" in tab.facts.text()
    assert tab.histogram.isVisible()
    with qtbot.waitSignal(tab.raise_wanted) as asked:
        tab.raise_button.click()
    wanted = asked.args[0] if asked.args else None
    assert isinstance(wanted, Raise)
    assert wanted.source == demo_model
    assert wanted.title == "Q3_K_M, 2 raised"
    target = tmp_path / "raised.gguf"
    means = Means(2, EngineRoom(tmp_path), tmp_path, lambda *_step: None)
    shrink(demo_model, target, wanted.recipe, means)
    assert target.stat().st_size == pytest.approx(wanted.file_bytes, abs=2_000)
    before, after = types_of(small), types_of(target)
    assert {name for name in before if before[name] != after[name]} == {
        "blk.0.attn_k.weight",
        "blk.3.ffn_gate.weight",
    }
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, control, places[0, 0])
    assert len(view.chosen) == 1


def test_two_versions_stand_beside_each_other_and_become_a_table(
    qtbot: QtBot, tab: InsideTab, small: Path, demo_model: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other-Q4_K_M.gguf"
    means = Means(2, EngineRoom(tmp_path), tmp_path, lambda *_step: None)
    shrink(demo_model, other, Recipe(level_by_name("Q4_K_M"), matrix=MatrixUse.NONE), means)
    tab.beside.choose(other)
    looked(qtbot, tab, small, demo_model)
    assert (tab.title.text(), tab.other_title.text()) == (small.name, other.name)
    assert tab.map.legend == tab.other_map.legend, "the same colours for the same figures"
    table = tab.table.model()
    titles = [
        table.headerData(each, Qt.Orientation.Horizontal) for each in range(table.columnCount())
    ]
    assert titles[4:] == ["Off its original", "Beside it", "Size", "Off its original", "Changes by"]
    tab.table.sortByColumn(8, Qt.SortOrder.AscendingOrder)
    best = [table.index(0, each).data() for each in range(table.columnCount())]
    assert best[8].startswith(("-", "−"))
    tab.table.setCurrentIndex(table.index(0, 0))
    assert [each.info.name for each in tab.map.chosen] == [best[0]]
    assert [each.info.name for each in tab.other_map.chosen] == [best[0]]
    assert tab.facts.text().count("RMS") == 2
    assert tab.facts.text().count("of the file") == 2
    tab.save_button.click()
    written = (tmp_path / f"{small.stem}.csv").read_text("utf-8-sig").splitlines()
    assert len(written) == 1 + 56
    assert written[0].startswith("name,shape,type,bytes,bytes_share,zero_fraction")
    assert "other_relative_error" in written[0]
    assert "Q3_K" in written[3]


def test_alone_it_shows_bits_and_raises_nothing(qtbot: QtBot, tab: InsideTab, small: Path) -> None:
    looked(qtbot, tab, small, small)
    assert tab.figure.currentData() is Figure.BITS
    tab.map.choose([(0, 0)])
    assert tab.raise_button.isHidden()
    assert "bits" in tab.legend.text()
    for figure in (Figure.ZEROS, Figure.OUTLIERS):
        tab.figure.setCurrentIndex(tab.figure.findData(figure))
        tab.figure.activated.emit(tab.figure.currentIndex())
        assert tab.legend.text()
    tab.map.setFocus()
    QTest.keyClick(tab.map, Qt.Key.Key_Right)
    QTest.keyClick(tab.map, Qt.Key.Key_Space)
    assert [each.info.name for each in tab.map.chosen] == ["blk.1.attn_k.weight"]


def test_what_cannot_be_read_says_so(qtbot: QtBot, tab: InsideTab, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.gguf"
    wrong.write_bytes(b"no model at all")
    looked(qtbot, tab, wrong, None)
    assert "not a GGUF model file" in tab.words.text()
