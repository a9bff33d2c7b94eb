"""Pictures that are dragged over a part of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QDropEvent

from app.ui.kit.file_drop import DropHint
from app.ui.pictures.door import has_pictures

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.ui.pictures.strip import PictureStrip


class PictureDrop(QObject):
    """Takes them, and shows meanwhile where they will land; other things pass.

    Args:
        over: Where they may be dropped; owns this.
        target: Where they will land.
        strip: Takes them.
    """

    def __init__(self, over: QWidget, target: QWidget, strip: PictureStrip) -> None:
        super().__init__(over)
        self._strip = strip
        self.hint = DropHint(target, self.tr("Drop to show this picture"))
        over.setAcceptDrops(True)
        over.installEventFilter(self)

    # Qt's own names from here on.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        match event.type():
            case QEvent.Type.DragEnter | QEvent.Type.DragMove if _brings(event):
                self.hint.cover()
            case QEvent.Type.DragLeave if self.hint.isVisible():
                self.hint.hide()
            case QEvent.Type.Drop if _brings(event):
                self.hint.hide()
                assert isinstance(event, QDropEvent)
                self._strip.take_from(event.mimeData())
            case _:
                return super().eventFilter(watched, event)
        event.accept()
        return True


def _brings(event: QEvent) -> bool:
    if not isinstance(event, QDropEvent) or not has_pictures(event.mimeData()):
        return False
    event.acceptProposedAction()
    return True
