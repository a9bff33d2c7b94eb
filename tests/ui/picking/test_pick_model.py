"""What can be picked as a table: families with one box, what a row says, how many can be checked.

Tests app.ui.picking.pick_tree too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt

from app.core.candidates.candidate import candidate_of
from app.lab.ladder.picked import PickFile
from app.ui.picking.pick_model import PickColumn, PickModel, spread
from app.ui.picking.pick_tree import PickTree

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QAbstractItemModel, QModelIndex
    from pytestqt.qtbot import QtBot

    Watch = Callable[[QAbstractItemModel], None]

CHECK = Qt.ItemDataRole.CheckStateRole
ON, OFF, PARTLY = (
    Qt.CheckState.Checked,
    Qt.CheckState.Unchecked,
    Qt.CheckState.PartiallyChecked,
)


def file(level: str, bits: float | None = None, family: str = "Sky", **more: Any) -> PickFile:
    candidate = candidate_of(f"/m/{family}-{level}.gguf")
    return PickFile(candidate, f"{family}-{level}", family, level, 10, bits, **more)


F16, Q8, Q4, Q2 = file("F16", 16.0), file("Q8_0", 8.5), file("Q4_K_M", 4.9), file("Q2_K", 3.2)
BROKEN = file("Q6_K", why_not="It is broken.")
MOON = file("F16", family="Moon")


def row(model: QAbstractItemModel, words: str) -> QModelIndex:
    rows = (model.index(place, PickColumn.NAME) for place in range(model.rowCount()))
    return next(each for each in rows if each.data() == words)


def state(box: QModelIndex) -> Qt.CheckState:
    return Qt.CheckState(box.data(CHECK))


def test_families_stand_above_their_files(watched: Watch) -> None:
    model = PickModel()
    watched(model)
    model.set_files([F16, MOON, Q8])
    shown = [model.index(place, 0).data() for place in range(model.rowCount())]
    assert shown == ["Sky", "F16", "Q8_0", "Moon", "F16"], "a family is in one place"
    assert model.setData(row(model, "Q8_0"), ON, CHECK)
    assert model.checked == [Q8]
    model.set_files([Q8, F16])
    assert model.checked == [Q8], "what is checked stays so"


def test_a_broken_file_cannot_be_checked(watched: Watch) -> None:
    model = PickModel()
    watched(model)
    model.set_files([F16, BROKEN])
    box = row(model, "Q6_K")
    assert not model.setData(box, ON, CHECK)
    assert not box.flags() & Qt.ItemFlag.ItemIsEnabled
    assert "It is broken." in box.data(Qt.ItemDataRole.ToolTipRole)
    assert box.siblingAtColumn(PickColumn.GLOSS).data() == "It is broken."


def test_a_familys_box_checks_all_of_its_versions(watched: Watch) -> None:
    model = PickModel()
    watched(model)
    model.set_files([F16, Q8, BROKEN, MOON])
    family = row(model, "Sky")
    assert state(family) is OFF
    model.setData(family, ON, CHECK)
    assert model.checked == [F16, Q8]
    assert state(family) is ON
    model.setData(row(model, "Q8_0"), OFF, CHECK)
    assert state(family) is PARTLY
    model.setData(family, OFF, CHECK)
    assert model.checked == []


def test_of_more_versions_than_there_is_room_for_those_far_apart_are_checked() -> None:
    model = PickModel()
    many = [file(f"L{n}", float(16 - n)) for n in range(11)]
    model.set_files([*many, MOON])
    model.setData(row(model, "Sky"), ON, CHECK)
    assert [each.level for each in model.checked] == ["L0", "L2", "L4", "L6", "L8", "L10"]
    assert not model.setData(row(model, "F16"), ON, CHECK), "there is no room"
    assert spread([one.candidate for one in many], 0) == []


def test_what_is_in_compare_says_so_and_is_left_alone_by_the_box() -> None:
    model = PickModel(adding=True)
    model.memory_bytes = 100
    open_one = replace(Q4, letter="A", needs_bytes=50)
    twice = replace(MOON, needs_bytes=95, copies=2)
    model.set_files([replace(F16, needs_bytes=200), open_one, twice])
    family = row(model, "Other versions of Sky")
    model.setData(family, ON, CHECK)
    assert [each.level for each in model.checked] == ["F16"]
    remarks = {
        model.index(place, 0).data(): model.index(place, PickColumn.REMARK).data()
        for place in (1, 2)
    }
    assert remarks == {"F16": "does not fit", "Q4_K_M": "in Compare: A"}
    last = model.index(4, PickColumn.REMARK)
    assert last.data() == "tight · 2 copies"
    said = model.index(2, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said.startswith("Q4_K_M, 4.9")
    assert said.endswith("in Compare: A")


@pytest.fixture
def tree(qtbot: QtBot) -> PickTree:
    model = PickModel()
    made = PickTree(model)
    qtbot.addWidget(made)
    model.setParent(made)
    model.set_files([F16, Q4, BROKEN, MOON])
    return made


def test_words_may_stand_apart(tree: PickTree) -> None:
    tree.filter_by("sky q4")
    assert [tree.proxy.index(place, 0).data() for place in range(tree.proxy.rowCount())] == [
        "Sky",
        "Q4_K_M",
    ]
    assert tree.currentIndex().data() == "Q4_K_M"


def test_keys_walk_past_what_cannot_be_chosen(tree: PickTree) -> None:
    tree.setCurrentIndex(tree.first_file())
    assert tree.currentIndex().data() == "F16"
    tree.step(1)
    tree.step(1)
    assert tree.currentIndex().data() == "Moon", "the broken one is left out"
    tree.step(-1)
    assert tree.currentIndex().data() == "Q4_K_M"
