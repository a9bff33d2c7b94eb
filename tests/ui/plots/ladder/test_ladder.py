"""The ladder's plots as widgets: what is drawn, pointed at, picked, heard and saved."""

from __future__ import annotations

import csv
import io
import itertools
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import msgspec
import pytest
from PySide6.QtCore import QByteArray, QPoint, QPointF, QRect, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QComboBox

from app.core.candidates.candidate import candidate_of
from app.core.ladder.plotted import Loss
from app.core.ladder.questions import difference_of, share_of
from app.core.ladder.results import StepKind
from app.core.shrink.ways import Way
from app.core.tasks.results import KindVerdict
from app.core.verdict import Limits
from app.ui.kit.theme import DARK, LIGHT, Theme, ThemeChoice, Tokens
from app.ui.kit.tokens import contrast
from app.ui.plots.ladder.content import Measure, Options, PlotKind, ScatterContent, content_of
from app.ui.plots.ladder.describe import describe
from app.ui.plots.ladder.drawing import Notice
from app.ui.plots.ladder.layout import lay_out
from app.ui.plots.ladder.look import Look, mark_of_way
from app.ui.plots.ladder.panel import LadderPlots
from app.ui.plots.ladder.profile import ProfileDrawing
from app.ui.plots.ladder.readouts import scatter_readout
from app.ui.plots.ladder.scatter import ScatterDrawing
from app.ui.plots.ladder.spread import SpreadDrawing
from app.ui.plots.ladder.table import table, values
from tests.helpers.wishes import Wishes
from tests.lab import ladder_cases as cases

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from app.lab.verdict.view import LadderView
    from app.ui.plots.ladder.board import Board
    from app.ui.plots.ladder.drawing import Drawing

# The offscreen platform complains about every window with a least size.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

DRIFT = Options(Loss.DIVERGENCE)
LIMITS = Limits(1500 * cases.MB, 5.0)
F16, Q8, Q2, BROKEN = list(cases.result().rows)
USUAL = [kind for kind in PlotKind if kind is not PlotKind.WAYS]
WIDE = QSizeF(520.0, 320.0)


def figures() -> LadderView:
    return cases.view(limits=LIMITS)


def many(number: int) -> LadderView:
    """So many versions, as different as the few by hand."""
    known = figures()
    rows = [known.rows[0]]
    for place in range(1, number):
        row = known.rows[1 + place % 2]
        name = f"a-model-with-quite-a-long-name-{place}"
        assert row.memory is not None
        needed = round((row.needed_bytes or 0) * (1 + 0.07 * place))
        memory = msgspec.structs.replace(row.memory, needed_bytes=needed)
        rows.append(
            replace(row, candidate=candidate_of(name), name=name, number=place, memory=memory)
        )
    return replace(known, rows=tuple(rows))


@pytest.fixture
def plots(qtbot: QtBot) -> LadderPlots:
    widget = LadderPlots()
    qtbot.addWidget(widget)
    widget.set_options(DRIFT)
    widget.resize(1000, 700)
    widget.show()
    return widget


def board_of(plots: LadderPlots, kind: PlotKind) -> Board:
    return next(slot.board for slot in plots.slots if slot.kind is kind)


def combo(plots: LadderPlots, name: str) -> QComboBox:
    return next(c for c in plots.findChildren(QComboBox) if c.accessibleName() == name)


def scatter(drawing: Drawing) -> ScatterDrawing:
    assert isinstance(drawing, ScatterDrawing)
    return drawing


def centre_of(drawing: Drawing, file: str) -> QPoint:
    return next(spot.centre for spot in drawing.spots if spot.file == file).toPoint()


def look(tokens: Tokens = LIGHT) -> Look:
    return Look.of(QFont(), tokens)


def drawn(kind: PlotKind, known: LadderView, options: Options, size: QSizeF = WIDE) -> Drawing:
    return lay_out(content_of(kind, known, options), size, look())


