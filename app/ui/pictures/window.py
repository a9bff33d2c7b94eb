"""A picture in a window of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QDialog, QSizePolicy, QWidget

from app.ui.kit.plain import set_spoken, set_title
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import label, push_button
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.pictures.words import measures_words, picture_name

if TYPE_CHECKING:
    from app.core.chats.pictures import Picture
    from app.ui.pictures.door import PictureDoor

_MOST_OF_SCREEN = 0.8


class PictureWindow(QDialog):
    """Shows a picture as large as there is room, never larger than it is."""

    def __init__(self, picture: Picture, door: PictureDoor, parent: QWidget) -> None:
        super().__init__(parent.window())
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        set_title(self, picture_name(picture))
        self.view = _View(QSize(picture.width, picture.height))
        set_spoken(self.view, picture_name(picture))
        self.facts = label(measures_words(picture), "dim")
        self.copy_button = push_button(self.tr("Copy"), icon_name="copy", run=self._copy)
        self.copy_button.setEnabled(False)
        close = push_button(self.tr("Close"), run=self.close)
        in_column(
            (self.view, 1),
            in_row(self.facts, 1, self.copy_button, close, spacing=None),
            on=self,
            margins=None,
            spacing=None,
        )
        most = self.screen().availableSize() * _MOST_OF_SCREEN
        around = self.sizeHint() - self.view.sizeHint()
        room = QSize(picture.width, picture.height).boundedTo(most - around)
        self.resize((around + room).expandedTo(QSize(GRID * 48, GRID * 32)))
        self._job = door.large(picture, self._show)
        self.destroyed.connect(self._job.cancel)

    def _show(self, image: QImage) -> None:
        self.view.image = QPixmap.fromImage(image)
        self.view.update()
        self.copy_button.setEnabled(not image.isNull())
        if image.isNull():
            self.facts.setText(self.tr("The file of this picture is not there any more."))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setPixmap(self.view.image)


class _View(QWidget):
    """The picture in the middle of its room."""

    def __init__(self, size: QSize) -> None:
        super().__init__()
        self._size = size
        self.image = QPixmap()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    # Qt's own names from here on.

    def sizeHint(self) -> QSize:
        return QSize(GRID * 8, GRID * 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        room = self._size.scaled(
            self._size.boundedTo(self.size()), Qt.AspectRatioMode.KeepAspectRatio
        )
        place = self.rect()
        place.setSize(room)
        place.moveCenter(self.rect().center())
        painter.drawPixmap(place, self.image)
