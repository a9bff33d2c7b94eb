"""The live plots, driven as a person and the program drive them.

Tests app.ui.plots.chart, app.ui.plots.export, app.ui.plots.frame, app.ui.plots.header,
app.ui.plots.readout_box, app.ui.plots.summary, app.ui.plots.words, app.ui.plots.crosshair,
app.ui.plots.kinds, app.ui.plots.lines, app.ui.plots.outlet and app.ui.kit.file_dialogs.
"""

from __future__ import annotations

import csv
import io
import itertools
import math
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QByteArray, QPoint, QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import (
    QComboBox,
    QGraphicsLineItem,
    QLabel,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from app.core.candidates.candidate import COLOURS
from app.monitor.samples import EngineSample, GpuSample, Sample
from app.ui.kit.theme import DARK, Theme, ThemeChoice
from app.ui.plots.kinds import Metric, PlotCandidate
from app.ui.plots.live import LIVELY_NS, LivePlots
from tests.helpers.wishes import Wishes

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.ui.plots.chart import Chart

SECOND = 1_000_000_000
GB = 1_000_000_000
START = 1_000 * SECOND
# The offscreen platform complains about every window with a least size.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

LEVELS = {"A": "F16", "B": "Q8_0", "C": "Q4_K_M"}


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now_ns = START

    def __call__(self) -> int:
        return self.now_ns


class RepaintCount:
    """Counts the repaints of both plots, in their order."""

    def __init__(self, plots: LivePlots) -> None:
        self.order: list[int] = []
        for place, chart in enumerate(plots.charts):
            chart.repainted.connect(lambda place=place: self.order.append(place))


@pytest.fixture
def clock() -> Clock:
    return Clock()


def new_plots(clock: Clock) -> LivePlots:
    widget = LivePlots(clock=clock)
    widget.resize(1000, 260)
    widget.set_candidates(
        PlotCandidate(letter.lower(), letter, level, COLOURS[letter])
        for letter, level in LEVELS.items()
    )
    return widget


@pytest.fixture
def plots(qtbot: QtBot, clock: Clock) -> LivePlots:
    widget = new_plots(clock)
    qtbot.addWidget(widget)
    return widget


def engine(place: int, second: float) -> EngineSample:
    private, mapped = int((place + 1) * GB + second * 1e6), (place + 3) * GB
    return EngineSample(private, mapped, cpu_percent=50.0 * (place + 1))


def feed(plots: LivePlots, seconds: int = 60, gpus: tuple[GpuSample, ...] = ()) -> None:
    """The last seconds before START: five samples a second and ten speeds a second."""
    for step in range(seconds * 5 + 1):
        time_ns = START - seconds * SECOND + step * SECOND // 5
        engines = {key: engine(place, step / 5) for place, key in enumerate("abc")}
        plots.add_sample(time_ns, Sample(time_ns, 16 * GB, 6 * GB, 40.0, engines, gpus))
    for step in range(seconds * 10 + 1):
        time_ns = START - seconds * SECOND + step * SECOND // 10
        plots.add_speed("a", time_ns, 20.0 + step / 100)
        plots.add_speed("b", time_ns, 40.0 if step < 300 else math.nan)


def show(qtbot: QtBot, plots: LivePlots) -> None:
    count = RepaintCount(plots)
    with qtbot.waitExposed(plots):
        plots.show()
    qtbot.waitUntil(lambda: {0, 1} <= set(count.order))


def point_at(qtbot: QtBot, chart: Chart, seconds: float) -> None:
    place = QPoint(round(chart.x_of(seconds)), chart.height() // 2)
    qtbot.mouseMove(chart.viewport(), place)


def line_values(chart: Chart, name: str) -> np.ndarray:
    return next(line.values for line in chart.lines if line.name == name)


# ------------------------------------------------------------------------------- what is drawn


def test_both_plots_show_every_candidate(qtbot: QtBot, plots: LivePlots) -> None:
    feed(plots)
    show(qtbot, plots)
    memory, speed = plots.charts
    names = {line.name for line in memory.lines}
    assert {f"{key}:{kind}" for key in "abc" for kind in ("private", "mapped")} <= names
    assert line_values(memory, "b:private")[-1] == 2 * GB + 60e6
    assert line_values(memory, "b:mapped")[-1] == 4 * GB
    assert {line.name for line in speed.lines} == {"a:speed", "b:speed"}
    assert line_values(speed, "a:speed")[-1] == pytest.approx(26.0)


def test_axes_stand_in_coarse_steps(qtbot: QtBot, plots: LivePlots) -> None:
    feed(plots)
    show(qtbot, plots)
    assert plots.charts[0].ceiling == 10 * GB
    assert plots.charts[1].ceiling == 50.0
    for chart in plots.charts:
        (left, right), (bottom, top) = chart.getViewBox().viewRange()
        assert left == -60.0
        assert right > 0
        assert (bottom, top) == (0.0, 1.0)
        assert chart.getViewBox().autoRangeEnabled() == [False, False]


def test_the_plots_take_turns(qtbot: QtBot, plots: LivePlots) -> None:
    feed(plots)
    show(qtbot, plots)
    count = RepaintCount(plots)
    qtbot.waitUntil(lambda: len(count.order) >= 6)
    assert all(a != b for a, b in itertools.pairwise(count.order))


def test_little_is_painted_while_nothing_happens(
    qtbot: QtBot, plots: LivePlots, clock: Clock
) -> None:
    feed(plots)
    show(qtbot, plots)
    clock.now_ns += LIVELY_NS
    count = RepaintCount(plots)
    for _ in range(20):
        plots.tick()
    assert 2 <= len(count.order) <= 10


def test_nothing_is_painted_while_hidden(qtbot: QtBot, clock: Clock) -> None:
    plots = new_plots(clock)
    stack = QStackedWidget()
    stack.resize(1000, 260)
    qtbot.addWidget(stack)
    stack.addWidget(plots)
    stack.addWidget(QWidget())
    feed(plots)
    count = RepaintCount(plots)
    with qtbot.waitExposed(stack):
        stack.show()
    qtbot.waitUntil(lambda: len(count.order) >= 2)
    stack.setCurrentIndex(1)
    count.order.clear()
    assert not plots.is_ticking
    plots.add_speed("a", START, 30.0)
    assert count.order == []
    stack.setCurrentIndex(0)
    qtbot.waitUntil(lambda: {0, 1} <= set(count.order))
    stack.hide()
    assert not plots.is_ticking


def test_nothing_is_painted_while_minimised(qtbot: QtBot, plots: LivePlots) -> None:
    feed(plots)
    show(qtbot, plots)
    plots.showMinimized()
    qtbot.waitUntil(plots.isMinimized)
    count = RepaintCount(plots)
    plots.tick()
    plots.tick()
    assert count.order == []
    plots.showNormal()
    qtbot.waitUntil(lambda: len(count.order) > 0)


def test_the_empty_state_says_what_to_do(qtbot: QtBot, plots: LivePlots) -> None:
    with qtbot.waitExposed(plots):
        plots.show()
    label = plots.findChild(QLabel)
    assert label is not None
    assert "Ask something" in label.text()
    assert label.isVisible()
    plots.tick()
    plots.add_speed("a", START, 20.0)
    assert not label.isVisible()
    plots.clear()
    assert label.isVisible()


def test_resident_memory_stands_in_where_private_is_not_told(
    qtbot: QtBot, plots: LivePlots
) -> None:
    alone = EngineSample(cpu_percent=10.0, resident_bytes=5 * GB)
    for step in (2, 1, 0):
        time_ns = START - step * SECOND
        plots.add_sample(time_ns, Sample(time_ns, 16 * GB, 6 * GB, None, {"a": alone}))
    show(qtbot, plots)
    assert line_values(plots.charts[0], "a:private").tolist() == [5 * GB] * 3
    readout = plots.readout()
    resident = readout.columns.index("resident")
    assert str(readout.rows[0].values[resident]) == "5.00\u00a0GB"
    assert readout.rows[0].values[0].value == "–"


# ------------------------------------------------------------------------------- the crosshair


def test_hover_reads_all_values_at_that_moment(qtbot: QtBot, plots: LivePlots) -> None:
    feed(plots)
    show(qtbot, plots)
    point_at(qtbot, plots.charts[0], -20.0)
    qtbot.waitUntil(lambda: plots.crosshair.seconds is not None)
    seconds = plots.crosshair.seconds
    assert seconds is not None
    assert seconds == pytest.approx(-20.0, abs=0.2)
    assert plots.crosshair.box.isVisible()
    shown = plots.crosshair.box.readout
    assert shown is not None
    first, second, third = shown.rows
    assert [row.letter for row in shown.rows] == ["A", "B", "C"]
    assert [row.label for row in shown.rows] == list(LEVELS.values())
    assert [str(value) for value in first.values] == [
        "1.04\u00a0GB",
        "3.00\u00a0GB",
        "24.0\u00a0tok/s",
        "50%",
    ]
    assert second.values[2].value == "–"
    assert third.values[3].value == "150%"
    assert any("6.00\u00a0GB of 16.0\u00a0GB" in note for note in shown.notes)


def test_the_crosshair_stands_in_both_plots_and_leaves_both(qtbot: QtBot, plots: LivePlots) -> None:
    feed(plots)
    show(qtbot, plots)
    point_at(qtbot, plots.charts[1], -45.0)
    qtbot.waitUntil(lambda: plots.crosshair.seconds is not None)
    places = [line_x(chart) for chart in plots.charts]
    assert places[0] == places[1] is not None
    assert second_row_speed(plots) == "40.0\u00a0tok/s"
    plots.charts[1].pointed.emit(None)
    assert plots.crosshair.seconds is None
    assert [line_x(chart) for chart in plots.charts] == [None, None]
    assert not plots.crosshair.box.isVisible()


def line_x(chart: Chart) -> float | None:
    """Where a chart's crosshair stands, None when it is away."""
    lines = [item for item in chart.scene().items() if type(item) is QGraphicsLineItem]
    upright = [item.line() for item in lines if item.isVisible()]
    return next((line.x1() for line in upright if line.dx() == 0 and line.dy() != 0), None)


def second_row_speed(plots: LivePlots) -> str:
    shown = plots.crosshair.box.readout
    assert shown is not None
    return str(shown.rows[1].values[shown.columns.index("speed")])


def test_keys_move_the_crosshair_and_a_reader_hears_it(qtbot: QtBot, plots: LivePlots) -> None:
    feed(plots)
    show(qtbot, plots)
    chart = plots.charts[0]
    chart.setFocus()
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: plots.crosshair.seconds == -1.0)
    qtbot.keyClick(chart, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: plots.crosshair.seconds == -7.0)
    assert "7\u00a0s ago" in chart.accessibleDescription()
    assert "A F16: private 1.05\u00a0GB" in chart.accessibleDescription()
    qtbot.keyClick(chart, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: plots.crosshair.seconds == -60.0)
    qtbot.keyClick(chart, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: plots.crosshair.seconds == 0.0)


def test_the_box_stays_within_the_window(qtbot: QtBot, plots: LivePlots) -> None:
    feed(plots)
    show(qtbot, plots)
    for seconds in (-59.0, -30.0, -1.0):
        plots.crosshair.point(1, seconds)
        qtbot.waitUntil(lambda seconds=seconds: plots.crosshair.seconds == seconds)
        assert plots.rect().contains(plots.crosshair.box.geometry())


def test_the_box_follows_the_plots_into_another_window(qtbot: QtBot, clock: Clock) -> None:
    plots = new_plots(clock)
    window = QWidget()
    window.resize(1200, 800)
    qtbot.addWidget(window)
    plots.setParent(window)
    plots.setGeometry(100, 500, 1000, 260)
    feed(plots)
    count = RepaintCount(plots)
    with qtbot.waitExposed(window):
        window.show()
        plots.show()
    qtbot.waitUntil(lambda: len(count.order) >= 2)
    plots.crosshair.point(0, -10.0)
    qtbot.waitUntil(lambda: plots.crosshair.box.isVisible())
    assert plots.crosshair.box.parentWidget() is window
    assert plots.crosshair.box.geometry().bottom() < 500


# ------------------------------------------------------------------------------- pause and choices


def test_pause_freezes_the_view_and_goes_on_recording(
    qtbot: QtBot, plots: LivePlots, clock: Clock
) -> None:
    feed(plots)
    show(qtbot, plots)
    button = next(button for button in plots.findChildren(QToolButton) if button.isCheckable())
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert plots.is_paused
    before = plots.readout()
    clock.now_ns += 5 * SECOND
    later = Sample(clock.now_ns, 16 * GB, 1 * GB, 40.0, {"a": engine(8, 0)})
    plots.add_sample(clock.now_ns, later)
    plots.add_speed("a", clock.now_ns, 99.0)
    assert plots.readout() == before
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not plots.is_paused
    values = [str(value) for value in plots.readout().rows[0].values]
    assert values == ["9.00\u00a0GB", "11.0\u00a0GB", "99.0\u00a0tok/s", "450%"]


def test_a_long_pause_outlives_the_ring(qtbot: QtBot, plots: LivePlots, clock: Clock) -> None:
    feed(plots)
    show(qtbot, plots)
    plots.set_paused(True)
    before = plots.outlet.table()
    for _ in range(2000):
        clock.now_ns += SECOND // 5
        plots.add_sample(clock.now_ns, Sample(clock.now_ns, 16 * GB, GB, 1.0, {}))
    assert plots.outlet.table() == before


def test_nothing_is_repainted_while_paused(qtbot: QtBot, plots: LivePlots, clock: Clock) -> None:
    feed(plots)
    show(qtbot, plots)
    plots.set_paused(True)
    plots.tick()
    plots.tick()
    count = RepaintCount(plots)
    for _ in range(20):
        clock.now_ns += SECOND // 10
        plots.tick()
    assert count.order == []


def test_other_metrics_can_be_chosen(qtbot: QtBot, plots: LivePlots) -> None:
    feed(plots)
    show(qtbot, plots)
    left = plots.findChildren(QComboBox)[0]
    assert [left.itemText(i) for i in range(left.count())] == ["Memory", "Speed", "CPU"]
    left.setFocus()
    qtbot.keyClick(left, Qt.Key.Key_End)
    assert plots.charts[0].shows is Metric.CPU
    count = RepaintCount(plots)
    qtbot.waitUntil(lambda: 0 in count.order)
    assert {line.name for line in plots.charts[0].lines} == {"a:cpu", "b:cpu", "c:cpu"}


def test_choosing_what_the_other_plot_shows_swaps_them(plots: LivePlots) -> None:
    plots.set_metric(0, Metric.SPEED)
    assert [chart.shows for chart in plots.charts] == [Metric.SPEED, Metric.MEMORY]
    boxes = plots.findChildren(QComboBox)
    assert [box.currentText() for box in boxes[:2]] == ["Speed", "Memory"]


def test_gpu_plots_are_offered_once_a_gpu_is_seen(qtbot: QtBot, plots: LivePlots) -> None:
    feed(plots, 10, (GpuSample(0, "Card", 3 * GB, 8 * GB, 70.0),))
    box = plots.findChildren(QComboBox)[0]
    assert [box.itemText(i) for i in range(box.count())][3:] == ["GPU memory", "GPU load"]
    plots.set_metric(0, Metric.GPU_MEMORY)
    plots.set_metric(1, Metric.GPU_LOAD)
    show(qtbot, plots)
    assert line_values(plots.charts[0], "gpu0:used")[-1] == 3 * GB
    assert line_values(plots.charts[1], "gpu0:load")[-1] == 70.0
    assert plots.charts[1].ceiling == 100.0
    assert any("GPU 0" in note for note in plots.readout().notes)


@pytest.mark.parametrize("span_s", [30, 60, 300])
def test_spans_change_both_time_axes(qtbot: QtBot, plots: LivePlots, span_s: int) -> None:
    feed(plots)
    show(qtbot, plots)
    plots.set_span(span_s)
    for chart in plots.charts:
        assert chart.getViewBox().viewRange()[0][0] == -span_s


def test_unknown_spans_are_refused(plots: LivePlots) -> None:
    with pytest.raises(ValueError, match="7 seconds"):
        plots.set_span(7)


def test_the_theme_changes_live(qtbot: QtBot, plots: LivePlots, theme: Theme) -> None:
    feed(plots)
    show(qtbot, plots)
    theme.set_choice(ThemeChoice.DARK)
    image = plots.charts[0].grab().toImage()
    assert image.pixelColor(image.width() - 2, 2).name() == DARK.surface.lower()
    count = RepaintCount(plots)
    qtbot.waitUntil(lambda: {0, 1} <= set(count.order))


def test_removed_candidates_leave_the_plots(qtbot: QtBot, plots: LivePlots) -> None:
    feed(plots)
    show(qtbot, plots)
    kept = [candidate for candidate in plots.candidates if candidate.key == "b"]
    plots.set_candidates(kept)
    count = RepaintCount(plots)
    qtbot.waitUntil(lambda: {0, 1} <= set(count.order))
    owners = {line.candidate.key for line in plots.charts[0].lines if line.candidate}
    assert owners == {"b"}


def test_every_control_has_a_name_and_takes_the_keyboard(plots: LivePlots) -> None:
    controls = [
        *plots.findChildren(QComboBox),
        *plots.findChildren(QToolButton),
        *plots.charts,
    ]
    assert len(controls) == 7
    for control in controls:
        assert control.accessibleName()
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus


# ------------------------------------------------------------------------------- what goes out


def test_the_table_has_seconds_and_all_columns(qtbot: QtBot, plots: LivePlots) -> None:
    feed(plots)
    rows = list(csv.DictReader(io.StringIO(plots.outlet.table())))
    assert len(rows) == 601
    assert rows[0]["seconds"] == "-60.000"
    assert rows[-1]["seconds"] == "0.000"
    assert rows[-1]["A F16 private_bytes"] == str(GB + 60_000_000)
    assert rows[-1]["C Q4_K_M mapped_bytes"] == str(5 * GB)
    assert rows[-1]["B Q8_0 cpu_percent"] == "100"
    assert rows[-1]["A F16 tokens_per_second"] == "26"
    assert rows[-1]["B Q8_0 tokens_per_second"] == ""
    assert rows[-1]["PC memory_total_bytes"] == str(16 * GB)
    assert rows[1]["A F16 private_bytes"] == ""
    assert len(rows[0]) == 1 + 3 + 3 * 5


def test_the_table_is_what_the_span_shows(plots: LivePlots) -> None:
    feed(plots)
    plots.set_span(30)
    rows = list(csv.DictReader(io.StringIO(plots.outlet.table())))
    assert rows[0]["seconds"] == "-30.000"


def test_a_picture_is_saved(qtbot: QtBot, plots: LivePlots, tmp_path: Path) -> None:
    feed(plots)
    show(qtbot, plots)
    path = tmp_path / "plots.png"
    plots.outlet.save(path)
    image = QImage(str(path))
    assert image.width() > 2 * 900
    assert has_candidate_colours(image)


def test_a_drawing_is_saved(qtbot: QtBot, plots: LivePlots, tmp_path: Path) -> None:
    feed(plots)
    show(qtbot, plots)
    path = tmp_path / "plots.svg"
    plots.outlet.save(path)
    root = ElementTree.fromstring(path.read_text(encoding="utf-8"))
    words = {"".join(node.itertext()) for node in root.iter() if node.tag.endswith("}text")}
    assert {"Speed: tokens per second", "A F16", "B Q8_0", "C Q4_K_M", "now"} <= words
    renderer = QSvgRenderer(QByteArray(path.read_bytes()))
    assert renderer.isValid()
    image = QImage(renderer.defaultSize(), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    assert has_candidate_colours(image)


def has_candidate_colours(image: QImage) -> bool:
    pixels = np.frombuffer(
        image.convertToFormat(QImage.Format.Format_RGB32).constBits(), dtype=np.uint32
    )
    found = {f"#{value & 0xFFFFFF:06x}" for value in np.unique(pixels)}
    return {COLOURS[letter].lower() for letter in LEVELS} <= found


def test_a_table_is_saved_for_spreadsheets(plots: LivePlots, tmp_path: Path) -> None:
    feed(plots)
    path = tmp_path / "plots.csv"
    plots.outlet.save(path)
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbfseconds,")
    assert data.decode("utf-8-sig") == plots.outlet.table()


def test_unknown_kinds_and_places_are_refused(plots: LivePlots, tmp_path: Path) -> None:
    feed(plots, 1)
    with pytest.raises(ValueError, match=r"\.gif"):
        plots.outlet.save(tmp_path / "plots.gif")
    with pytest.raises(OSError, match=r"."):
        plots.outlet.save(tmp_path / "missing" / "plots.csv")


def test_a_failed_save_is_told(
    plots: LivePlots, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed(plots, 1)
    places = iter([tmp_path / "missing" / "plots.csv", tmp_path / "plots"])
    monkeypatch.setattr(
        "app.ui.kit.file_dialogs.QFileDialog.getSaveFileName", lambda *_: (str(next(places)), "")
    )
    wishes = Wishes(plots)
    plots.outlet.ask_and_save("csv")
    assert "could not be saved" in wishes.said[-1]
    plots.outlet.ask_and_save("csv")
    assert (tmp_path / "plots.csv").is_file()
    assert str(tmp_path / "plots.csv") in wishes.said[-1]


def test_values_and_picture_are_copied(qtbot: QtBot, plots: LivePlots) -> None:
    feed(plots)
    show(qtbot, plots)
    chart = plots.charts[0]
    chart.setFocus()
    wishes = Wishes(plots)
    qtbot.keyClick(chart, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert wishes.said == ["The values are on the clipboard."]
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[1].split("\t") == ["", "", "private", "mapped", "speed", "CPU"]
    assert lines[2].split("\t")[:3] == ["A", "F16", "1.06\u00a0GB"]
    plots.outlet.copy_picture()
    assert QGuiApplication.clipboard().image().size().width() > QSize(900, 0).width()