# ------------------------------------------------------------------------------- what is drawn


@pytest.mark.parametrize("loss", [Loss.DIVERGENCE, Loss.TASKS])
@pytest.mark.parametrize("kind", [PlotKind.MEMORY, PlotKind.SPEED])
def test_points_stand_where_the_rows_values_are(
    plots: LadderPlots, kind: PlotKind, loss: Loss
) -> None:
    plots.show_ladder(figures())
    plots.set_options(Options(loss))
    layout = scatter(board_of(plots, kind).drawing).layout
    content = board_of(plots, kind).content
    assert isinstance(content, ScatterContent)
    rows = {row.file: row for row in figures().rows}
    shown = {F16, Q8, Q2} if loss is Loss.TASKS else {Q8, Q2}
    assert {version.file for version, _ in content.points} == shown
    for (version, point), place in zip(content.points, layout.places, strict=True):
        row = rows[version.file]
        cost, value = content.cost.of(row), loss.of(row)
        assert cost is not None
        assert value is not None
        assert (point.x, point.y) == (cost.number, value.number)
        assert place.x() == pytest.approx(layout.x_scale.place(cost.number))
        assert place.y() == pytest.approx(layout.y_scale.place(value.number))
    for index, (version, _) in enumerate(content.points):
        figure, bar = loss.of(rows[version.file]), layout.whisker(index)
        if figure is None or figure.low is None or figure.high is None:
            assert bar is None
            continue
        assert bar is not None
        assert bar[1].y() == pytest.approx(layout.y_scale.place(figure.low))
        assert bar[0].y() == pytest.approx(layout.y_scale.place(figure.high))


def test_less_memory_stands_left_and_more_loss_above() -> None:
    drawing = drawn(PlotKind.MEMORY, figures(), DRIFT)
    q8, q2 = centre_of(drawing, Q8), centre_of(drawing, Q2)
    assert q2.x() < q8.x()
    assert q2.y() < q8.y()
    assert [point.name for point in scatter(drawing).layout.front] == ["Q2_K", "Q8_0"]


def test_the_front_is_a_staircase_through_its_points() -> None:
    layout = scatter(drawn(PlotKind.SPEED, figures(), DRIFT)).layout
    first, corner, last = layout.stairs()
    assert {(first.x(), first.y()), (last.x(), last.y())} == {
        (place.x(), place.y()) for place in layout.places
    }
    # On the worse side: slower than the one and with more loss than the other.
    assert corner.x() == min(first.x(), last.x())
    assert corner.y() == min(first.y(), last.y())


def test_limits_are_lines_where_they_are_near_and_words_where_they_are_far() -> None:
    near = scatter(drawn(PlotKind.MEMORY, figures(), DRIFT)).layout
    assert near.limit_inside
    assert any("limit" in text for _, text in near.words)
    far = scatter(drawn(PlotKind.MEMORY, cases.view(limits=Limits(64 * 10**9, 5.0)), DRIFT)).layout
    assert not far.limit_inside
    assert far.limit_note == "limit 64.0\u00a0GB ▸"
    below = scatter(
        drawn(PlotKind.SPEED, cases.view(limits=Limits(LIMITS.memory_bytes, 0.5)), DRIFT)
    ).layout
    assert below.limit_note.startswith("◂ at least 0.5")


def test_a_noise_floor_far_below_takes_no_room() -> None:
    floored = scatter(drawn(PlotKind.MEMORY, figures(), DRIFT)).layout
    assert not floored.floor_inside
    assert any("noise floor 10⁻⁷" in text for _, text in floored.words)
    measured = cases.result()
    cases.change(measured, F16, quality=cases.quality(0.0005, 0.9))
    near = cases.view(measured, LIMITS)
    assert scatter(drawn(PlotKind.MEMORY, near, DRIFT)).layout.floor_inside


