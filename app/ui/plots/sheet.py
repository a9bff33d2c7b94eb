"""What can be kept or sent: a painting as a picture and as a drawing."""

from __future__ import annotations

from abc import ABC, abstractmethod

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, QRectF, QSize
from PySide6.QtGui import QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgGenerator

_PICTURE_SCALE = 2.0


class Sheet(ABC):
    """Something to paint; how it becomes a file is the same for all.

    Attributes:
        dots_per_inch: At which one unit of the drawing is one pixel of the screen.
    """

    dots_per_inch: int = 96

    @property
    @abstractmethod
    def size(self) -> QSize:
        """Width and height in pixels of the screen."""

    @abstractmethod
    def paint(self, painter: QPainter, pixel_ratio: float) -> None:
        """Paint all of it.

        Args:
            painter: Where; its units are pixels of the screen.
            pixel_ratio: Real pixels of the painter's device in one of its units.
        """

    def image(self) -> QImage:
        """A picture, at twice the size on the screen."""
        image = QImage(self.size * _PICTURE_SCALE, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(_PICTURE_SCALE)
        painter = QPainter(image)
        self.paint(painter, _PICTURE_SCALE)
        painter.end()
        return image

    def png(self) -> bytes:
        """A PNG file.

        Raises:
            OSError: It cannot be made.
        """
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        writer = QImageWriter(buffer, QByteArray(b"PNG"))
        if not writer.write(self.image()):
            raise OSError(writer.errorString())
        return bytes(buffer.data().data())

    def svg(self, title: str) -> bytes:
        """An SVG file."""
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        generator = QSvgGenerator()
        generator.setOutputDevice(buffer)
        generator.setTitle(title)
        generator.setSize(self.size)
        generator.setViewBox(QRectF(QPointF(0.0, 0.0), self.size.toSizeF()))
        # One unit of the drawing is one pixel of the screen, for the text too.
        generator.setResolution(self.dots_per_inch)
        painter = QPainter(generator)
        self.paint(painter, 1.0)
        painter.end()
        return bytes(buffer.data().data())
