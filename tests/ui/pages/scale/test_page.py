"""The Scale page: the chart with this PC's models, the pair, other devices.

Tests app.ui.pages.scale.chart.tab, app.ui.pages.scale.chart.content,
app.ui.pages.scale.chart.drawing, app.ui.pages.scale.chart.side, app.ui.pages.scale.chart.table,
app.ui.pages.scale.elsewhere.tab, app.ui.pages.scale.elsewhere.content,
app.ui.pages.scale.elsewhere.drawing, app.ui.pages.scale.elsewhere.own,
app.ui.pages.scale.elsewhere.table, app.ui.pages.scale.named, app.ui.pages.scale.sheet.
"""

from __future__ import annotations

import csv
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QSizeF, Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.core.candidates.candidate import Candidate, candidate_of
from app.core.candidates.drafts import Draft
from app.core.candidates.settings import EngineSettings, KvType
from app.core.devices.carried import CarriedBasis, OwnShare
from app.core.errors import PersonError
from app.core.memory.estimate import Needs, estimated_needs
from app.core.memory.token_work import TokenWork
from app.core.scale.pairs import EqualPair, equal_pair
from app.core.scale.points import Measured, ReadText
from app.lab.scale.chart import points_of_chart
from app.lab.scale.equal import likely_pair, sized
from app.lab.scale.shipped import shipped_devices, shipped_law, shipped_models
from app.lab.scale.whatif import Asked, WhatIf
from app.ui.kit.jobs import Jobs
from app.ui.kit.theme import current_tokens
from app.ui.pages.scale.chart.content import ChartKind, content_of
from app.ui.pages.scale.chart.drawing import PointsDrawing, lay_out
from app.ui.pages.scale.elsewhere.backends import ElsewhereBackends
from app.ui.pages.scale.page import ScalePage
from app.ui.plots.ladder.look import Look
from tests.helpers.scale_models import library_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from app.core.devices.device import Device
    from app.core.models.family import LibraryModel
    from app.core.scale.points import ScalePoint
    from app.ui.kit.jobs import JobContext

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

B = 10**9
HERE = (
    ("Llama 3.1 8B Instruct", 8_030_261_248, "Q8_0"),
    ("Llama 3.1 8B Instruct", 8_030_261_248, "Q4_K_M"),
    ("Qwen3 4B", 4_020_000_000, "Q8_0"),
    ("Nobody 3B", 3 * B, "Q4_K_M"),
)


@dataclass
class Scene:
    """The page with what stands behind it."""

    page: ScalePage
    models: list[LibraryModel]
    jobs: Jobs
    own: list[Device] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    opened: list[tuple[str, Candidate]] = field(default_factory=list)
    fails: bool = False
    basis: CarriedBasis = CarriedBasis.KERNELS


@pytest.fixture
def scene(qtbot: QtBot, tmp_path: Path) -> Iterator[Scene]:
    models = library_of(tmp_path, HERE)
    by_path = {model.path: model for model in models}
    jobs = Jobs()

    def needs(path: Path, context: int = 4096) -> Needs:
        facts = by_path[path].model
        assert facts is not None
        return estimated_needs(facts, context)

    def plan(asked: Sequence[Asked], job: JobContext) -> None:
        for each in asked:
            path, tokens = each.candidate.file, each.context_tokens or 4096
            scene.asked.append(each)
            if scene.fails:
                job.report((each, PersonError("The disk is busy.")))
                continue
            facts = by_path[path].model
            assert facts is not None
            work = TokenWork({12: facts.tensor_bytes}, 100_000, 0.0, 0, 0, 0)
            own = OwnShare(0.8, scene.basis)
            drafts = each.candidate.draft is not None
            job.report((each, WhatIf(facts, tokens, needs(path, tokens), work, own, drafts)))

    def pair(one: ScalePoint, other: ScalePoint) -> EqualPair | None:
        return equal_pair(sized(one, by_path), sized(other, by_path), 100 * B)

    backends = ElsewhereBackends(
        jobs, plan, shipped_devices(), lambda: tuple(scene.own), lambda d: _keep(scene, d),
        lambda: scene.opened,
    )  # fmt: skip
    page = ScalePage(shipped_law(), shipped_models(), pair, backends)
    scene = Scene(page, models, jobs)
    qtbot.addWidget(page)
    text = ReadText("t", "", 16)
    bits = {text: {models[0].path: Measured(0.8, text, "Q8_0")}}
    points, unknown = points_of_chart(models, shipped_models(), bits)
    here = [point for point in points if point.is_here]
    page.chart.show_points(points, unknown, likely_pair(here, by_path, 100 * B))
    page.show_models(models)
    page.resize(1200, 800)
    page.show()
    yield scene
    page.stop()
    jobs.wait_all()
    jobs.shutdown()