def test_dots_of_tasks_stand_at_the_differences_and_whiskers_at_their_intervals() -> None:
    drawing = drawn(PlotKind.TASKS, figures(), DRIFT)
    assert isinstance(drawing, ProfileDrawing)
    content = content_of(PlotKind.TASKS, figures(), DRIFT)
    kinds = getattr(content, "kinds", ())
    # What is lost most comes first, below all questions together.
    assert kinds == ("all questions", "sums", "spelling")
    q2 = next(row for row in figures().rows if row.file == Q2)
    sums = difference_of(q2.kinds[0])
    assert sums is not None
    assert drawing.figure(1, 1) == sums
    dot = drawing.dot(1, 1)
    assert dot.x() == pytest.approx(drawing.scales[1].place(sums.number))
    assert drawing.cell(1, 1).contains(dot)
    assert dot.x() < drawing.scales[1].place(0.0)
    accuracy = drawn(PlotKind.TASKS, figures(), Options(measure=Measure.ACCURACY))
    assert isinstance(accuracy, ProfileDrawing)
    assert accuracy.figure(1, 2) == share_of(q2.kinds[0])
    assert len(accuracy.scales) == 3  # the reference too


def test_kinds_that_the_reference_cannot_do_come_last_and_have_no_dots() -> None:
    known = figures()
    rows = tuple(
        replace(
            row,
            kinds=tuple(
                replace(kind, verdict=KindVerdict.REFERENCE_CANNOT) if kind.kind == "sums" else kind
                for kind in row.kinds
            ),
        )
        for row in known.rows
    )
    drawing = drawn(PlotKind.TASKS, replace(known, rows=rows), DRIFT)
    assert isinstance(drawing, ProfileDrawing)
    assert drawing.figure(2, 0) is None
    readout = drawing.readout(len(drawing.spots) - 1)
    assert "The original cannot do this" in readout.notes


def test_bars_are_as_high_as_the_shares_of_positions() -> None:
    drawing = drawn(PlotKind.SPREAD, figures(), DRIFT)
    assert isinstance(drawing, SpreadDrawing)
    counts = figures().rows[1].histogram
    tall = [drawing.bar(0, place).height() for place in range(len(counts))]
    assert tall[0] == 0.0
    for place, count in enumerate(counts):
        assert tall[place] == pytest.approx(tall[-1] * count / counts[-1])
    assert drawing.x_of(1e-9) < drawing.x_of(1e-6) < drawing.x_of(0.5) < drawing.x_of(99.0)


@pytest.mark.parametrize("size", [QSizeF(200.0, 90.0), QSizeF(360.0, 240.0), QSizeF(1900.0, 900.0)])
@pytest.mark.parametrize("kind", list(PlotKind))
@pytest.mark.parametrize("number", [2, 12])
def test_all_sizes_can_be_laid_out_and_painted(kind: PlotKind, size: QSizeF, number: int) -> None:
    for options in (DRIFT, Options(Loss.TASKS, Measure.ACCURACY)):
        drawing = drawn(kind, many(number), options, size)
        image = QImage(size.toSize(), QImage.Format.Format_ARGB32_Premultiplied)
        painter = QPainter(image)
        drawing.paint(painter)
        drawing.paint_over(painter, Q8, 0 if drawing.spots else None)
        painter.end()


def test_names_of_twelve_versions_cover_neither_marks_nor_each_other() -> None:
    layout = scatter(drawn(PlotKind.MEMORY, many(12), DRIFT, QSizeF(900.0, 500.0))).layout
    boxes = [name.box.adjusted(1.0, 1.0, -1.0, -1.0) for name in layout.names]
    assert len(boxes) == 11
    for place, box in enumerate(boxes):
        for other in boxes[place + 1 :]:
            shared = box.intersected(other)
            assert shared.width() * shared.height() < 20.0
    assert {name.letter for name in layout.names} == set("BCDEFGHIJKL")


# ------------------------------------------------------------------------------- pointing


