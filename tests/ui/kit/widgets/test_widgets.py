"""The small shared widgets, by clicks and keys, in both themes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QLocale, QRect, Qt, QTimer
from PySide6.QtGui import QAction, QImage
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.ui.kit.theme import Theme, ThemeChoice
from app.ui.kit.widgets import (
    Banner,
    BannerAction,
    DotState,
    ElidedLabel,
    EmptyState,
    FlowLayout,
    FullHeight,
    IconButton,
    NumberField,
    Picture,
    Popup,
    ProgressLine,
    Severity,
    StatusDot,
    hrule,
    in_lines,
    label,
    push_button,
)
from app.ui.kit.widgets.layouts import in_column, split

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

# The screen of the tests has no window manager to tell sizes to.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

Show = Callable[[QWidget], Any]
NAME = "Mistral-7B-Instruct-v0.3-with-a-very-long-name-indeed.Q4_K_M.gguf"


@pytest.fixture(params=[ThemeChoice.LIGHT, ThemeChoice.DARK])
def theme(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[Theme]:
    made = Theme(qapp, request.param)
    yield made
    made.set_choice(ThemeChoice.LIGHT)


@pytest.fixture
def shown(qtbot: QtBot, theme: Theme) -> Show:
    kept: list[QWidget] = []

    def show(widget: QWidget) -> QWidget:
        qtbot.addWidget(widget)
        kept.append(widget)
        widget.show()
        return widget

    return show


def test_every_state_of_a_candidates_mark_looks_different(shown: Show) -> None:
    pictures = [_bytes(shown(StatusDot("B", state)).grab().toImage()) for state in DotState]
    assert len(set(pictures)) == len(DotState)


def test_every_letter_looks_different_without_colour(shown: Show) -> None:
    pictures = []
    for letter in "ABCDEF":
        grey = shown(StatusDot(letter)).grab().toImage()
        pictures.append(_bytes(grey.convertToFormat(QImage.Format.Format_Mono)))
    assert len(set(pictures)) == 6


def test_a_mark_says_its_letter_and_state(shown: Show) -> None:
    dot = shown(StatusDot("A"))
    dot.set_state(DotState.FAILED)
    assert dot.accessibleName() == "A: failed"
    dot.set_letter("C")
    assert dot.accessibleName() == "C: failed"
    assert (dot.letter, dot.state) == ("C", DotState.FAILED)


def test_a_long_name_loses_its_middle_and_is_whole_in_the_tool_tip(shown: Show) -> None:
    name = shown(ElidedLabel(NAME))
    name.resize(name.minimumSizeHint().width() + 60, 20)
    assert name.shown_text().startswith("M")
    assert name.shown_text().endswith("f")
    assert "…" in name.shown_text()
    assert name.toolTip() == NAME
    assert name.accessibleName() == NAME
    name.resize(2000, 20)
    assert name.shown_text() == NAME


def test_a_name_is_never_markup(shown: Show) -> None:
    name = shown(ElidedLabel("<b>x</b>\nline"))
    assert name.text == "<b>x</b> line"
    assert not GuiQt.mightBeRichText(name.toolTip())


def test_progress_fills_sweeps_and_rests(shown: Show) -> None:
    line = shown(ProgressLine("Loading"))
    line.resize(200, 3)
    empty = _bytes(line.grab().toImage())
    line.set_share(0.5)
    assert (line.share, line.accessibleName()) == (0.5, "Loading: 50%")
    assert _bytes(line.grab().toImage()) != empty
    line.set_share(7.0)
    assert line.share == 1.0
    line.set_share(None)
    (timer,) = line.findChildren(QTimer)
    assert timer.isActive()
    line.hide()
    assert not timer.isActive()
    line.show()
    line.clear()
    assert not timer.isActive()
    assert not line.active


def test_a_notice_says_what_and_offers_ways_on(qtbot: QtBot, shown: Show) -> None:
    notice = shown(Banner(dismissible=True))
    taken: list[str] = []
    notice.show_notice(
        Severity.ERROR,
        "The engine of B ended.",
        "Choose a smaller context.",
        [
            BannerAction("Reload", lambda: taken.append("reload"), primary=True),
            BannerAction("Show log", lambda: taken.append("log")),
        ],
    )
    assert notice.accessibleName() == "Error"
    assert notice.accessibleDescription() == "The engine of B ended. Choose a smaller context."
    buttons = notice.findChildren(QPushButton)
    assert [button.text() for button in buttons] == ["Reload", "Show log"]
    for button in buttons:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert taken == ["reload", "log"]
    with qtbot.waitSignal(notice.dismissed):
        qtbot.mouseClick(notice.close_button, Qt.MouseButton.LeftButton)
    assert not notice.isVisible()


def test_a_notice_is_replaced(shown: Show, qapp: QApplication) -> None:
    notice = shown(Banner())
    notice.show_notice(Severity.ERROR, "One.", actions=[BannerAction("Go", lambda: None)])
    notice.show_notice(Severity.INFO, "Two.")
    assert (notice.sentence, notice.advice, notice.severity) == ("Two.", "", Severity.INFO)
    visible = [b for b in notice.findChildren(QPushButton) if b.isVisible()]
    assert visible == []


def test_a_notice_takes_the_height_that_its_width_needs(shown: Show) -> None:
    notice = Banner()
    notice.show_notice(Severity.INFO, "A sentence of many words. " * 12)
    notice.hide()
    assert notice.layout().heightForWidth(240) > 2 * notice.layout().heightForWidth(900)
    assert notice.minimumSizeHint().height() < 120


def test_a_picture_button_has_a_name_and_tells_its_key(qtbot: QtBot, shown: Show) -> None:
    button = shown(IconButton("stop", "Stop", shortcut="Esc"))
    assert button.accessibleName() == "Stop"
    assert button.toolTip() == "Stop (Esc)"
    button.set_icon_name("play")
    button.set_name("Go on")
    assert (button.icon_name, button.toolTip()) == ("play", "Go on")


def test_a_button_of_an_action_is_as_the_action(qtbot: QtBot, shown: Show) -> None:
    owner = shown(QWidget())
    action = QAction("&Plots", owner)
    action.setCheckable(True)
    button = IconButton.for_action(action, "plot")
    qtbot.addWidget(button)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert action.isChecked()
    assert button.isChecked()
    action.setChecked(False)
    assert not button.isChecked()
    action.setEnabled(False)
    assert not button.isEnabled()
    action.setText("&Curves")
    assert button.accessibleName() == "Curves"


def test_a_button_that_is_gone_hears_no_more_of_its_action(qapp: QApplication) -> None:
    action = QAction("Plots")
    button = IconButton.for_action(action, "plot")
    button.deleteLater()
    QApplication.sendPostedEvents(button, 52)
    action.setText("Curves")


def test_a_button_with_a_word_is_named(shown: Show) -> None:
    assert shown(push_button("Send", "primary", icon_name="send")).accessibleName() == "Send"
    odd = shown(push_button("Compare R&D"))
    assert (odd.text(), odd.accessibleName()) == ("Compare R&&D", "Compare R&D")


def test_an_empty_region_says_what_to_do_next(qtbot: QtBot, shown: Show) -> None:
    done: list[str] = []
    owner = QWidget()
    action = QAction("New chat", owner)
    action.triggered.connect(lambda: done.append("new"))
    empty = shown(EmptyState("chat", "No chats yet", "Ask something.", (action,)))
    qtbot.mouseClick(empty.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert done == ["new"]
    empty.set_text("Nothing found")
    assert empty.accessibleName() == "Nothing found"


def test_a_flow_wraps_where_its_width_ends(shown: Show) -> None:
    holder = QWidget()
    flow = FlowLayout(holder, spacing_px=8)
    boxes = [QLabel("x") for _ in range(4)]
    for box in boxes:
        box.setFixedSize(60, 20)
        flow.addWidget(box)
    assert flow.heightForWidth(600) == 20
    assert flow.heightForWidth(140) == 48
    assert flow.heightForWidth(10) == 4 * 20 + 3 * 8
    shown(holder)
    flow.setGeometry(QRect(0, 0, 140, 48))
    assert [box.pos().toTuple() for box in boxes] == [(0, 0), (68, 0), (0, 28), (68, 28)]
    flow.clear()
    assert flow.count() == 0


def test_one_of_a_flow_takes_what_is_left_of_its_line(shown: Show) -> None:
    name, button = ElidedLabel(NAME, least_characters=4), QLabel("x")
    button.setFixedSize(60, 20)
    flow = shown(in_lines(name, button, grows=name)).layout()
    flow.setGeometry(QRect(0, 0, 300, 40))
    assert (name.width(), button.x(), button.y() < name.height()) == (232, 240, True)
    flow.setGeometry(QRect(0, 0, 80, 60))
    assert (name.width(), button.x(), button.y() > name.height()) == (80, 0, True)


def test_a_pane_is_as_high_as_its_words_need(qtbot: QtBot, shown: Show) -> None:
    pane, words = FullHeight(), label("Many words. " * 20, wrap=True)
    in_column(words, in_lines(*(push_button("Some button") for _ in range(5))), on=pane)
    whole = shown(split(pane, QWidget(), grows=1, vertical=True))
    for width in (200, 500, 300):
        whole.resize(width, 60)
        qtbot.waitUntil(lambda width=width: pane.width() == width)
        qtbot.waitUntil(lambda: words.height() == words.heightForWidth(words.width()))


def test_labels_take_what_models_say_as_plain_text(shown: Show) -> None:
    words = shown(label("<b>x</b>", "dim", wrap=True))
    assert words.textFormat() is Qt.TextFormat.PlainText
    assert words.minimumSizeHint().height() < 40
    assert hrule().height() == 1 or hrule().maximumHeight() == 1
    assert Picture("info").sizeHint().width() == 18


# ------------------------------------------------------------------------------- fields of numbers


@pytest.fixture
def field(shown: Show) -> NumberField:
    return shown(NumberField("Threads", 1, 64, blank="auto"))


def test_a_number_is_taken_when_it_is_entered(qtbot: QtBot, field: NumberField) -> None:
    qtbot.keyClicks(field, "12")
    assert field.value is None
    with qtbot.waitSignal(field.value_changed) as changed:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert changed.args == [12]


@pytest.mark.parametrize("typed", ["0", "65", "x", "1.5", "1e3", "-3", "1 2 3 4"])
def test_what_is_no_such_number_is_marked_and_put_back(
    qtbot: QtBot, field: NumberField, typed: str
) -> None:
    field.set_value(8)
    field.selectAll()
    qtbot.keyClicks(field, typed)
    assert field.property("invalid") == "true"
    assert "1 to 64" in field.accessibleDescription()
    with qtbot.assertNotEmitted(field.value_changed):
        field.commit()
    assert (field.text(), field.value) == ("8", 8)
    assert field.property("invalid") == "false"


def test_an_empty_field_means_what_it_says(qtbot: QtBot, field: NumberField) -> None:
    field.set_value(8)
    field.selectAll()
    with qtbot.waitSignal(field.value_changed) as changed:
        qtbot.keyClick(field, Qt.Key.Key_Delete)
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert changed.args == [None]
    qtbot.keyClicks(field, "AUTO")
    assert field.is_valid


def test_leaving_a_field_takes_its_number(qtbot: QtBot, shown: Show) -> None:
    holder = QWidget()
    column = QVBoxLayout(holder)
    field, other = NumberField("a", 0, 9), NumberField("b", 0, 9)
    column.addWidget(field)
    column.addWidget(other)
    shown(holder)
    holder.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    field.selectAll()
    qtbot.keyClicks(field, "7")
    other.setFocus()
    assert field.value == 7


def test_up_and_down_step_within_the_bounds(qtbot: QtBot, shown: Show) -> None:
    field = shown(NumberField("Temperature", 0, 0.3, decimals=2, step=0.1))
    seen: list[object] = []
    field.value_changed.connect(seen.append)
    for _ in range(4):
        qtbot.keyClick(field, Qt.Key.Key_Up)
    qtbot.keyClick(field, Qt.Key.Key_Down)
    assert seen == [0.1, 0.2, 0.3, 0.2]
    assert field.text() == "0.2"


def test_stepping_from_nothing_begins_at_the_least(qtbot: QtBot, field: NumberField) -> None:
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert field.value == 1


def test_esc_puts_the_old_number_back(qtbot: QtBot, field: NumberField) -> None:
    field.set_value(8)
    qtbot.keyClicks(field, "9")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert (field.text(), field.value) == ("8", 8)


def test_the_locales_decimal_sign_and_a_point_are_understood(qtbot: QtBot, shown: Show) -> None:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.German))
    try:
        field = shown(NumberField("Top-p", 0, 1, decimals=3))
        field.set_value(0.95)
        assert field.text() == "0,95"
        for typed in ("0,5", "0.25"):
            field.selectAll()
            qtbot.keyClicks(field, typed)
            qtbot.keyClick(field, Qt.Key.Key_Return)
            assert field.value == float(typed.replace(",", "."))
    finally:
        QLocale.setDefault(before)


def test_a_popup_opens_inside_the_screen_and_closes_by_esc(qtbot: QtBot, shown: Show) -> None:
    owner = shown(QWidget())
    button = QPushButton("Settings", owner)
    button.show()
    content = QWidget()
    column = QVBoxLayout(content)
    first = QComboBox()
    column.addWidget(first)
    column.addWidget(QLabel("word " * 200, wordWrap=True))
    popup = Popup(content, owner)
    popup.open_at(button)
    room = button.screen().availableGeometry()
    assert room.contains(popup.geometry())
    qtbot.keyClick(popup, Qt.Key.Key_Escape)
    assert not popup.isVisible()
    popup.open_at(button)
    assert popup.isVisible()
    popup.hide()


def _bytes(image: QImage) -> bytes:
    return bytes(image.constBits())
