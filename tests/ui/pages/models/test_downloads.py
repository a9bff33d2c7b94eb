"""The panel of downloads, and comparisons that wait for theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.core.errors import PersonError
from app.lab.works.work import WorkState
from app.ui.pages.models.downloads.model import DownloadsModel
from app.ui.pages.models.downloads.panel import DownloadsPanel
from app.ui.pages.models.downloads.queue_view import DownloadEntry
from app.ui.pages.models.library.comparisons import WaitingComparisons
from tests.ui.pages.models.fake_backends import FakeComparisons, FakeDownloads, repository

if TYPE_CHECKING:
    from PySide6.QtCore import QAbstractItemModel
    from pytestqt.qtbot import QtBot

FULL = "The disk is too full."


def entry(key: str, state: WorkState = WorkState.WAITING) -> DownloadEntry:
    return DownloadEntry(key, "org/model", key.upper(), state, 0, 1000)


@pytest.fixture
def queue() -> FakeDownloads:
    """Three files that wait."""
    made = FakeDownloads()
    shown = repository()
    for file in shown.files[1:4]:
        made.add(shown, file)
    return made


@pytest.fixture
def panel(
    qtbot: QtBot, queue: FakeDownloads, watched: Callable[[QAbstractItemModel], None]
) -> DownloadsPanel:
    made = DownloadsPanel(queue)
    watched(made.model)
    queue.changed.add(made.refresh)
    qtbot.addWidget(made)
    made.resize(700, 300)
    with qtbot.waitExposed(made):
        made.show()
    return made


def titles(panel: DownloadsPanel) -> list[str]:
    return [row.entry.title for row in panel.rows()]


def test_the_model_follows_the_queue(watched: Callable[[QAbstractItemModel], None]) -> None:
    model = DownloadsModel()
    watched(model)
    model.take([entry("a"), entry("b"), entry("c")])
    model.take([entry("c"), entry("d"), replace(entry("a"), done_bytes=500)])
    assert [model.index(row).data() for row in range(model.rowCount())] == ["C", "D", "A"]
    assert model.entry("a") == replace(entry("a"), done_bytes=500)
    assert model.entry("b") is None
    model.take([entry("a", WorkState.DONE)])
    assert (model.unfinished, model.finished) == (0, 1)


def test_progress_speed_and_time_left_are_shown(
    panel: DownloadsPanel, queue: FakeDownloads
) -> None:
    key = queue.entries()[0].key
    queue.change(
        key,
        state=WorkState.RUNNING,
        done_bytes=3_850_000_000,
        bytes_per_second=12_400_000.0,
        seconds_left=312.0,
        activity="downloading",
    )
    row = panel.row(key)
    words = row.words.text.replace("\u00a0", " ")
    assert words == "downloading · 3.85 GB of 7.70 GB · 12.4 MB/s · about 5 min left"
    assert row.progress.share == pytest.approx(0.5)


def test_a_download_is_paused_and_goes_on(panel: DownloadsPanel, queue: FakeDownloads) -> None:
    row = panel.rows()[0]
    assert row.resume.isHidden()
    row.pause.click()
    assert row.entry.state is WorkState.PAUSED
    assert row.pause.isHidden()
    row.resume.click()
    assert row.entry.state is WorkState.WAITING
    assert [call[0] for call in queue.calls] == ["pause", "resume"]


def test_a_failed_one_says_why_and_is_tried_again(
    panel: DownloadsPanel, queue: FakeDownloads
) -> None:
    row = panel.rows()[1]
    queue.change(row.entry.key, state=WorkState.FAILED, problem=FULL)
    assert row.problem.text() == FULL
    assert row.resume.accessibleName() == "Try again"
    row.resume.click()
    assert row.problem.isHidden()


def test_the_order_is_changed_by_buttons(panel: DownloadsPanel) -> None:
    assert titles(panel) == ["Q8_0", "Q5_K_M", "Q4_K_M"]
    assert not panel.rows()[0].up.isEnabled()
    panel.rows()[2].up.click()
    assert titles(panel) == ["Q8_0", "Q4_K_M", "Q5_K_M"]
    panel.rows()[0].down.click()
    assert titles(panel) == ["Q4_K_M", "Q8_0", "Q5_K_M"]
    assert not panel.rows()[2].down.isEnabled()


def test_a_cancelled_one_leaves_the_list(panel: DownloadsPanel) -> None:
    panel.rows()[1].cancel.click()
    assert titles(panel) == ["Q8_0", "Q4_K_M"]


def test_what_has_come_is_asked_about_before_it_goes(
    panel: DownloadsPanel, queue: FakeDownloads
) -> None:
    row = panel.rows()[1]
    queue.change(row.entry.key, state=WorkState.RUNNING, done_bytes=400)
    row.cancel.click()
    assert panel.question.isVisible()
    assert len(panel.rows()) == 3
    panel.question.keep_button.click()
    assert len(panel.rows()) == 3
    row.cancel.click()
    panel.question.do_button.click()
    assert len(panel.rows()) == 2


def test_a_finished_one_offers_the_comparison(
    panel: DownloadsPanel, queue: FakeDownloads, qtbot: QtBot
) -> None:
    row = panel.rows()[0]
    assert row.compare.isHidden()
    queue.finish(row.entry.key, Path("/models/a.gguf"))
    assert row.cancel.isHidden()
    with qtbot.waitSignal(panel.compare_wanted) as wanted:
        row.compare.click()
    assert wanted.args == [[Path("/models/a.gguf")]]
    panel.forget_button.click()
    assert titles(panel) == ["Q5_K_M", "Q4_K_M"]


def test_an_empty_queue_says_how_to_fill_it(panel: DownloadsPanel, queue: FakeDownloads) -> None:
    for row in panel.rows():
        row.cancel.click()
    assert panel.rows() == []
    assert panel.empty.isVisible()
    assert queue.entries() == []


def test_a_single_finished_one_is_taken_off_the_list(
    panel: DownloadsPanel, queue: FakeDownloads
) -> None:
    row = panel.rows()[1]
    assert row.forget.isHidden()
    queue.finish(row.entry.key, Path("/models/a.gguf"))
    row.forget.click()
    assert titles(panel) == ["Q8_0", "Q4_K_M"]


@pytest.fixture
def kept() -> FakeComparisons:
    return FakeComparisons()


def done(key: str) -> DownloadEntry:
    return replace(entry(key, WorkState.DONE), path=Path(f"/{key}"))


def offered(waiting: WaitingComparisons) -> list[list[Path]]:
    return [group.paths for group in waiting.complete]


def test_a_comparison_waits_for_all_of_its_downloads(qtbot: QtBot, kept: FakeComparisons) -> None:
    waiting = WaitingComparisons(kept)
    waiting.add(["b", "a"])
    waiting.add(["b", "a"])  # once is enough
    waiting.note([done("a"), entry("b", WorkState.FAILED)])
    assert offered(waiting) == []
    with qtbot.waitSignal(waiting.changed):
        waiting.note([done("a"), done("b")])
    with qtbot.assertNotEmitted(waiting.changed):
        waiting.note([done("a"), done("b")])
    assert offered(waiting) == [[Path("/b"), Path("/a")]]
    waiting.take(waiting.complete[0])
    assert (waiting.waiting, kept.groups) == (0, {})


def test_what_was_here_before_is_not_waited_for(qtbot: QtBot, kept: FakeComparisons) -> None:
    waiting = WaitingComparisons(kept)
    waiting.add([Path("/here"), "a"])
    waiting.note([entry("a")])
    assert (waiting.waiting, offered(waiting)) == (1, [])
    waiting.note([done("a")])
    assert offered(waiting) == [[Path("/here"), Path("/a")]]


def test_a_comparison_is_forgotten_with_a_cancelled_download(
    qtbot: QtBot, kept: FakeComparisons
) -> None:
    waiting = WaitingComparisons(kept)
    waiting.add(["a", "b"])
    waiting.note([entry("a")])
    assert (waiting.waiting, kept.groups, offered(waiting)) == (0, {}, [])


def test_a_finished_one_may_leave_the_list_before_the_others_come(
    qtbot: QtBot, kept: FakeComparisons
) -> None:
    waiting = WaitingComparisons(kept)
    waiting.add(["a", "b"])
    waiting.note([done("a"), entry("b")])
    waiting.note([entry("b")])
    again = WaitingComparisons(kept)  # and the program may end in between
    for each in (waiting, again):
        each.note([done("b")])
        assert offered(each) == [[Path("/a"), Path("/b")]]


def test_a_comparison_outlives_the_program(qtbot: QtBot, kept: FakeComparisons) -> None:
    WaitingComparisons(kept).add(["a", "b"])
    second = WaitingComparisons(kept)
    second.note([done("a"), done("b")])
    third = WaitingComparisons(kept)  # what nobody took is offered again
    assert offered(second) == offered(third) == [[Path("/a"), Path("/b")]]


def test_a_store_that_takes_nothing_stops_no_comparison(
    qtbot: QtBot, kept: FakeComparisons
) -> None:
    waiting = WaitingComparisons(kept)
    waiting.add(["a", "b"])
    kept.problem = PersonError("The disk is full.")
    waiting.note([done("a"), done("b")])
    assert offered(waiting) == [[Path("/a"), Path("/b")]]
    with pytest.raises(PersonError):
        waiting.add(["c"])
    waiting.take(waiting.complete[0])
    assert waiting.waiting == 0