def test_a_click_on_a_point_picks_its_file(plots: LadderPlots, qtbot: QtBot) -> None:
    plots.show_ladder(figures())
    board = board_of(plots, PlotKind.MEMORY)
    with qtbot.waitSignal(plots.picked) as signal:
        qtbot.mouseClick(board, Qt.MouseButton.LeftButton, pos=centre_of(board.drawing, Q2))
    assert signal.args == [Q2]
    with qtbot.assertNotEmitted(plots.picked):
        qtbot.mouseClick(board, Qt.MouseButton.LeftButton, pos=QPoint(2, board.height() - 2))


def test_a_double_click_on_a_point_opens_its_file(plots: LadderPlots, qtbot: QtBot) -> None:
    plots.show_ladder(figures())
    plots.picked.connect(plots.mark)
    board = board_of(plots, PlotKind.MEMORY)
    place = centre_of(board.drawing, Q2)
    with qtbot.waitSignal(plots.opened) as signal:
        qtbot.mouseClick(board, Qt.MouseButton.LeftButton, pos=place)
        qtbot.mouseDClick(board, Qt.MouseButton.LeftButton, pos=place)
    assert signal.args == [Q2]
    qtbot.mouseMove(board, place)
    with qtbot.waitSignal(plots.opened) as signal:
        qtbot.keyClick(board, Qt.Key.Key_Return)
    assert signal.args == [Q2]
    with qtbot.assertNotEmitted(plots.opened):
        qtbot.mouseDClick(board, Qt.MouseButton.LeftButton, pos=QPoint(2, board.height() - 2))


def test_points_at_one_place_are_picked_in_turns(plots: LadderPlots, qtbot: QtBot) -> None:
    known = figures()
    twin = replace(known.rows[1], candidate=candidate_of("/m/twin.gguf"), name="twin", number=4)
    plots.show_ladder(replace(known, rows=(*known.rows, twin)))
    board = board_of(plots, PlotKind.MEMORY)
    picked: list[str] = []
    plots.picked.connect(picked.append)
    plots.picked.connect(plots.mark)
    for _ in range(3):
        qtbot.mouseClick(board, Qt.MouseButton.LeftButton, pos=centre_of(board.drawing, Q8))
    assert picked[0] != picked[1]
    assert picked[2] == picked[0]
    assert set(picked) == {Q8, twin.key}
    readout = board.drawing.readout(
        board.drawing.spots_at(QPointF(centre_of(board.drawing, Q8)))[0]
    )
    assert [row.letter for row in readout.rows] == ["B", "E"]


def test_the_pointer_reads_values_with_their_intervals(plots: LadderPlots, qtbot: QtBot) -> None:
    plots.show_ladder(figures())
    board = board_of(plots, PlotKind.SPEED)
    qtbot.mouseMove(board, centre_of(board.drawing, Q2))
    qtbot.waitUntil(board.box.isVisible)
    readout = board.box.readout
    assert readout is not None
    (row,) = readout.rows
    assert (row.letter, row.label) == ("C", "Q2_K")
    assert [str(value).replace("\u00a0", " ") for value in row.values] == [
        "50.0 ± 1.2 tok/s",
        "0.4 nats",
        "0.32 to 0.5 nats",
    ]
    plots.hide()
    assert not board.box.isVisible()


def test_the_keys_go_through_the_points_and_pick(plots: LadderPlots, qtbot: QtBot) -> None:
    plots.show_ladder(figures())
    board = board_of(plots, PlotKind.MEMORY)
    board.setFocus()
    qtbot.keyClick(board, Qt.Key.Key_Right)
    assert board.box.isVisible()
    assert board.accessibleDescription().startswith("Memory and what is lost. C Q2_K: memory")
    qtbot.keyClick(board, Qt.Key.Key_Right)
    with qtbot.waitSignal(plots.picked) as signal:
        qtbot.keyClick(board, Qt.Key.Key_Return)
    assert signal.args == [Q8]
    qtbot.keyClick(board, Qt.Key.Key_Home)
    assert board.at is not None
    assert board.drawing.spots[board.at].file == Q2
    qtbot.keyClick(board, Qt.Key.Key_End)
    assert board.drawing.spots[board.at].file == F16
    qtbot.keyClick(board, Qt.Key.Key_Escape)
    assert board.at is None
    assert not board.box.isVisible()


