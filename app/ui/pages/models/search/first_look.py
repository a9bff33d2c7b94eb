"""What the search shows before anything was searched: what runs well here, and where to begin."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.core.memory.fit import Verdict
from app.core.memory.sizes import about_needed_bytes
from app.ui.kit.icons import pixmap
from app.ui.kit.plain import plain_data
from app.ui.kit.theme import GRID, small_font
from app.ui.kit.views.tables import paint_ground
from app.ui.kit.widgets import label, push_button
from app.ui.kit.widgets.layouts import in_column
from app.ui.kit.words.format import byte_tick, parameters
from app.ui.kit.words.offered import offer_word
from app.ui.kit.words.sentences import told
from app.ui.pages.models.words import DOT, VERDICT_MARKS, VERDICTS, pc_sentences, use_word

if TYPE_CHECKING:
    from app.lab.hub.picks import Pick, Picks
    from app.lab.predict.this_pc import ThisPc

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_ICON_PX = 14
_LINES = 3
_ROUNDED_FROM_BYTES = 2_500_000_000


class PickRole(IntEnum):
    """Data of a row beside its name."""

    PICK = Qt.ItemDataRole.UserRole + 1
    VERDICT = Qt.ItemDataRole.UserRole + 2
    WHY = Qt.ItemDataRole.UserRole + 3
    FACTS = Qt.ItemDataRole.UserRole + 4


class PicksModel(QAbstractListModel):
    """The shipped list, as it looks from this PC."""

    def __init__(self, picks: Picks, pc: ThisPc, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._picks = picks.picks
        self._pc = pc

    def set_pc(self, pc: ThisPc) -> None:
        """More is known of this PC."""
        self._pc = pc
        self.dataChanged.emit(self.index(0), self.index(len(self._picks) - 1))

    # Qt's own names from here on.

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._picks)

    @plain_data(PickRole.WHY, PickRole.FACTS)
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._picks):
            return None
        pick = self._picks[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return DOT.join((pick.name, use_word(pick.use)))
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleTextRole:
                name = str(self.data(index))
                return "\n".join((name, pick.why, self._facts(pick), pick.repo_id))
            case PickRole.PICK:
                return pick
            case PickRole.VERDICT:
                return self._pc.verdict(pick.parameters)
            case PickRole.WHY:
                return pick.why
            case PickRole.FACTS:
                return self._facts(pick)
            case _:
                return None

    def _facts(self, pick: Pick) -> str:
        needed = about_needed_bytes(pick.parameters)
        rounded = round(needed, -9 if needed > _ROUNDED_FROM_BYTES else -8)
        about = self.tr("about {size}").format(size=byte_tick(rounded))
        verdict = told(VERDICTS[self._pc.verdict(pick.parameters)])
        return DOT.join((verdict, about, str(parameters(pick.parameters)), pick.licence))


class FirstLook(QWidget):
    """Asks the Hub nothing.

    Signals:
        repository_chosen: The person wants to see a repository (its name).
        trending_wanted: The person wants to see what is trending.
    """

    repository_chosen = Signal(str)
    trending_wanted = Signal()

    def __init__(self, picks: Picks, pc: ThisPc) -> None:
        super().__init__()
        self.model = PicksModel(picks, pc, self)
        self.pc = label("", "strong", wrap=True)
        self.sizes = label("", "dim", wrap=True)
        self.view = QListView()
        self.view.setAccessibleName(self.tr("Models to begin with"))
        self.view.setModel(self.model)
        self.view.setItemDelegate(_PickRow(self.view))
        self.view.setUniformItemSizes(True)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.clicked.connect(self._on_chosen)
        self.view.activated.connect(self._on_chosen)
        self.trending = push_button(self.tr("Show what is trending"), run=self.trending_wanted.emit)
        said = self.tr(
            "Sizes are at 4 bits. Nothing is sent to the Hub before you choose or search."
        )
        in_column(
            self.pc,
            self.sizes,
            (self.view, 1),
            label(said, "small-dim", wrap=True),
            (self.trending, 0, Qt.AlignmentFlag.AlignLeft),
            on=self,
        )
        offer_word(self.sizes, "parameters")
        self.set_pc(pc)

    def set_pc(self, pc: ThisPc) -> None:
        """Say what this PC takes."""
        first, second = pc_sentences(pc)
        self.pc.setText(first)
        self.sizes.setText(second)
        self.model.set_pc(pc)

    def _on_chosen(self, index: QModelIndex) -> None:
        pick: Pick = index.data(PickRole.PICK)
        self.repository_chosen.emit(pick.repo_id)


class _PickRow(QStyledItemDelegate):
    """Whether it fits and what it is called; why; what it takes, dimmed."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        name, ink, faint = paint_ground(painter, option)
        verdict = Verdict(index.data(PickRole.VERDICT))
        line = option.fontMetrics.height() + 1
        box = option.rect.adjusted(GRID, GRID // 2, -GRID, 0)
        painter.save()
        icon_name, tone = VERDICT_MARKS[verdict]
        ratio = painter.device().devicePixelRatioF()
        top = box.top() + (line - _ICON_PX) // 2
        painter.drawPixmap(box.left(), top, pixmap(icon_name, _ICON_PX, tone, ratio))
        box.setLeft(box.left() + _ICON_PX + GRID)
        small = small_font(option.font)
        texts = (
            (option.font, ink, name),
            (small, ink, str(index.data(PickRole.WHY))),
            (small, faint, str(index.data(PickRole.FACTS))),
        )
        for place, (font, colour, text) in enumerate(texts):
            painter.setFont(font)
            painter.setPen(colour)
            room = QRect(box.left(), box.top() + place * line, box.width(), line)
            right = Qt.TextElideMode.ElideRight
            shown = QFontMetrics(font).elidedText(text, right, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(160, (option.fontMetrics.height() + 1) * _LINES + GRID)
