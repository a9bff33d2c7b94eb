"""What the search shows before anything was searched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from app.core.memory.fit import Verdict
from app.lab.hub.picks import shipped_picks
from app.lab.predict.this_pc import ThisPc
from app.monitor.machine import GpuFacts
from app.ui.pages.models.search.first_look import FirstLook, PickRole
from app.ui.pages.models.words import pc_sentences
from tests.ui.pages.models.fake_backends import GB, repository

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from tests.ui.pages.models.conftest import Shown


def plain(sentences: tuple[str, str]) -> tuple[str, str]:
    first, second = (text.replace("\u00a0", " ") for text in sentences)
    return first, second


@pytest.mark.parametrize(
    ("pc", "second"),
    [
        (ThisPc(8 * GB), "Models up to about 7 B fit at 4 bits."),
        (
            ThisPc(16 * GB, bandwidth=40e9),
            "Models up to about 14 B fit at 4 bits. Up to about 7 B answer as fast as you read.",
        ),
        (
            ThisPc(8 * GB, bandwidth=400e9),
            "Models up to about 7 B fit at 4 bits. Up to about 7 B answer as fast as you read.",
        ),
        (ThisPc(500_000_000), "Only the smallest models fit."),
    ],
)
def test_this_pc_is_said_in_two_sentences(pc: ThisPc, second: str) -> None:
    first, said = plain(pc_sentences(pc))
    assert first.endswith("of memory, no GPU")
    assert said == second


def test_a_gpu_is_named() -> None:
    first, second = plain(pc_sentences(ThisPc(32 * GB, (GpuFacts("RTX 3060", 12 * GB),))))
    assert first == "This PC: 32.0 GB of memory, RTX 3060 (12.0 GB)"
    assert "about 10 B fit into the GPU’s own memory" in second


def test_the_list_says_of_each_whether_it_fits(qtbot: QtBot) -> None:
    look = FirstLook(shipped_picks(), ThisPc(8 * GB))
    qtbot.addWidget(look)
    rows = [look.model.index(row) for row in range(look.model.rowCount())]
    verdicts = [row.data(PickRole.VERDICT) for row in rows]
    assert verdicts[0] == Verdict.FITS
    assert verdicts[-1] == Verdict.NO
    facts = str(rows[0].data(PickRole.FACTS)).replace("\u00a0", " ")
    assert facts == "fits · about 1.4 GB · 1.5 B · apache-2.0"
    look.set_pc(ThisPc(64 * GB))
    assert {row.data(PickRole.VERDICT) for row in rows} == {Verdict.FITS}
    look.resize(400, 600)
    assert not look.grab().isNull()


def test_nothing_is_asked_before_one_is_chosen(shown: Shown) -> None:
    pane = shown.page.search_pane
    shown.settle()
    assert "Up to about 7" in pane.idle.sizes.text()
    assert shown.fakes.catalogue.queries == []
    first = shipped_picks().picks[0]
    shown.fakes.catalogue.repositories[first.repo_id] = repository(first.repo_id)
    asked: list[str] = []
    pane.repository_chosen.connect(asked.append)
    spot = pane.idle.view.visualRect(pane.idle.model.index(0)).center()
    shown.qtbot.mouseClick(pane.idle.view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    shown.settle()
    assert asked == [first.repo_id]
    assert shown.page.panel.opening.address.repo_id == first.repo_id


def test_words_that_are_taken_away_lead_back_to_it(shown: Shown) -> None:
    pane = shown.page.search_pane
    shown.search("nothing like it")
    assert pane.stack.currentWidget() is not pane.idle
    pane.filters.words.clear()
    assert pane.stack.currentWidget() is pane.idle
    shown.click(pane.idle.trending)
    shown.settle()
    assert len(shown.fakes.catalogue.queries) == 2


def test_only_what_fits_this_pc_is_looked_for(shown: Shown) -> None:
    shown.settle()
    filters = shown.page.search_pane.filters
    shown.search("model")
    filters.fits.click()
    shown.settle()
    assert filters.query().most_parameters == ThisPc(16 * GB).largest
    filters.most.setCurrentIndex(2)
    assert filters.query().most_parameters == GB
    assert filters.narrowed
    filters.widen()
    assert filters.query().most_parameters is None