@pytest.mark.parametrize("kind", [PlotKind.TASKS, PlotKind.SPREAD])
def test_the_keys_go_up_and_down_too(plots: LadderPlots, qtbot: QtBot, kind: PlotKind) -> None:
    plots.show_ladder(figures())
    board = board_of(plots, kind)
    board.setFocus()
    keys = Qt.Key
    for key in (keys.Key_Down, keys.Key_Down, keys.Key_Right, keys.Key_Up, keys.Key_Left):
        qtbot.keyClick(board, key)
        assert board.at is not None
        assert 0 <= board.at < len(board.drawing.spots)
        assert board.box.readout == board.drawing.readout(board.at)
    qtbot.keyClick(board, keys.Key_End)
    qtbot.keyClick(board, keys.Key_Down)
    assert board.drawing.spots[board.at or 0].file == Q2


def test_the_marked_file_is_seen(plots: LadderPlots) -> None:
    plots.show_ladder(figures())
    board = board_of(plots, PlotKind.MEMORY)
    before = board.grab().toImage()
    plots.mark(Q2)
    after = board.grab().toImage()
    centre = centre_of(board.drawing, Q2)
    around = QRect(centre - QPoint(13, 13), centre + QPoint(13, 13))
    assert before.copy(around) != after.copy(around)
    plots.mark(None)
    assert board.grab().toImage() == before


# ------------------------------------------------------------------------------- states


def test_without_a_ladder_every_plot_says_so(plots: LadderPlots) -> None:
    for slot in plots.slots:
        assert isinstance(slot.board.drawing, Notice)
        assert slot.board.drawing.words[0] == "Nothing measured yet"
        assert "Nothing measured yet" in slot.board.accessibleDescription()
    plots.show_ladder(figures())
    assert not any(isinstance(slot.board.drawing, Notice) for slot in plots.slots)
    plots.clear()
    assert all(isinstance(slot.board.drawing, Notice) for slot in plots.slots)


def test_a_ladder_in_progress_shows_what_is_there(plots: LadderPlots) -> None:
    measured = cases.result()
    for file in (Q8, Q2):
        cases.change(measured, file, quality=None, tasks=None)
    plots.show_ladder(cases.view(measured, LIMITS))
    notice = board_of(plots, PlotKind.MEMORY).drawing
    assert isinstance(notice, Notice)
    assert notice.words[0] == "No quality measured yet"
    done = cases.result()
    measured.rows[Q8] = done.rows[Q8]
    plots.show_ladder(cases.view(measured, LIMITS))
    layout = scatter(board_of(plots, PlotKind.MEMORY).drawing).layout
    assert layout.note == "Not measured yet: C\u00a0Q2_K. Failed: D\u00a0<script>"
    profile = board_of(plots, PlotKind.TASKS).drawing
    assert {spot.file for spot in profile.spots} == {Q8}


def test_what_servers_do_not_tell_is_not_called_unmeasured() -> None:
    """Its memory, and of a server's original the drift of all."""
    measured, key = cases.on_server(cases.result(), Q2)
    cases.change(measured, key, memory=None)
    said = describe(content_of(PlotKind.MEMORY, cases.view(measured, LIMITS), Options()))
    assert "Not told by servers: D\u00a0moon on cellar <1>. Failed: C\u00a0<script>" in said

    unable = frozenset({StepKind.MEMORY, StepKind.SPEED, StepKind.QUALITY})
    for each in measured.rows:
        cases.change(measured, each, memory=None, quality=None, speed=(), unable=unable)
    shown = cases.view(measured, LIMITS)
    for kind, options, title in (
        (PlotKind.MEMORY, Options(), "Memory is not told by servers"),
        (PlotKind.SPEED, Options(), "No speeds of this PC"),
        (PlotKind.MEMORY, DRIFT, "Not told by servers"),
        (PlotKind.SPREAD, DRIFT, "Not told by servers"),
    ):
        empty = content_of(kind, shown, options).empty
        assert empty is not None
        assert empty[0] == title


