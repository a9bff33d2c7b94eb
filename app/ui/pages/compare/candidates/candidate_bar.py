"""The chips of all candidates in their order, and the button that adds one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.core.candidates.candidate import MAX_CANDIDATES
from app.ui.kit.plain import set_tip
from app.ui.kit.theme import GRID, current_tokens
from app.ui.kit.widgets import push_button
from app.ui.pages.compare.candidates.candidate_chip import CandidateChip, Density

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent, QResizeEvent

    from app.lab.compare.panes import Pane

LEAST_CHIP_PX = 64
CHIP_HEIGHT_PX = GRID * 4 + GRID // 2


class CandidateBar(QWidget):
    """Lays the chips out itself, because they show less when room is short.

    Signals:
        add_requested: A model file shall be opened.
        activated, reference_requested, remove_requested, menu_requested: As a chip's.
        move_requested: A candidate (its key) shall stand at an index.
    """

    add_requested = Signal()
    activated = Signal(str)
    reference_requested = Signal(str)
    remove_requested = Signal(str)
    menu_requested = Signal(str, QPoint)
    move_requested = Signal(str, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._chips: dict[str, CandidateChip] = {}
        self._order: list[str] = []
        self._marker = _DropMarker(self)
        self.add_button = push_button(self.tr("Add"), "quiet", icon_name="add")
        self.add_button.setParent(self)
        self.add_button.clicked.connect(self.add_requested)

    def set_panes(self, panes: Sequence[Pane], reference_key: str | None) -> None:
        """Show a chip for each pane, in this order."""
        wanted = [pane.key for pane in panes]
        for key in set(self._chips) - set(wanted):
            chip = self._chips.pop(key)
            chip.hide()
            chip.deleteLater()
        for pane in panes:
            key = pane.key
            if key not in self._chips:
                self._chips[key] = self._make_chip(key, pane.letter)
            self._chips[key].show_pane(pane, is_reference=key == reference_key)
        self._order = wanted
        self._refresh_add()
        self._arrange()
        self._set_tab_order()

    def update_pane(self, pane: Pane, reference_key: str | None) -> None:
        """Follow one pane."""
        chip = self._chips.get(pane.key)
        if chip is not None:
            before = chip.width_at(Density.FULL)
            chip.show_pane(pane, is_reference=pane.key == reference_key)
            if chip.width_at(Density.FULL) != before:
                self._arrange()

    def chips(self) -> list[CandidateChip]:
        """The chips in their order."""
        return [self._chips[key] for key in self._order]

    def _make_chip(self, key: str, letter: str) -> CandidateChip:
        chip = CandidateChip(key, letter, self)
        chip.activated.connect(self.activated)
        chip.reference_requested.connect(self.reference_requested)
        chip.remove_requested.connect(self.remove_requested)
        chip.menu_requested.connect(self.menu_requested)
        chip.drag_moved.connect(self._on_drag_moved)
        chip.drag_ended.connect(self._on_drag_ended)
        chip.show()
        return chip

    def _refresh_add(self) -> None:
        room = len(self._order) < MAX_CANDIDATES
        self.add_button.setEnabled(room)
        set_tip(
            self.add_button,
            self.tr("Open other versions and models beside these (Ctrl+T), or drop a file here")
            if room
            else self.tr("Six models are the most; remove one to add another"),
        )

    def _set_tab_order(self) -> None:
        before: QWidget | None = None
        for chip in self.chips():
            for widget in (chip, chip.star_button, chip.menu_button, chip.close_button):
                if before is not None:
                    QWidget.setTabOrder(before, widget)
                before = widget
        if before is not None:
            QWidget.setTabOrder(before, self.add_button)

    # --- dragging -----------------------------------------------------------------------

    def _index_at(self, key: str, position: QPoint) -> int:
        """Where a chip dropped at a global position would stand among the others."""
        x = self.mapFromGlobal(position).x()
        others = [chip for chip in self.chips() if chip.key != key]
        return sum(chip.geometry().center().x() < x for chip in others)

    def _on_drag_moved(self, key: str, position: QPoint) -> None:
        index = self._index_at(key, position)
        others = [chip for chip in self.chips() if chip.key != key]
        if index < len(others):
            x = others[index].geometry().left() - GRID // 2
        else:
            x = others[-1].geometry().right() + GRID // 2 if others else 0
        self._marker.setGeometry(QRect(max(0, x - 1), 0, 3, self.height()))
        self._marker.show()
        self._marker.raise_()

    def _on_drag_ended(self, key: str, position: QPoint) -> None:
        self._marker.hide()
        index = self._index_at(key, position)
        if index != self._order.index(key):
            self.move_requested.emit(key, index)

    # --- layout -------------------------------------------------------------------------

    def _arrange(self) -> None:
        chips = self.chips()
        spacing = GRID // 2
        add_width = self.add_button.sizeHint().width()
        room = self.width() - add_width - spacing * len(chips)
        density = Density.BARE
        for candidate in Density:
            if sum(chip.width_at(candidate) for chip in chips) <= room:
                density = candidate
                break
        widths = [chip.width_at(density) for chip in chips]
        if chips and sum(widths) > room:
            share = max(LEAST_CHIP_PX, room // len(chips))
            widths = [min(width, share) for width in widths]
        x = 0
        height = CHIP_HEIGHT_PX
        for chip, width in zip(chips, widths, strict=True):
            chip.set_density(density)
            chip.setGeometry(x, 0, width, height)
            x += width + spacing
        add_height = min(height, self.add_button.sizeHint().height())
        self.add_button.setGeometry(x, (height - add_height) // 2, add_width, add_height)

    # Qt's own names from here on.

    def sizeHint(self) -> QSize:
        width = sum(chip.width_at(Density.FULL) + GRID // 2 for chip in self.chips())
        return QSize(width + self.add_button.sizeHint().width(), CHIP_HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        least = len(self._order) * (LEAST_CHIP_PX + GRID // 2)
        return QSize(least + self.add_button.sizeHint().width(), CHIP_HEIGHT_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()


class _DropMarker(QWidget):
    """The line where a dragged chip would land."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(current_tokens().accent))
