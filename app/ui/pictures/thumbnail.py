"""A picture, small: a click shows it large."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.ui.kit.icons import Tone, icon
from app.ui.kit.plain import set_spoken, set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.tokens import current_tokens
from app.ui.kit.widgets.flow import FlowLayout
from app.ui.pictures.window import PictureWindow
from app.ui.pictures.words import picture_words

if TYPE_CHECKING:
    from app.core.chats.pictures import Picture
    from app.ui.pictures.door import PictureDoor

ROW_PX = 12 * GRID
"""How high pictures stand above a message."""
_ROUND_PX = 4.0
_MOST_WIDE = 2.5
"""Wider pictures are shown in part: this many times as wide as high."""
_LEAST_WIDE = 0.5


class PictureRow(QWidget):
    """Pictures beside each other; hidden where there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown: list[Thumbnail] = []
        self._flow = FlowLayout(self, spacing_px=GRID // 2)
        self.hide()

    def show_pictures(self, pictures: Sequence[Picture], door: PictureDoor | None) -> None:
        """Show these in the place of others."""
        self._flow.clear()
        self.shown = [Thumbnail(each, door, ROW_PX, self) for each in pictures if door is not None]
        for each in self.shown:
            self._flow.addWidget(each)
            each.show()
        self.setVisible(bool(self.shown))


class Thumbnail(QAbstractButton):
    """Its pixels come when it is painted first, so that who is out of sight costs nothing.

    Args:
        picture: What it shows.
        door: Where pictures come from.
        height_px: Of the picture.
        parent: Its owner.
    """

    def __init__(
        self, picture: Picture, door: PictureDoor, height_px: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.picture = picture
        self._door = door
        shape = picture.width / max(1, picture.height)
        width_px = round(height_px * min(_MOST_WIDE, max(_LEAST_WIDE, shape)))
        self.setFixedSize(width_px, height_px)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self._open)
        door.came.connect(self._on_came)
        self._name()

    def _name(self) -> None:
        words = picture_words(self.picture)
        said = self.tr("Picture: {words}").format(words=words)
        tip = self.tr("{words}\nClick to see it large.").format(words=words)
        if self._door.is_gone(self.picture):
            tip = self.tr("{words}\nIts file is not there any more.").format(words=words)
        set_spoken(self, said)
        set_tip(self, tip)

    def _on_came(self, digest: str) -> None:
        if digest == self.picture.digest:
            self._name()
            self.update()

    def _open(self) -> None:
        PictureWindow(self.picture, self._door, self).show()

    # Qt's own names from here on.

    def sizeHint(self) -> QSize:
        return self.size()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, ratio = current_tokens(), self.devicePixelRatioF()
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        within = QPainterPath()
        within.addRoundedRect(box, _ROUND_PX, _ROUND_PX)
        painter.fillPath(within, QColor(tokens.hover))
        found = self._door.small(self.picture, round(self.height() * ratio))
        if found is not None:
            shown = QRectF(0, 0, found.width() / ratio, found.height() / ratio)
            shown.moveCenter(QRectF(self.rect()).center())
            painter.setClipPath(within)
            painter.drawPixmap(shown, found, QRectF(found.rect()))
            painter.setClipping(False)
        else:
            gone = self._door.is_gone(self.picture)
            sign = icon("warning" if gone else "picture", Tone.DIM)
            side = min(20, self.height() // 2)
            place = self.rect()
            place.setSize(QSize(side, side))
            place.moveCenter(self.rect().center())
            sign.paint(painter, place)
        focused = self.hasFocus()
        painter.setPen(QPen(QColor(tokens.accent if focused else tokens.line), 2 if focused else 1))
        painter.drawPath(within)