def test_a_ladder_without_text_or_questions_says_what_was_left_out(plots: LadderPlots) -> None:
    measured = cases.result()
    for file in measured.rows:
        cases.change(measured, file, quality=None, tasks=None)
    measured.plan = msgspec.structs.replace(measured.plan, text_name="", items_name="")
    plots.show_ladder(cases.view(measured, LIMITS))
    titles = {
        kind: drawing.words[0]
        for kind in USUAL
        if isinstance(drawing := board_of(plots, kind).drawing, Notice)
    }
    assert titles[PlotKind.TASKS] == "No questions were asked"
    assert titles[PlotKind.SPREAD] == "Quality was not measured"


def test_another_vocabulary_is_not_called_unmeasured() -> None:
    known = figures()
    refused = msgspec.structs.replace(cases.quality(None, 0.9), refused="Other words.")
    other = replace(known.rows[2], quality=refused)
    layout = scatter(
        drawn(PlotKind.MEMORY, replace(known, rows=(*known.rows[:2], other)), DRIFT)
    ).layout
    assert layout.note == "Another vocabulary: C\u00a0Q2_K"
    nothing = msgspec.structs.replace(refused, histogram=())
    alone = replace(known, rows=(known.rows[0], replace(other, quality=nothing)))
    for kind in (PlotKind.MEMORY, PlotKind.SPREAD):
        notice = drawn(kind, alone, DRIFT)
        assert isinstance(notice, Notice)
        assert notice.words[0] == "No drift"


def test_what_did_not_change_is_not_laid_out_anew(plots: LadderPlots) -> None:
    plots.show_ladder(figures())
    before = {kind: board_of(plots, kind).drawing for kind in USUAL}
    plots.show_ladder(figures())
    assert all(board_of(plots, kind).drawing is before[kind] for kind in USUAL)
    known = figures()
    faster = replace(known.rows[2], speed=(cases.speed("tg128", 77.0),))
    plots.show_ladder(replace(known, rows=(*known.rows[:2], faster, known.rows[3])))
    changed = {kind for kind in USUAL if board_of(plots, kind).drawing is not before[kind]}
    assert changed == {PlotKind.SPEED}


def test_letters_are_those_of_the_window(plots: LadderPlots) -> None:
    letters = {F16: "B", Q8: "A", Q2: "F"}
    plots.show_ladder(cases.view(limits=LIMITS, letters=letters))
    names = scatter(board_of(plots, PlotKind.MEMORY).drawing).layout.names
    assert [name.letter for name in names] == ["A", "F"]


def test_a_screen_reader_hears_the_plot(plots: LadderPlots, qtbot: QtBot) -> None:
    plots.show_ladder(figures())
    board = board_of(plots, PlotKind.MEMORY)
    qtbot.waitUntil(lambda: "Q8_0" in board.accessibleDescription())
    said = board.accessibleDescription().replace("\u00a0", " ")
    assert board.accessibleName() == "Plot: Memory against what is lost"
    assert "B Q8_0: 935 MB, Drift 0.001 nats (0.0008 to 0.00125 nats)" in said
    assert "nats), the one to run. C" in said
    assert "The original A F16: 1.76 GB" in said
    assert "Failed: D <script>" in said
    tasks = board_of(plots, PlotKind.TASKS)
    qtbot.waitUntil(lambda: "sums" in tasks.accessibleDescription())
    assert "C −25\u00a0points" in tasks.accessibleDescription()
    assert "loses" in tasks.accessibleDescription()


