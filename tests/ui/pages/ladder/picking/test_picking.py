"""Setting a ladder up: what can be checked, which one is the reference, what is ordered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtGui import QAccessible

from app.core.candidates.candidate import Candidate, ServerModel, candidate_of
from app.core.candidates.settings import EngineSettings, KvType
from app.core.ladder.results import StepKind
from app.core.verdict import Limits
from app.core.words.sentence import verbatim
from app.lab.ladder.pace import Pace
from app.lab.ladder.picked import PickFile
from app.lab.ladder.plan import Profile
from app.lab.quality.plan import QualityMode
from app.lab.quality.texts import TextChoice, TextSource
from app.lab.works.ladders.run import LadderOrder
from app.ui.pages.ladder.picking.measure_form import MeasureForm
from app.ui.pages.ladder.picking.picker import Picker
from app.ui.pages.ladder.picking.what_matters import WhatMatters

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QAbstractItemModel
    from pytestqt.qtbot import QtBot

    from app.ui.kit.theme import Theme

    Watch = Callable[[QAbstractItemModel], None]


def file(level: str, bits: float | None = None, family: str = "Sky", **more: Any) -> PickFile:
    return PickFile(
        candidate_of(f"/m/{family}-{level}.gguf"),
        f"{family}-{level}",
        family,
        level,
        10,
        bits,
        **more,
    )


F16, Q8, Q4, Q2 = file("F16", 16.0), file("Q8_0", 8.5), file("Q4_K_M", 4.9), file("Q2_K", 3.2)
BROKEN = file("Q6_K", why_not="It is broken.")
MOON = file("F16", 16.0, family="Moon")


@pytest.fixture
def picker(qtbot: QtBot) -> Picker:
    made = Picker(list, lambda _title, _which: None)
    qtbot.addWidget(made)
    made.set_files([F16, Q8, Q4, Q2, BROKEN])
    return made


def choose_reference(picker: Picker, file: PickFile) -> None:
    box = picker.reference_box
    place = next(i for i in range(box.count()) if box.itemData(i) == file.candidate)
    box.setCurrentIndex(place)
    box.activated.emit(place)


def test_one_version_alone_can_be_tuned(picker: Picker, qtbot: QtBot) -> None:
    picker.show()
    picker.choose([F16.candidate, Q8.candidate])
    assert not picker.tune_button.isVisible()
    picker.choose([Q8.candidate])
    with qtbot.waitSignal(picker.tune_wanted) as caught:
        picker.tune_button.click()
    assert caught.args == [Q8.candidate]


def test_the_least_shrunken_is_compared_with_unless_another_is_chosen(picker: Picker) -> None:
    picker.choose([Q2.candidate, F16.candidate, Q4.candidate])
    assert picker.reference == F16.candidate
    assert picker.reference_box.currentText() == "F16"
    assert "not shrunken" in picker.reference_help.text()
    choose_reference(picker, Q4)
    assert picker.reference == Q4.candidate
    assert "stays hidden" in picker.reference_help.text()
    picker.model.set_checked([Q2.candidate, F16.candidate])
    assert picker.reference == F16.candidate
    picker.choose([Q2.candidate, Q8.candidate], Q2.candidate)
    assert picker.reference == Q2.candidate
    picker.choose([Q2.candidate, Q8.candidate])
    assert "shrunken itself" in picker.reference_help.text()


def test_two_to_six_versions_make_a_ladder(picker: Picker, qtbot: QtBot) -> None:
    assert not picker.measure_button.isEnabled()
    picker.choose([F16.candidate])
    assert not picker.measure_button.isEnabled()
    picker.choose([Q2.candidate, F16.candidate])
    assert picker.measure_button.isEnabled()
    picker.set_texts([TextChoice(TextSource.HISTORY, "", why_not=verbatim("There are no chats."))])
    with qtbot.waitSignal(picker.measure_wanted) as caught:
        picker.measure_button.click()
    ordered = LadderOrder(F16.candidate, (F16.candidate, Q2.candidate), Limits())
    assert caught.args == [ordered, {str(F16.path): "A", str(Q2.path): "B"}]
    many = [file(f"L{n}", float(n)) for n in range(7)]
    picker.set_files(many)
    picker.choose([one.candidate for one in many])
    assert not picker.measure_button.isEnabled()
    assert "At most 6" in picker.advice.text()


def test_a_text_of_ones_own_can_be_measured_as_llama_perplexity_does(qtbot: QtBot) -> None:
    form = MeasureForm(lambda _title, _which: Path("/t/wiki.txt"))
    qtbot.addWidget(form)
    assert not form.mode_box.isEnabled()
    form.text_box.setCurrentIndex(form.text_box.findData(TextSource.FILE))
    form.text_box.activated.emit(form.text_box.currentIndex())
    assert form.mode is QualityMode.QUICK
    form.mode_box.setCurrentIndex(1)
    form.mode_box.activated.emit(1)
    assert form.mode is QualityMode.COMPARABLE
    assert "published" in form.mode_help.text()
    form.text_box.setCurrentIndex(0)
    form.text_box.activated.emit(0)
    assert form.mode is QualityMode.QUICK
    assert not form.mode_box.isEnabled()


def test_files_opened_by_hand_are_offered_too(picker: Picker) -> None:
    elsewhere = candidate_of("/elsewhere/Moon-Q5_K_M.gguf")
    picker.choose([F16.candidate, elsewhere])
    assert [one.level for one in picker.model.checked] == ["F16", "Q5_K_M"]
    assert picker.model.checked[1].family == "Opened here"


def test_two_candidates_of_one_file_are_told_apart(picker: Picker, qtbot: QtBot) -> None:
    plain = Q4.candidate
    changed = Candidate(plain.source, EngineSettings(8192, kv_type=KvType.Q8_0), "chatml")
    picker.set_files([replace(Q4, letter="A"), replace(Q4, candidate=changed, letter="B"), F16])
    picker.choose([plain, changed])
    told = "8192 tokens of context, KV q8_0, template chatml"
    names = [picker.reference_box.itemText(place) for place in range(2)]
    assert names == ["Q4_K_M", f"Q4_K_M, {told}"]
    shown = [picker.model.index(row, 0).data() for row in range(picker.model.rowCount())]
    assert f"Q4_K_M, {told}" in shown
    with qtbot.waitSignal(picker.measure_wanted) as caught:
        picker.measure_button.click()
    assert caught.args is not None
    order, letters = caught.args
    assert (order.reference, order.candidates) == (plain, (plain, changed))
    assert letters == {plain.key(): "A", changed.key(): "B"}


def test_what_matters_is_ticked_by_kind(picker: Picker, qtbot: QtBot) -> None:
    picker.choose([F16.candidate, Q4.candidate])
    boxes = picker.matters.boxes
    assert all(box.isChecked() for box in boxes.values())
    for kind, box in boxes.items():
        if kind != "arithmetic":
            box.click()
    with qtbot.waitSignal(picker.measure_wanted) as caught:
        picker.measure_button.click()
    assert caught.args is not None
    assert caught.args[0].kinds == ("arithmetic",)
    boxes["arithmetic"].click()
    assert not picker.measure_button.isEnabled(), "nothing would be asked"


def test_own_questions_take_the_place_of_the_bundled_ones(qtbot: QtBot) -> None:
    chosen: list[Path | None] = [None, Path("/q/mine.jsonl")]
    matters = WhatMatters(lambda _title, _which: chosen.pop(0))
    qtbot.addWidget(matters)
    matters.own_box.click()
    assert not matters.own_box.isChecked(), "no file was chosen"
    matters.own_box.click()
    assert (matters.items, matters.kinds) == (Path("/q/mine.jsonl"), ())
    assert not matters.boxes["code"].isEnabled()
    assert matters.explained.text() == "mine.jsonl"
    matters.own_box.click()
    assert matters.items is None
    assert matters.boxes["code"].isEnabled()


def test_the_demo_model_has_questions_of_its_own(qtbot: QtBot) -> None:
    picker = Picker(list, lambda _title, _which: None, is_demo=lambda path: "Sky" in path.name)
    qtbot.addWidget(picker)
    picker.set_files([F16, Q4, MOON])
    picker.choose([F16.candidate, Q4.candidate])
    assert not picker.matters.boxes["code"].isEnabled()
    picker.choose([F16.candidate, MOON.candidate])
    assert picker.matters.boxes["code"].isEnabled()


def test_times_follow_from_what_was_measured_here(picker: Picker) -> None:
    picker.choose([F16.candidate])
    assert picker.sure.buttons[Profile.QUICK].text() == "A quick hint"
    picker.choose([F16.candidate, Q4.candidate])
    questions = {"arithmetic": 240, "code": 240}
    picker.set_pace(Pace(questions, 300))
    assert "rough guesses" in picker.sure.explained.text()
    quick = picker.sure.explained.text()
    assert "finds a loss of" in quick
    assert "times in 10" in quick
    picker.sure.buttons[Profile.FULL].click()
    assert picker.sure.explained.text() != quick
    picker.sure.buttons[Profile.QUICK].click()
    usual = times(picker)
    taken = {kind: [(1, 1000.0)] for kind in StepKind}
    picker.set_pace(Pace(questions, 300, taken))
    assert "measured on this PC" in picker.sure.explained.text()
    assert times(picker) != usual
    before = times(picker)
    picker.matters.boxes["code"].click()
    assert times(picker) != before, "less is asked"


def times(picker: Picker) -> list[str]:
    return [button.text() for button in picker.sure.buttons.values()]


@pytest.mark.parametrize("percent", [100, 150])
def test_it_fits_a_small_window(picker: Picker, dressed: Theme, qtbot: QtBot, percent: int) -> None:
    dressed.set_text_percent(percent)
    try:
        picker.choose([F16.candidate, Q4.candidate])
        picker.resize(560, 480)  # what rail and list leave of 800 x 560
        with qtbot.waitExposed(picker):
            picker.show()
        assert picker.area.horizontalScrollBar().maximum() == 0
        assert picker.area.widget().width() <= picker.area.viewport().width()
        assert picker.rect().contains(picker.measure_button.geometry())
        assert picker.tree.horizontalScrollBar().maximum() == 0
    finally:
        dressed.set_text_percent(100)


def test_what_few_people_change_is_folded_away(picker: Picker) -> None:
    assert picker.form.isHidden()
    picker.more_button.click()
    assert not picker.form.isHidden()


def test_thinking_takes_longer_and_is_ordered(picker: Picker, qtbot: QtBot) -> None:
    picker.set_pace(Pace({"arithmetic": 240}, 300, {StepKind.TASKS: [(1, 1e5)]}))
    picker.choose([F16.candidate, Q4.candidate])
    before = times(picker)
    picker.form.thinking_box.click()
    assert times(picker) != before
    picker.form.all_box.click()
    with qtbot.waitSignal(picker.measure_wanted) as caught:
        picker.measure_button.click()
    assert caught.args is not None
    assert caught.args[0].thinking
    assert not caught.args[0].stops


def test_a_reader_hears_what_each_box_is_for(picker: Picker) -> None:
    """On Linux a combo box's name is its value: what it is for stands in its label."""
    for box, words in (
        (picker.reference_box, "Compared with"),
        (picker.form.text_box, "Text"),
        (picker.form.mode_box, "Method"),
    ):
        interface = QAccessible.queryAccessibleInterface(box)
        related = interface.relations(QAccessible.RelationFlag.Label)
        assert [each.text(QAccessible.Text.Name) for each, _flag in related] == [words]


def test_a_model_of_a_server_is_the_yardstick_and_what_it_costs_is_told(
    picker: Picker, qtbot: QtBot
) -> None:
    there = Candidate(ServerModel("cellar", "http://big:9931/v1", "moon"))
    picker.choose([F16.candidate, Q4.candidate])
    assert picker.costs.isHidden()
    with qtbot.waitSignal(picker.costs_wanted) as caught:
        picker.choose([Q4.candidate, there])
    assert caught.args is not None
    (order,) = caught.args
    assert order.reference == there
    assert "not told" in picker.reference_help.text()
    picker.set_costs(order, ["cellar will read 2 tokens."])
    assert "cellar will read 2 tokens." in picker.costs.text()
    assert not picker.costs.isHidden()
    with qtbot.waitSignal(picker.costs_wanted) as caught:
        picker.choose([F16.candidate, Q4.candidate])
    assert caught.args == [None]
    assert picker.costs.isHidden()
    picker.set_costs(order, ["late"])
    assert picker.costs.isHidden(), "of what was set up before"
