"""Predictions one after another, and the table of a repository's files.

Tests app.ui.pages.models.repository.predictions.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QPoint, Qt

from app.core.errors import PersonError
from app.core.hub_names import HubAddress
from app.core.memory.fit import Verdict
from app.core.models.kinds import ModelKind
from app.core.models.model_file import NoCandidateError
from app.hub.errors import HubGated, HubOffline
from app.hub.repositories import Repository
from app.ui.pages.models.repository.files.model import FileRole, MemoryBar
from app.ui.pages.models.repository.files.side import FilesSide
from app.ui.pages.models.repository.files.words import FileColumn
from app.ui.pages.models.repository.predictions import PredictionState
from tests.ui.pages.models.fake_backends import GB, FakeFit, model_file, repository

if TYPE_CHECKING:
    from PySide6.QtCore import QAbstractItemModel
    from pytestqt.qtbot import QtBot

    from app.ui.kit.jobs import Jobs


@pytest.fixture
def fit() -> FakeFit:
    return FakeFit()


@pytest.fixture
def side(
    qtbot: QtBot, fit: FakeFit, jobs: Jobs, watched: Callable[[QAbstractItemModel], None]
) -> FilesSide:
    made = FilesSide(fit, jobs)  # type: ignore[arg-type]
    qtbot.addWidget(made)
    watched(made.model)
    watched(made.table.proxy)
    made.resize(700, 600)
    with qtbot.waitExposed(made):
        made.show()
    return made


def show(side: FilesSide, jobs: Jobs, *, level: str | None = None) -> Repository:
    shown = repository()
    side.show_repository(shown, HubAddress(shown.repo_id, level), 4096, "f16")
    jobs.wait_all()
    return shown


def cell(side: FilesSide, level: str, column: FileColumn, role: int = 0) -> object:
    row = next(r for r, file in enumerate(side.model.files()) if file.level == level)
    return side.model.index(row, column).data(role)


def test_every_file_gets_its_figures_and_verdict(side: FilesSide, jobs: Jobs) -> None:
    show(side, jobs)
    assert cell(side, "Q4_K_M", FileColumn.VERDICT) == "fits"
    assert cell(side, "Q8_0", FileColumn.VERDICT) == "does not fit"
    reason = cell(side, "Q8_0", FileColumn.VERDICT, FileRole.SECOND_LINE)
    assert str(reason).replace("\u00a0", " ") == "8.00 GB free"
    gloss = cell(side, "Q4_K_M", FileColumn.LEVEL, FileRole.SECOND_LINE)
    assert gloss == "4.8 bits a weight, 70% smaller"
    tip = cell(side, "Q4_K_M", FileColumn.LEVEL, Qt.ItemDataRole.ToolTipRole)
    assert "The usual choice" in str(tip)
    assert str(cell(side, "Q4_K_M", FileColumn.MEMORY)).startswith("5.1")
    assert "tok/s" in str(cell(side, "Q4_K_M", FileColumn.SPEED))
    assert "bandwidth" in str(cell(side, "Q4_K_M", FileColumn.SPEED, Qt.ItemDataRole.ToolTipRole))


def test_bits_and_header_overrule_full_precision_in_a_name(
    side: FilesSide, fit: FakeFit, jobs: Jobs, qtbot: QtBot
) -> None:
    named = model_file("BF16", 4_900_000_000)
    fit.levels[named.name] = "Q5_K_M"
    shown = replace(repository(), files=(named, model_file("Q2_K", 2_720_000_000)))
    side.show_repository(shown, HubAddress(shown.repo_id), 4096, "f16")
    jobs.wait_all()
    assert cell(side, "BF16", FileColumn.LEVEL) == "Q5_K_M"
    qtbot.waitUntil(lambda: "Recommended" in side.advice.text())
    assert "Recommended: Q5_K_M." in side.advice.text()


def test_a_narrow_table_hides_what_tells_least(side: FilesSide, jobs: Jobs, qtbot: QtBot) -> None:
    show(side, jobs)
    table = side.table
    sign = table.fontMetrics().averageCharWidth()
    for signs, hidden in ((140, False), (60, True), (140, False)):
        side.resize(signs * sign, 600)
        qtbot.waitUntil(lambda hidden=hidden: table.isColumnHidden(FileColumn.SIZE) is hidden)
        for column in (FileColumn.LEVEL, FileColumn.MEMORY, FileColumn.VERDICT):
            assert not table.isColumnHidden(column)
        qtbot.waitUntil(lambda: table.horizontalScrollBar().maximum() == 0)


def test_memory_is_a_bar_of_this_pcs(jobs: Jobs, qtbot: QtBot, fit: FakeFit) -> None:
    side = FilesSide(fit, jobs, 16 * GB)  # type: ignore[arg-type]
    qtbot.addWidget(side)
    show(side, jobs)
    bar = cell(side, "Q4_K_M", FileColumn.MEMORY, FileRole.BAR)
    assert isinstance(bar, MemoryBar)
    assert bar.needed == pytest.approx(5.15 / 16, abs=0.01)
    assert bar.free == 0.5
    assert bar.verdict is Verdict.FITS
    too_much = cell(side, "F16", FileColumn.MEMORY, FileRole.BAR)
    assert isinstance(too_much, MemoryBar)
    assert (too_much.needed, too_much.verdict) == (pytest.approx(15.3 / 16, abs=0.01), Verdict.NO)


def test_one_tick_adds_what_the_others_are_compared_with(
    side: FilesSide, jobs: Jobs, qtbot: QtBot
) -> None:
    show(side, jobs, level="Q4_K_M")
    assert "the least shrunken too (Q5_K_M)" in side.original.text()
    qtbot.mouseClick(side.original, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert [file.level for file in side.model.checked()] == ["Q5_K_M", "Q4_K_M"]
    side.model.check("model-Q5_K_M.gguf", on=False)
    assert not side.original.isChecked()


def test_an_original_that_fits_is_called_so(side: FilesSide, fit: FakeFit, jobs: Jobs) -> None:
    fit.available_bytes = 64 * GB
    show(side, jobs)
    assert "Compare with the original too (F16)" in side.original.text()


def test_what_is_here_is_neither_downloaded_nor_counted(side: FilesSide, jobs: Jobs) -> None:
    show(side, jobs)
    side.model.set_present({"model-Q2_K.gguf": Path("/pc/model-Q2_K.gguf")})
    side.model.check("model-Q2_K.gguf")
    assert "on this PC already" in side.choice.text()
    assert not side.download_button.isVisible()
    assert side.compare_button.text() == "Chat"
    compared: list[list[Path]] = []
    side.compare_wanted.connect(compared.append)
    side.compare_button.click()
    assert compared == [[Path("/pc/model-Q2_K.gguf")]]
    side.model.check("model-Q4_K_M.gguf")
    assert "4.37" in side.choice.text()
    assert side.compare_button.text() == "Download and compare"
    wanted: list[tuple[list[str], bool]] = []
    side.download_wanted.connect(
        lambda files, both: wanted.append(([f.level for f in files], both))
    )
    side.download_button.click()
    side.compare_button.click()
    assert wanted == [(["Q4_K_M"], False), (["Q4_K_M", "Q2_K"], True)]


def test_the_recommended_level_is_marked_and_says_why(side: FilesSide, jobs: Jobs) -> None:
    show(side, jobs)
    assert cell(side, "Q5_K_M", FileColumn.LEVEL, FileRole.RECOMMENDED)
    assert not cell(side, "Q4_K_M", FileColumn.LEVEL, FileRole.RECOMMENDED)
    assert side.advice.text().startswith("Recommended: Q5_K_M. The largest")


def test_files_are_predicted_one_after_another(
    side: FilesSide, fit: FakeFit, jobs: Jobs, qtbot: QtBot
) -> None:
    fit.gate = threading.Semaphore(0)
    shown = repository()
    side.show_repository(shown, HubAddress(shown.repo_id), 4096, "f16")
    qtbot.waitUntil(
        lambda: (
            [side.predictions.of(file.name).state for file in side.model.files()]
            == [PredictionState.WORKING, *[PredictionState.WAITING] * 4]
        )
    )
    assert cell(side, "F16", FileColumn.VERDICT) == "working it out …"
    assert side.progress.active
    with qtbot.waitSignal(side.predictions.changed):
        fit.gate.release()
    qtbot.waitUntil(lambda: side.predictions.share == pytest.approx(0.2), timeout=60_000)
    fit.gate.release(4)
    jobs.wait_all()
    assert [name for name, _, _ in fit.asked] == [file.name for file in side.model.files()]
    assert not side.progress.active


def test_memory_is_told_at_once_and_the_speed_when_this_pc_was_measured(
    side: FilesSide, fit: FakeFit, jobs: Jobs, qtbot: QtBot
) -> None:
    fit.speed_gate = threading.Semaphore(0)
    shown = repository()
    side.show_repository(shown, HubAddress(shown.repo_id), 4096, "f16")
    qtbot.waitUntil(lambda: side.predictions.share == 1)
    assert side.advice.text().startswith("Recommended: Q5_K_M.")
    assert cell(side, "Q4_K_M", FileColumn.VERDICT) == "fits"
    assert str(cell(side, "Q4_K_M", FileColumn.MEMORY)).startswith("5.1")
    assert cell(side, "Q4_K_M", FileColumn.SPEED) == "–"
    tip = str(cell(side, "Q4_K_M", FileColumn.SPEED, Qt.ItemDataRole.ToolTipRole))
    assert "is being measured, once" in tip
    assert side.measuring.isVisible()
    assert not side.progress.active
    fit.speed_gate.release(5)
    jobs.wait_all()
    assert "tok/s" in str(cell(side, "Q4_K_M", FileColumn.SPEED))
    assert not side.measuring.isVisible()
    assert not side.predictions.measuring


def test_another_context_is_predicted_anew(side: FilesSide, fit: FakeFit, jobs: Jobs) -> None:
    show(side, jobs)
    before = side.predictions.of("model-Q4_K_M.gguf").fit
    side.predict(32_768, "q8_0")
    jobs.wait_all()
    after = side.predictions.of("model-Q4_K_M.gguf").fit
    assert before is not None
    assert after is not None
    assert after.needs.kv_bytes == 8 * before.needs.kv_bytes
    assert fit.asked[-1][1:] == (32_768, "q8_0")


def test_a_file_that_cannot_be_read_says_so_and_the_others_go_on(
    side: FilesSide, fit: FakeFit, jobs: Jobs
) -> None:
    fit.problems["model-Q2_K.gguf"] = PersonError("The header is damaged.")
    show(side, jobs)
    assert cell(side, "Q2_K", FileColumn.VERDICT) == "not known"
    assert cell(side, "Q2_K", FileColumn.VERDICT, FileRole.SECOND_LINE) == "The header is damaged."
    assert cell(side, "Q5_K_M", FileColumn.VERDICT) == "fits"


@pytest.mark.parametrize(
    "error",
    [
        HubOffline("The Hub cannot be reached."),
        HubGated("org/model", "https://huggingface.co/org/model"),
    ],
)
def test_what_holds_for_all_files_is_asked_once(
    side: FilesSide, fit: FakeFit, jobs: Jobs, error: PersonError
) -> None:
    for file in repository().files:
        fit.problems[file.name] = error
    refused: list[PersonError] = []
    side.refused.connect(refused.append)
    show(side, jobs)
    assert refused == [error]
    assert len(fit.asked) == 1
    assert cell(side, "Q2_K", FileColumn.VERDICT) == "not known"


def test_an_incomplete_set_is_not_offered(side: FilesSide, jobs: Jobs) -> None:
    whole = model_file("Q8_0", 10 * GB, shards=3)
    broken = type(whole)(whole.name, whole.kind, whole.level, whole.parts[:2], 3)
    shown = repository()
    short = Repository(shown.facts, shown.commit, "main", (broken,))
    side.show_repository(short, HubAddress("org/model-GGUF"), 4096, "f16")
    jobs.wait_all()
    assert "2 of its 3" in side.predictions.of(broken.name).problem
    side.model.check(broken.name)
    assert not side.download_button.isEnabled()


def test_levels_are_checked_by_click_and_by_key(side: FilesSide, jobs: Jobs, qtbot: QtBot) -> None:
    show(side, jobs)
    box = side.table.visualRect(side.table.proxy.index(3, FileColumn.LEVEL))
    spot = QPoint(box.left() + 14, box.center().y())
    qtbot.mouseClick(side.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert [file.level for file in side.model.checked()] == ["Q4_K_M"]
    side.table.selectRow(4)
    qtbot.keyClick(side.table, Qt.Key.Key_Space)
    assert [file.level for file in side.model.checked()] == ["Q4_K_M", "Q2_K"]
    assert "7.09" in side.choice.text()
    qtbot.keyClick(side.table, Qt.Key.Key_Space)
    assert [file.level for file in side.model.checked()] == ["Q4_K_M"]


def test_the_level_of_a_pasted_address_is_checked(side: FilesSide, jobs: Jobs) -> None:
    show(side, jobs, level="q4_k_m")
    assert [file.level for file in side.model.checked()] == ["Q4_K_M"]


LEVELS_BY_BITS = {
    "UD-Q8_K_XL": 9_500_000_000, "Q8_0": 7_700_000_000, "BF16": 6_000_000_000,
    "Q5_K_M": 5_130_000_000, "IQ4_XS": 4_000_000_000, "Q3_K_S": 3_500_000_000,
    "IQ3_XXS": 3_000_000_000, "Q2_K_P": 2_800_000_000, "UD-IQ1_S": 1_800_000_000,
}  # fmt: skip


def odd_levels(**facts: Any) -> Repository:
    """Levels in the order of their names, one of which says full precision and is none."""
    files = [model_file(level, size) for level, size in LEVELS_BY_BITS.items()]
    return replace(repository(**facts), files=tuple(sorted(files, key=lambda file: file.name)))


def shown_levels(side: FilesSide) -> list[str]:
    names = side.table.names()
    return [name.removeprefix("model-").removesuffix(".gguf") for name in names]


def test_files_stand_by_their_bits_at_once_where_the_hub_tells_the_weights(
    side: FilesSide, fit: FakeFit, jobs: Jobs
) -> None:
    fit.gate = threading.Semaphore(0)
    shown = odd_levels()
    side.show_repository(shown, HubAddress(shown.repo_id), 4096, "f16")
    assert shown_levels(side) == list(LEVELS_BY_BITS)
    fit.gate.release(len(LEVELS_BY_BITS))
    jobs.wait_all()
    assert shown_levels(side) == list(LEVELS_BY_BITS)


def test_headers_that_come_late_put_the_rows_in_order(
    side: FilesSide, fit: FakeFit, jobs: Jobs, qtbot: QtBot
) -> None:
    fit.gate = threading.Semaphore(0)
    fit.levels["model-BF16.gguf"] = "Q6_K"
    shown = odd_levels(parameters=None)
    side.show_repository(shown, HubAddress(shown.repo_id), 4096, "f16")
    assert shown_levels(side) != list(LEVELS_BY_BITS)
    side.model.check("model-Q3_K_S.gguf")
    side.table.setCurrentIndex(side.table.row_of("model-Q3_K_S.gguf"))
    fit.gate.release(len(LEVELS_BY_BITS))
    jobs.wait_all()
    qtbot.waitUntil(lambda: side.predictions.share == 1)
    assert shown_levels(side) == list(LEVELS_BY_BITS)
    assert [file.level for file in side.model.checked()] == ["Q3_K_S"]
    assert side.table.currentIndex().data(FileRole.FILE).level == "Q3_K_S"


@pytest.mark.parametrize("asked", [None, "UD-IQ1_S"])
def test_the_recommended_row_or_the_one_that_was_asked_for_is_in_view(
    side: FilesSide, fit: FakeFit, jobs: Jobs, qtbot: QtBot, asked: str | None
) -> None:
    fit.available_bytes = 4 * GB
    side.resize(700, 370)
    shown = odd_levels()
    side.show_repository(shown, HubAddress(shown.repo_id, asked), 4096, "f16")
    jobs.wait_all()
    qtbot.waitUntil(lambda: "Recommended" in side.advice.text())
    recommended = next(
        file.name
        for row, file in enumerate(side.model.files())
        if side.model.index(row, 0).data(FileRole.RECOMMENDED)
    )
    assert side.table.names().index(recommended) > 4
    row = side.table.visualRect(side.table.row_of(f"model-{asked}.gguf" if asked else recommended))
    assert side.table.viewport().rect().contains(row.center())


@pytest.mark.parametrize(
    ("asked", "said"),
    [("Q7_K", "no version “Q7_K”; there is"), ("model-IQ9.gguf", "no version “model-IQ9.gguf”")],
)
def test_an_address_that_names_nothing_is_told_what_there_is(
    side: FilesSide, jobs: Jobs, asked: str, said: str
) -> None:
    show(side, jobs, level=asked)
    assert said in side.choice.text()
    side.model.check("model-Q8_0.gguf")
    assert said not in side.choice.text()


def test_columns_sort_by_their_numbers(side: FilesSide, jobs: Jobs) -> None:
    show(side, jobs)
    side.table.sortByColumn(FileColumn.SIZE, Qt.SortOrder.AscendingOrder)
    assert side.table.names()[0] == "model-Q2_K.gguf"
    side.table.sortByColumn(FileColumn.SPEED, Qt.SortOrder.AscendingOrder)
    assert side.table.names()[0].startswith("model-F16")
    side.table.sortByColumn(FileColumn.LEVEL, Qt.SortOrder.DescendingOrder)
    assert side.table.names()[0] == "model-Q2_K.gguf"


def test_other_files_are_named_apart(side: FilesSide, jobs: Jobs) -> None:
    show(side, jobs)
    assert side.model.rowCount() == 5
    assert "mmproj-F16.gguf (projector, 620" in side.others.text()


def test_a_disk_that_is_too_full_is_told_before(side: FilesSide, jobs: Jobs) -> None:
    show(side, jobs, level="Q8_0")
    side.set_free_bytes(GB)
    assert "More than the" in side.choice.text()


def test_files_that_are_here_are_marked(side: FilesSide, jobs: Jobs) -> None:
    show(side, jobs)
    side.model.set_present({"model-Q2_K.gguf": Path("/pc/model-Q2_K.gguf")})
    marks = cell(side, "Q2_K", FileColumn.LEVEL, FileRole.SECOND_LINE)
    assert str(marks).startswith("on this PC")
    side.model.set_present({})
    marks = cell(side, "Q2_K", FileColumn.LEVEL, FileRole.SECOND_LINE)
    assert "on this PC" not in str(marks)


def test_the_engine_rests_some_time_after_the_last_question(
    side: FilesSide, fit: FakeFit, jobs: Jobs
) -> None:
    show(side, jobs)
    assert side.rest_timer.isActive()
    side.rest_timer.timeout.emit()
    jobs.wait_all()
    assert fit.rests == 1
    side.stop()
    assert not side.rest_timer.isActive()


def test_predictions_that_wait_for_answers_say_so(
    side: FilesSide, fit: FakeFit, jobs: Jobs
) -> None:
    fit.gate = threading.Semaphore(0)
    shown = repository()
    side.set_held(True)
    side.show_repository(shown, HubAddress(shown.repo_id), 4096, "f16")
    assert side.advice.text().startswith("Waiting for the engine, or for answers")
    side.set_held(False)
    assert side.advice.text().startswith("Reading the headers")
    fit.gate.release(5)
    jobs.wait_all()
    side.set_held(True)
    assert side.advice.text().startswith("Recommended")


@pytest.mark.parametrize("told_by_name", [True, False])
def test_a_model_of_another_kind_is_offered_for_download_alone(
    side: FilesSide, fit: FakeFit, jobs: Jobs, *, told_by_name: bool
) -> None:
    other = model_file("Q8_0", GB)
    if told_by_name:
        other = replace(other, kind=ModelKind.EMBEDDING)
    else:
        fit.problems[other.name] = NoCandidateError(ModelKind.EMBEDDING, other.name)
    shown = replace(repository(), files=(other, model_file("Q4_K_M", 2 * GB)))
    side.show_repository(shown, HubAddress(shown.repo_id, None), 4096, "f16")
    jobs.wait_all()
    assert cell(side, "Q8_0", FileColumn.VERDICT) == "embedding model"
    tip = str(cell(side, "Q8_0", FileColumn.VERDICT, Qt.ItemDataRole.ToolTipRole))
    assert "turns texts into numbers" in tip
    side.model.check("model-Q4_K_M.gguf")
    assert side.compare_button.isEnabled()
    side.model.check(other.name)
    assert side.download_button.isEnabled()
    assert not side.compare_button.isEnabled()
    assert "turns texts into numbers" in side.choice.text()
    assert side.predictions.recommendation()[0] == "model-Q4_K_M.gguf"
