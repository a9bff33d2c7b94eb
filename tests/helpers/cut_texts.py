"""What of a window's texts is cut, and which of its parts want more room than there is."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QScrollArea,
    QStyle,
    QStyleOptionComboBox,
    QTabBar,
    QToolButton,
    QWidget,
)

from app.ui.kit.widgets.choice_box import ChoiceBox

_SPARE_PX = 1
_BESIDE_FIELD_PX = 4
_LEAST_READABLE = 4
_COLUMNS = ("HeaderRow", "TurnRow", "ColumnNotes")


def cut_texts(page: QWidget, room: QWidget) -> Iterator[str]:
    """Say what is cut on a page: ``Class in Class …: 'text': why``.

    Args:
        page: As it is shown now.
        room: Where it stands; no part of the page may want more.
    """
    wanted, given = page.minimumSizeHint(), room.size()
    if wanted.width() > given.width() or wanted.height() > given.height():
        sizes = f"{wanted.width()}×{wanted.height()} of {given.width()}×{given.height()}"
        yield f"{type(page).__name__}: the page: wants {sizes}"
    for widget in [page, *page.findChildren(QWidget)]:
        if widget.isVisible() and not _within_other(widget):
            for text, why in _of(widget):
                yield f"{_place(widget, page)}: {text!r}: {why}"


def _of(widget: QWidget) -> Iterator[tuple[str, str]]:
    text = _text(widget)
    if text and (side := _beyond(widget)):
        yield text, f"goes beyond its {side}"
    match widget:
        case QHeaderView():
            yield from _of_header(widget)
        case QTabBar():
            needed = sum(widget.tabSizeHint(tab).width() for tab in range(widget.count()))
            if needed > widget.width() + _SPARE_PX:
                yield widget.tabText(0), f"tabs want {needed} of {widget.width()}"
        case QComboBox():
            yield from _of_combo(widget)
        case QLineEdit() | QAbstractSpinBox():
            yield from _of_field(widget)
        case _:
            if text:
                yield from _of_words(widget, text)


def _of_words(widget: QWidget, text: str) -> Iterator[tuple[str, str]]:
    width, height = widget.width() + _SPARE_PX, widget.height() + 2 * _SPARE_PX
    hint, least = widget.sizeHint(), widget.minimumSizeHint().width()
    if isinstance(widget, QLabel) and widget.wordWrap():
        needed = widget.heightForWidth(widget.width())
        if needed > height:
            yield text, f"wants a height of {needed} of {widget.height()}"
    elif isinstance(widget, QLabel | QAbstractButton):
        if hint.width() > width or hint.height() > height:
            sizes = f"{hint.width()}×{hint.height()} of {widget.width()}×{widget.height()}"
            yield text, f"wants {sizes}"
    elif least > width:
        yield text, f"wants {least} of {widget.width()} at least"


def _of_field(widget: QLineEdit | QAbstractSpinBox) -> Iterator[tuple[str, str]]:
    if isinstance(widget, QAbstractSpinBox):
        shown, room = widget.text(), widget.lineEdit().width() + _SPARE_PX
    else:
        shown = widget.text() if widget.isReadOnly() else widget.placeholderText()
        room = widget.contentsRect().width() - 2 * _BESIDE_FIELD_PX
    if (needed := widget.fontMetrics().horizontalAdvance(shown)) > room:
        yield shown, f"wants {needed} of {room}"


def _of_combo(widget: QComboBox) -> Iterator[tuple[str, str]]:
    text = widget.currentText()
    if isinstance(widget, ChoiceBox):  # says the rest in its tip
        if len(widget.shown_choice()) < min(_LEAST_READABLE, len(text)):
            yield text, f"shows {widget.shown_choice()!r}"
        return
    option = QStyleOptionComboBox()
    widget.initStyleOption(option)
    field = QStyle.SubControl.SC_ComboBoxEditField
    kind = QStyle.ComplexControl.CC_ComboBox
    room = widget.style().subControlRect(kind, option, field, widget).width() + _SPARE_PX
    if (needed := widget.fontMetrics().horizontalAdvance(text)) > room:
        yield text, f"wants {needed} of {room}"


def _of_header(header: QHeaderView) -> Iterator[tuple[str, str]]:
    if header.orientation() is not Qt.Orientation.Horizontal:
        return
    for column in range(header.count()):
        title = str(header.model().headerData(column, Qt.Orientation.Horizontal) or "")
        needed = header.fontMetrics().horizontalAdvance(title)
        if not header.isSectionHidden(column) and needed > header.sectionSize(column):
            yield title, f"the title wants {needed} of {header.sectionSize(column)}"


def _text(widget: QWidget) -> str:
    match widget:
        case QLabel():
            return widget.text().replace("\u200b", "")
        case QToolButton() if widget.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly:
            return widget.accessibleName()
        case QAbstractButton():
            return widget.text()
        case QAbstractSpinBox():
            return widget.text()
        case QComboBox():
            return widget.currentText()
        case QLineEdit():
            return widget.text() or widget.placeholderText()
        case _:
            shown = getattr(widget, "shown_text", None)
            return str(shown()) if shown is not None else ""


def _beyond(widget: QWidget) -> str:
    """The side at which a widget leaves what it stands in; scrolling down leads to the rest."""
    rect = QRect(QPoint(), widget.size())
    inner, outer = widget, widget.parentWidget()
    while outer is not None and not inner.isWindow():
        rect = rect.translated(inner.pos())
        scrolls = isinstance(outer.parentWidget(), QAbstractScrollArea)
        if rect.right() > outer.width() + _SPARE_PX or rect.left() < -_SPARE_PX:
            if _has_columns(widget):
                return ""
            if not (scrolls and _can_scroll_sideways(outer.parentWidget())):
                return f"side in {type(outer).__name__}"
            return ""
        if rect.bottom() > outer.height() + _SPARE_PX or rect.top() < -_SPARE_PX:
            return "" if scrolls else f"lower edge in {type(outer).__name__}"
        inner, outer = outer, outer.parentWidget()
    return ""


def _can_scroll_sideways(area: QWidget | None) -> bool:
    # A page that must be scrolled sideways to be read is cut; what one chose to widen is not.
    return isinstance(area, QAbstractScrollArea) and not isinstance(area, QScrollArea)


def _has_columns(widget: QWidget | None) -> bool:
    """Whether it is a part of columns that keep a readable width: more than fit are scrolled to."""
    while widget is not None:
        if type(widget).__name__ in _COLUMNS:
            return True
        widget = widget.parentWidget()
    return False


def _within_other(widget: QWidget) -> bool:
    return isinstance(widget.parentWidget(), QAbstractSpinBox | QComboBox)


def _place(widget: QWidget, page: QWidget) -> str:
    names: list[str] = []
    inner: QWidget | None = widget
    while inner is not None and inner is not page.parentWidget() and len(names) < 4:
        if not names or type(inner).__name__ != "QWidget":
            names.append(type(inner).__name__)
        inner = inner.parentWidget()
    return " in ".join(names)