# ------------------------------------------------------------------------------- choosing


def test_what_decides_is_shown_first(qtbot: QtBot) -> None:
    plots = LadderPlots()
    qtbot.addWidget(plots)
    plots.show_ladder(figures())
    content = board_of(plots, PlotKind.MEMORY).content
    assert isinstance(content, ScatterContent)
    assert content.loss is Loss.TASKS


def test_another_loss_is_shown_in_both_plots_and_stays(plots: LadderPlots, qtbot: QtBot) -> None:
    plots.show_ladder(figures())
    choice = combo(plots, "What counts as loss")
    choice.setFocus()
    qtbot.keyClick(choice, Qt.Key.Key_Up)
    for kind in (PlotKind.MEMORY, PlotKind.SPEED):
        content = board_of(plots, kind).content
        assert isinstance(content, ScatterContent)
        assert content.loss is Loss.TASKS
    plots.show_ladder(many(5))
    content = board_of(plots, PlotKind.MEMORY).content
    assert isinstance(content, ScatterContent)
    assert content.loss is Loss.TASKS


def test_as_many_plots_as_there_is_room_for(plots: LadderPlots) -> None:
    for size, number in (((360, 300), 1), ((360, 700), 2), ((800, 300), 2), ((800, 700), 4)):
        plots.resize(*size)
        assert sum(slot.isVisible() for slot in plots.slots) == number
    plots.resize(360, 300)
    assert plots.slots[0].kind is PlotKind.MEMORY
    plots.show_plot(plots.slots[0], PlotKind.TASKS)
    assert [slot.kind for slot in plots.slots] == [
        PlotKind.TASKS,
        PlotKind.SPEED,
        PlotKind.MEMORY,
        PlotKind.SPREAD,
    ]


def test_a_change_of_theme_changes_the_plots(plots: LadderPlots) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    theme = Theme(application, ThemeChoice.LIGHT)
    plots.show_ladder(figures())
    board = board_of(plots, PlotKind.MEMORY)
    try:
        assert board.grab().toImage().pixelColor(3, 30) == QColor(LIGHT.surface)
        theme.set_choice(ThemeChoice.DARK)
        assert board.grab().toImage().pixelColor(3, 30) == QColor(DARK.surface)
    finally:
        theme.set_choice(ThemeChoice.LIGHT)


@pytest.mark.parametrize("tokens", [LIGHT, DARK])
def test_words_stand_out_and_lines_can_be_seen(tokens: Tokens) -> None:
    assert contrast(tokens.text, tokens.surface) >= 4.5
    assert contrast(tokens.dim, tokens.surface) >= 4.5
    for number in range(12):
        assert contrast(look(tokens).edge(number).name(), tokens.surface) >= 3.0


# ------------------------------------------------------------------------------- saving


def test_the_table_holds_the_numbers_and_their_uncertainty(
    plots: LadderPlots, tmp_path: Path
) -> None:
    plots.show_ladder(figures())
    path = tmp_path / "plots.csv"
    plots.outlet.save(path)
    rows = list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))
    of_q2 = [row for row in rows if row["file"] == Q2]
    by_figure = {row["figure"]: row for row in of_q2 if not row["of"]}
    known = next(row for row in figures().rows if row.file == Q2)
    for name, figure in (
        ("mean KL divergence", known.divergence),
        ("points lost", known.points_lost),
        ("generation speed", known.rate("tg")),
    ):
        assert figure is not None
        written = by_figure[name]
        numbers = [float(written[end]) for end in ("value", "low", "high")]
        assert numbers == pytest.approx([figure.number, figure.low, figure.high], rel=1e-5)
    (memory,) = [row for row in of_q2 if row["figure"] == "needed memory"]
    assert (int(memory["value"]), memory["of"]) == (known.needed_bytes, "measured")
    (sums,) = [r for r in of_q2 if (r["figure"], r["of"]) == ("difference", "sums")]
    assert float(sums["value"]) == pytest.approx(-0.25)
    assert sums["count"] == "240"
    counts = [int(row["count"]) for row in of_q2 if row["figure"] == "positions"]
    assert counts == list(known.histogram)
    of_floor = [(row["of"], row["unit"]) for row in rows if row["figure"] == "noise floor"]
    assert of_floor == [("", "nats"), ("same top token", "share")]


