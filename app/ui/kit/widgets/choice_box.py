"""A box to choose from whose words may be longer than it is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPaintEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter

from app.ui.kit.plain import set_tip, show_tip
from app.ui.kit.theme import GRID

_BESIDE_WORDS_PX = 8


class ChoiceBox(QComboBox):
    """Shortens what it shows where room lacks; its tool tip and its list have the whole words.

    Args:
        name: What is chosen, for screen readers and the tool tip.
        least_characters: How much of them stays readable in the narrowest place; None for all,
            unless it is held narrower.
    """

    def __init__(self, name: str = "", *, least_characters: int | None = None) -> None:
        super().__init__()
        self.setAccessibleName(name)
        set_tip(self, name)
        self._least_characters = least_characters

    def shown_choice(self) -> str:
        """The words as they are shown at the present width."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        room = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox,
            option,
            QStyle.SubControl.SC_ComboBoxEditField,
            self,
        )
        icon_px = 0 if option.currentIcon.isNull() else option.iconSize.width() + _BESIDE_WORDS_PX
        return self.fontMetrics().elidedText(
            self.currentText(), Qt.TextElideMode.ElideRight, room.width() - icon_px
        )

    # Qt's own names from here on.

    def minimumSizeHint(self) -> QSize:
        size = super().minimumSizeHint()
        if self._least_characters is None:
            return size
        frame_px = GRID * 5
        words_px = self.fontMetrics().averageCharWidth() * self._least_characters
        return QSize(min(size.width(), words_px + frame_px), size.height())

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            whole = self.currentText()
            if self.shown_choice() != whole:
                show_tip(event.globalPos(), "\n".join(filter(None, (whole, self.toolTip()))), self)
                return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.currentIndex() < 0:
            super().paintEvent(event)
            return
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = self.shown_choice()
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def showPopup(self) -> None:
        words_px = self.view().sizeHintForColumn(0) + 2 * _BESIDE_WORDS_PX
        self.view().setMinimumWidth(max(self.width(), words_px))
        super().showPopup()
        self._give_room()

    def _give_room(self) -> None:
        """Let the list end below its last choice, which an arrow for scrolling would hide."""
        view, frame = self.view(), self.view().window()
        rows_px = sum(view.sizeHintForRow(row) for row in range(self.count()))
        missing_px = rows_px - view.viewport().height()
        screen = self.screen().availableGeometry()
        arrow_px = self.style().pixelMetric(QStyle.PixelMetric.PM_MenuScrollerHeight)
        if not 0 < missing_px <= screen.height() - frame.height() - arrow_px:
            return
        # The arrow goes where nothing is hidden; then what it took is too much.
        frame.resize(frame.width(), frame.height() + missing_px + arrow_px)
        view.doItemsLayout()
        height = frame.height() + rows_px - view.viewport().height()
        frame.resize(frame.width(), height)
        frame.move(frame.x(), min(frame.y(), screen.bottom() - height))
