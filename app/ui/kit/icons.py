"""The project's line icons, painted in the colours of the theme that shows at that moment.

An icon made once stays right when the theme changes: the colour is looked up when it is painted.
"""

from __future__ import annotations

from enum import Enum
from functools import cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.resources import resource_path
from app.ui.kit.tokens import Tokens, current_tokens

APP_ICON_SIZES = (16, 24, 32, 48, 64, 128, 256)


class Tone(Enum):
    """Which token colours an icon."""

    TEXT = "text"
    DIM = "dim"
    ACCENT = "accent"
    ON_ACCENT = "accent_text"
    READY = "ready"
    WORKING = "working"
    FAILED = "failed"


@cache
def icon(name: str, tone: Tone = Tone.TEXT) -> QIcon:
    """The icon ``resources/icons/<name>.svg``; main thread.

    Raises:
        FileNotFoundError: There is no icon of this name.
    """
    return QIcon(_LineIcon(name, _source(name), tone))


def pixmap(name: str, size_px: int, tone: Tone = Tone.TEXT, ratio: float = 1.0) -> QPixmap:
    """An icon as a picture in the colours of now, for labels and painting code."""
    return _render(name, _colour(tone, current_tokens()), size_px, size_px, ratio)


def app_icon() -> QIcon:
    """The program's own icon, rendered at the sizes that title bars and task bars ask for."""
    result = QIcon()
    for size_px in APP_ICON_SIZES:
        result.addPixmap(app_pixmap(size_px))
    return result


def app_pixmap(size_px: int, ratio: float = 1.0) -> QPixmap:
    """The program's own icon at one size; small ones have a drawing of their own."""
    name = "app-small.svg" if size_px * ratio < 32 else "app.svg"
    renderer = QSvgRenderer(str(resource_path("icons", name)))
    return _paint(renderer, size_px, size_px, ratio)


class _LineIcon(QIconEngine):
    """Paints one SVG, recoloured for the theme and the widget's mode."""

    def __init__(self, name: str, source: bytes, tone: Tone) -> None:
        super().__init__()
        self._name = name
        self._source = source
        self._tone = tone

    # Qt's own names from here on.

    def clone(self) -> QIconEngine:
        return _LineIcon(self._name, self._source, self._tone)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(rect, self._pixmap(rect.size(), mode, ratio))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self._pixmap(size, mode, 1.0)

    def scaledPixmap(
        self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float
    ) -> QPixmap:
        # The size does not depend on the device; the picture has ``scale`` times as many pixels.
        return self._pixmap(size, mode, scale)

    def actualSize(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QSize:
        side = min(size.width(), size.height())
        return QSize(side, side)

    def _pixmap(self, size: QSize, mode: QIcon.Mode, ratio: float) -> QPixmap:
        tokens = current_tokens()
        colour = tokens.edge if mode is QIcon.Mode.Disabled else _colour(self._tone, tokens)
        return _render(self._name, colour, size.width(), size.height(), ratio)


def _colour(tone: Tone, tokens: Tokens) -> str:
    return str(getattr(tokens, tone.value))


@cache
def _source(name: str) -> bytes:
    return resource_path("icons", f"{name}.svg").read_bytes()


@cache
def _render(name: str, colour: str, width: int, height: int, ratio: float) -> QPixmap:
    svg = _source(name).replace(b"currentColor", colour.encode())
    return _paint(QSvgRenderer(QByteArray(svg)), width, height, ratio)


def _paint(renderer: QSvgRenderer, width: int, height: int, ratio: float) -> QPixmap:
    result = QPixmap(QSize(round(width * ratio), round(height * ratio)))
    if result.isNull():  # a button that is not laid out yet leaves less than nothing for its icon
        return result
    result.setDevicePixelRatio(ratio)
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    side = min(width, height)
    corner = QPoint((width - side) // 2, (height - side) // 2)
    renderer.render(painter, QRectF(corner.x(), corner.y(), side, side))
    painter.end()
    return result