def test_who_is_at_the_noise_floor_is_said_in_every_plot_of_divergences() -> None:
    result = cases.result()
    cases.change(result, F16, quality=cases.quality(0.0009, 0.95))
    known = cases.view(result, Limits())
    said = "no further from the original than the original from itself"
    for kind in (PlotKind.MEMORY, PlotKind.SPEED, PlotKind.SPREAD):
        content = content_of(kind, known, Options(loss=Loss.DIVERGENCE))
        assert describe(content).count(said) == 1
        assert f"Q8_0: {said}" in describe(content)
    assert table(known).count(said) == 1
    assert values(known).count("at the noise floor") == 1
    content = content_of(PlotKind.MEMORY, known, DRIFT)
    assert isinstance(content, ScatterContent)
    readout = scatter_readout(content, [one for one in content.points if one[0].at_floor])
    assert any(said in note for note in readout.notes)


def test_the_picture_and_the_drawing_show_all_plots(plots: LadderPlots, tmp_path: Path) -> None:
    plots.show_ladder(figures())
    plots.resize(360, 300)  # the sheet does not depend on the window
    plots.outlet.save(tmp_path / "plots.png")
    picture = QImage(str(tmp_path / "plots.png"))
    assert picture.width() > 2000
    assert picture.height() > 1200
    plots.outlet.save(tmp_path / "plots.svg")
    data = (tmp_path / "plots.svg").read_bytes()
    root = ElementTree.fromstring(data)
    texts = {
        "".join(text.itertext()).strip() for text in root.iter("{http://www.w3.org/2000/svg}text")
    }
    assert {
        "Memory against what is lost",
        "Speed against what is lost",
        "Right answers, kind by kind",
    } <= texts
    assert {"sums", "spelling", "noise floor"} <= texts
    assert any("run this" in text for text in texts)
    assert QSvgRenderer(QByteArray(data)).isValid()


def test_values_and_a_picture_can_be_copied(plots: LadderPlots, qtbot: QtBot) -> None:
    plots.show_ladder(figures())
    board = board_of(plots, PlotKind.MEMORY)
    board.setFocus()
    wishes = Wishes(plots)
    qtbot.keyClick(board, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 1 + 4
    assert lines[3].split("\t")[:2] == ["C", "Q2_K"]
    assert "−13\u00a0points (−16 to −9.7\u00a0points)" in lines[3]
    plots.outlet.copy_picture()
    assert len(wishes.said) == 2
    assert not QGuiApplication.clipboard().image().isNull()


def test_each_way_of_shrinking_has_its_mark(plots: LadderPlots) -> None:
    known = cases.view(cases.of_ways(20, 26, 90, 12), LIMITS)
    plots.show_ladder(known)
    board = plots.slots[0].board
    layout = scatter(board.drawing).layout
    marks = [way for way, _box, _words in layout.legend]
    assert marks == [None, Way.QUANTIZED, Way.CHOSEN, Way.PRUNED_QUANTIZED, Way.OTHER]
    assert len({mark_of_way(way) for way in (None, *Way)} | set(range(6))) == 6 + len(Way) + 1
    across = sorted(place.x() for place in layout.places)
    assert all(two - one > 10 for one, two in itertools.pairwise(across)), "side by side"
    assert "pruned + quantized" in describe(board.content)
    assert "way of shrinking,pruned + quantized" in table(known)
    plots.show_ladder(figures())
    assert plots.slots[0].kind is PlotKind.MEMORY, "levels are one way"
    assert isinstance(drawn(PlotKind.WAYS, figures(), DRIFT), Notice)