def _keep(scene: Scene, devices: tuple[Device, ...]) -> None:
    scene.own[:] = devices


def test_a_point_says_what_the_chart_means(scene: Scene, qtbot: QtBot) -> None:
    chart = scene.page.chart
    QAbstractItemModelTester(chart.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert "Nobody 3B" in chart.unknown.text()
    chart.board.setFocus()
    qtbot.keyClick(chart.board, Qt.Key.Key_Home)
    first = chart.board.drawing.spots[chart.board.at or 0].file
    qtbot.keyClick(chart.board, Qt.Key.Key_Return)
    assert chart.side.name.text() == first
    assert "was trained on" in chart.side.meaning.text()
    chart.choose("Llama 3.1 8B Instruct")
    assert "GPT-3" in chart.side.meaning.text()
    assert "Fewer bits do not move it" in chart.side.no_meaning.text()
    assert "2026" in chart.side.source.text()
    qtbot.keyClick(chart.board, Qt.Key.Key_Escape)
    qtbot.waitUntil(
        lambda: "On this PC: Llama 3.1 8B Instruct" in chart.board.accessibleDescription()
    )
    rows = list(csv.reader(chart.model.as_csv().splitlines()))
    assert len(rows) == len(shipped_models()) + 1
    assert rows[1][6] == "1"  # those of this PC first


def test_names_in_the_chart_do_not_cover_each_other(scene: Scene) -> None:
    points, _ = points_of_chart(scene.models, shipped_models(), {})
    content = content_of(ChartKind.TRAINING, shipped_law(), tuple(points))
    look = Look.of(scene.page.font(), current_tokens())
    for width, height in ((700, 420), (1500, 900)):
        drawing = lay_out(content, QSizeF(width, height), look)
        assert isinstance(drawing, PointsDrawing)
        boxes = [box.adjusted(0, 3, 0, -3) for _, _, box in drawing.names]
        assert len(boxes) > 12
        assert not any(a.intersects(b) for a, b in itertools.combinations(boxes, 2))
        named = {text for text, _, _ in drawing.names}
        assert any(name.startswith("Llama 3.1 8B Instruct") for name in named)


def test_the_second_chart_shows_what_was_measured(scene: Scene) -> None:
    chart = scene.page.chart
    chart.kind.setCurrentIndex(1)
    chart.kind.activated.emit(1)
    assert [spot.file for spot in chart.board.drawing.spots] == ["Llama 3.1 8B Instruct"]
    chart.show_points(*points_of_chart(scene.models, shipped_models(), {}))
    assert (
        "was measured here yet" in chart.board.accessibleDescription() or chart.board.content.empty
    )


def test_a_pair_at_equal_memory_leads_to_a_ladder(scene: Scene, qtbot: QtBot) -> None:
    pair = scene.page.chart.side.pair
    assert "only measuring tells" in pair.words.text()
    with qtbot.waitSignal(scene.page.measure_wanted) as asked:
        pair.button.click()
    (candidates,) = asked.args or ([],)
    assert [each.file for each in candidates] == [scene.models[2].path, scene.models[1].path]


def test_other_devices_are_asked_once_somebody_looks(scene: Scene, qtbot: QtBot) -> None:
    page, tab = scene.page, scene.page.elsewhere
    QAbstractItemModelTester(tab.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert not scene.asked
    page.carry_over(scene.models[1].path)
    qtbot.waitUntil(lambda: len(scene.asked) == 2 and len(tab.model.rows) > 40)
    first, _family = scene.asked
    assert first.candidate.file == scene.models[1].path
    found = {one.device.name: one for one in tab.model.rows}
    assert found["RTX 3060 12 GB"].slow is not None
    assert found["GTX 1650 4 GB"].slow is None
    tab.search.setText("rtx 30")
    assert 0 < tab.table.proxy.rowCount() < 12
    tab.search.setText("")
    assert "It fits" in tab.board._describe(tab.board.content)  # noqa: SLF001
    assert tab.outlet.table().count("\n") == len(tab.model.rows) + 1


def test_an_own_device_is_kept_and_goes_again(scene: Scene, qtbot: QtBot) -> None:
    page, tab = scene.page, scene.page.elsewhere
    page.tabs.setCurrentIndex(1)
    qtbot.waitUntil(lambda: len(tab.model.rows) > 40)
    count = len(tab.model.rows)
    tab.own.name.setText("RTX 3060 12 GB")
    assert not tab.own.button.isEnabled()  # there is one of this name
    tab.own.name.setText("My box")
    tab.own.memory.set_value(32)
    tab.own.button.click()
    assert [device.name for device in scene.own] == ["My box"]
    assert scene.own[0].gb_per_s is None
    assert len(tab.model.rows) == count + 1
    assert tab.remove.isVisible()
    tab.remove.click()
    assert scene.own == []
    assert len(tab.model.rows) == count


def test_what_failed_is_asked_again(scene: Scene, qtbot: QtBot) -> None:
    page, tab = scene.page, scene.page.elsewhere
    scene.fails = True
    page.tabs.setCurrentIndex(1)
    qtbot.waitUntil(lambda: tab.note.text() == "The disk is busy.")
    scene.fails = False
    page.tabs.setCurrentIndex(0)
    page.tabs.setCurrentIndex(1)
    qtbot.waitUntil(lambda: len(tab.model.rows) > 40)
    assert "llama.cpp's own plan" in tab.note.text()


def test_what_was_not_measured_here_is_not_called_reached(scene: Scene, qtbot: QtBot) -> None:
    tab = scene.page.elsewhere
    scene.basis = CarriedBasis.USUAL
    scene.page.tabs.setCurrentIndex(1)
    qtbot.waitUntil(lambda: len(tab.model.rows) > 40)
    assert "This PC could not be measured" in tab.note.text()
    assert "This PC reaches" not in tab.note.text()


def test_what_compare_has_open_is_asked_with_its_settings(scene: Scene, qtbot: QtBot) -> None:
    tab, path = scene.page.elsewhere, scene.models[1].path
    engine = EngineSettings(context_tokens=512, kv_type=KvType.Q8_0, experts=2, threads=1)
    drafted = Candidate(candidate_of(path).source, engine, draft=Draft())
    boxes_alone = Candidate(drafted.source, EngineSettings(context_tokens=512, threads=1))
    scene.opened[:] = [("A", boxes_alone), ("B", drafted)]
    scene.page.tabs.setCurrentIndex(1)
    qtbot.waitUntil(lambda: len(tab.model.rows) > 40)
    scene.jobs.wait_all()
    words = [tab.source.itemText(place) for place in range(tab.source.count())]
    place = next(n for n, word in enumerate(words) if " · B: " in word)
    assert not any(" · A: " in word for word in words)  # the boxes say the same
    assert "KV" not in words[place]
    scene.asked.clear()
    tab.source.setCurrentIndex(place)
    tab.source.activated.emit(place)
    qtbot.waitUntil(lambda: "without its draft" in tab.note.text())
    first = scene.asked[0]
    assert (first.candidate.draft, first.candidate.engine.experts) == (Draft(), 2)
    assert first.candidate.engine.kv_type is KvType.F16
    assert first.context_tokens == tab.context.currentData()
    assert {each.candidate.draft for each in scene.asked} == {Draft()}  # its family, too
