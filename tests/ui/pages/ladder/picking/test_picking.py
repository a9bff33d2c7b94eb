"""Setting a ladder up: what can be checked, which one is the reference, what is ordered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.core.candidates.candidate import Candidate, candidate_of
from app.core.candidates.settings import EngineSettings, KvType
from app.core.verdict import Limits
from app.core.words.sentence import verbatim
from app.lab.ladder.pickable import PickFile
from app.lab.quality.plan import QualityMode
from app.lab.quality.texts import TextChoice, TextSource
from app.lab.works.ladders.run import LadderOrder
from app.ui.kit.widgets import ElidedLabel
from app.ui.pages.ladder.picking.measure_form import MeasureForm
from app.ui.pages.ladder.picking.picker import Picker

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QAbstractItemModel
    from pytestqt.qtbot import QtBot

    Watch = Callable[[QAbstractItemModel], None]


def file(level: str, bits: float | None = None, family: str = "Sky", **more: str) -> PickFile:
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


@pytest.fixture
def picker(qtbot: QtBot) -> Picker:
    made = Picker(list, lambda _title, _which: None)
    qtbot.addWidget(made)
    made.set_files([F16, Q8, Q4, Q2, BROKEN])
    return made


def test_the_least_shrunken_is_the_reference_unless_one_is_chosen(picker: Picker) -> None:
    picker.choose([Q2.candidate, F16.candidate, Q4.candidate])
    assert picker.reference == F16.candidate
    picker.chosen.reference_chosen.emit(Q4.candidate)
    assert picker.reference == Q4.candidate
    picker.chosen.remove_wanted.emit(Q4.candidate)
    assert picker.reference == F16.candidate
    picker.choose([Q2.candidate, Q8.candidate], Q2.candidate)
    assert picker.reference == Q2.candidate


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
    told = "KV q8_0, 8192 tokens of context, template chatml"
    names = [label.text for label in picker.chosen.findChildren(ElidedLabel)]
    assert names == ["Q4_K_M", f"Q4_K_M, {told}"]
    shown = [picker.model.index(row, 0).data() for row in range(picker.model.rowCount())]
    assert f"Q4_K_M, {told}" in shown
    with qtbot.waitSignal(picker.measure_wanted) as caught:
        picker.measure_button.click()
    assert caught.args is not None
    order, letters = caught.args
    assert (order.reference, order.candidates) == (plain, (plain, changed))
    assert letters == {plain.key(): "A", changed.key(): "B"}
