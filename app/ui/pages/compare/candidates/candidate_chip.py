"""One candidate in the top bar: its letter, level and memory, and what can be done with it."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QSizePolicy, QWidget

from app.ui.kit.icons import Tone
from app.ui.kit.plain import set_spoken, set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import ElidedLabel, IconButton, NumberLabel, StatusDot
from app.ui.pages.compare.words import (
    dot_state,
    estimated_help,
    full_name,
    level_words,
    memory_quantity,
    needed_help,
    state_words,
)

if TYPE_CHECKING:
    from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent

    from app.lab.compare.panes import Pane


MOST_LEVEL_PX = GRID * 16


class Density(IntEnum):
    """How much a chip shows, from all to the least; its menu has the rest."""

    FULL = 0
    NO_MEMORY = 1
    BARE = 2


class CandidateChip(QFrame):
    """Shows one pane's candidate; dragging it sideways reorders the panes.

    Signals:
        activated: Clicked: its pane is wanted.
        reference_requested: The others shall be held against it.
        remove_requested: Its pane shall go.
        menu_requested: Its menu is wanted at a global position.
        drag_moved, drag_ended: Being dragged; the pointer's global position.
    """

    activated = Signal(str)
    reference_requested = Signal(str)
    remove_requested = Signal(str)
    menu_requested = Signal(str, QPoint)
    drag_moved = Signal(str, QPoint)
    drag_ended = Signal(str, QPoint)

    def __init__(self, key: str, letter: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = key
        self.setProperty("role", "surface")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._pressed_at: QPoint | None = None
        self._dragging = False
        self._density = Density.FULL
        self.dot = StatusDot(letter)
        self.level = ElidedLabel(mode=Qt.TextElideMode.ElideRight, least_characters=5)
        self.level.setMaximumWidth(MOST_LEVEL_PX)
        self.memory = NumberLabel(self.tr("Memory"), small=True)
        self.star_button = IconButton("star", "", tone=Tone.DIM, size_px=14)
        self.star_button.clicked.connect(lambda: self.reference_requested.emit(self.key))
        self.menu_button = IconButton(
            "more", self.tr("More about model {letter}").format(letter=letter), tone=Tone.DIM
        )
        self.menu_button.clicked.connect(self._request_menu)
        self.close_button = IconButton(
            "close",
            self.tr("Remove model {letter}").format(letter=letter),
            tone=Tone.DIM,
            size_px=14,
            shortcut="Ctrl+W",
        )
        self.close_button.clicked.connect(lambda: self.remove_requested.emit(self.key))
        layout = self._row = QHBoxLayout(self)
        layout.setContentsMargins(GRID // 2, 2, 2, 2)
        layout.setSpacing(GRID // 2)
        layout.addWidget(self.dot)
        layout.addWidget(self.level, 1)
        layout.addWidget(self.memory)
        for button in (self.star_button, self.menu_button, self.close_button):
            layout.addWidget(button)

    def show_pane(self, pane: Pane, *, is_reference: bool) -> None:
        """Follow the pane's state and figures."""
        self.dot.set_letter(pane.letter)
        self.dot.set_state(dot_state(pane))
        level = level_words(pane)
        self.level.set_text(level, full_name(pane))
        measured = pane.needed_bytes is not None
        self.memory.set_quantity(memory_quantity(pane))
        set_tip(self.memory, needed_help() if measured else estimated_help())
        self._show_reference(is_reference, pane.letter)
        words = [level, state_words(pane), str(memory_quantity(pane))]
        if is_reference:
            words.append(self.tr("reference"))
        set_spoken(
            self,
            self.tr("Model {letter}: {words}").format(letter=pane.letter, words=", ".join(words)),
        )

    def set_density(self, density: Density) -> None:
        """Show more or less."""
        if density is self._density:
            return
        self._density = density
        self.memory.setVisible(density is Density.FULL)
        for button in (self.star_button, self.menu_button, self.close_button):
            button.setVisible(density < Density.BARE)

    def width_at(self, density: Density) -> int:
        """The width that it would like with this much to show."""
        margins = self._row.contentsMargins()
        shown: list[QWidget] = [self.dot, self.level]
        if density is Density.FULL:
            shown.append(self.memory)
        if density < Density.BARE:
            shown += [self.star_button, self.menu_button, self.close_button]
        spacing = self._row.spacing() * (len(shown) - 1)
        around = margins.left() + margins.right() + 2 * self.frameWidth()
        widths = (min(widget.sizeHint().width(), widget.maximumWidth()) for widget in shown)
        return sum(widths) + spacing + around

    def _show_reference(self, is_reference: bool, letter: str) -> None:
        if is_reference:
            self.star_button.set_icon_name("star-filled", Tone.ACCENT)
            self.star_button.set_name(self.tr("The others are held against this one"))
        else:
            self.star_button.set_icon_name("star", Tone.DIM)
            name = self.tr("Hold the others against {letter}").format(letter=letter)
            self.star_button.set_name(name)

    def _request_menu(self) -> None:
        self.menu_requested.emit(self.key, self.mapToGlobal(self.rect().bottomLeft()))

    # Qt's own names from here on.

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_requested.emit(self.key, event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space:
                self.activated.emit(self.key)
            case Qt.Key.Key_Menu:
                self._request_menu()
            case Qt.Key.Key_Delete:
                self.remove_requested.emit(self.key)
            case _:
                super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed_at = event.globalPosition().toPoint()
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is None:
            return
        here = event.globalPosition().toPoint()
        far = (here - self._pressed_at).manhattanLength() >= QApplication.startDragDistance()
        if far and not self._dragging:
            self._dragging = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        if self._dragging:
            self.drag_moved.emit(self.key, here)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is None or event.button() is not Qt.MouseButton.LeftButton:
            return
        self._pressed_at = None
        self.unsetCursor()
        if self._dragging:
            self._dragging = False
            self.drag_ended.emit(self.key, event.globalPosition().toPoint())
        else:
            self.activated.emit(self.key)
