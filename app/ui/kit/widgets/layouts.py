"""Rows and columns of widgets, said in one go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLayout,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from app.ui.kit.theme import GRID

if TYPE_CHECKING:
    Part: TypeAlias = (
        QWidget
        | QLayout
        | int
        | "Gap"
        | tuple[QWidget | QLayout, int]
        | tuple[QWidget, int, Qt.AlignmentFlag]
    )
    Margins: TypeAlias = int | tuple[int, int, int, int] | None

_Box = TypeVar("_Box", bound=QBoxLayout)


class Gap(NamedTuple):
    """Room that does not grow."""

    px: int


def in_row(
    *parts: Part, on: QWidget | None = None, margins: Margins = 0, spacing: int | None = GRID
) -> QHBoxLayout:
    """Parts from left to right.

    Args:
        parts: Widgets and layouts, with how much of the room to spare each takes, and its side;
            a number is room that grows by itself.
        on: The widget that it fills; None where it goes into another layout.
        margins: Of all sides, or left, top, right, bottom; None leaves the style's.
        spacing: Between parts; None leaves the style's, or that of the layout around it.
    """
    return _filled(QHBoxLayout(on) if on is not None else QHBoxLayout(), parts, margins, spacing)


def in_column(
    *parts: Part, on: QWidget | None = None, margins: Margins = 0, spacing: int | None = GRID
) -> QVBoxLayout:
    """Parts from top to bottom, else as :func:`in_row`."""
    return _filled(QVBoxLayout(on) if on is not None else QVBoxLayout(), parts, margins, spacing)


def in_grid(
    on: QWidget | None = None, *, across: int, down: int, grows: int | None = None
) -> QGridLayout:
    """A grid without margins, still empty.

    Args:
        on: The widget that it fills; None where it goes into another layout.
        across: Room between columns, in pixels.
        down: Room between rows, in pixels.
        grows: The column that takes the room to spare.
    """
    grid = QGridLayout(on) if on is not None else QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(across)
    grid.setVerticalSpacing(down)
    if grows is not None:
        grid.setColumnStretch(grows, 1)
    return grid


def split(
    *widgets: QWidget, grows: int, sizes: Sequence[int] = (), vertical: bool = False
) -> QSplitter:
    """Widgets with an edge between them that the person moves; none can be folded away so.

    Args:
        widgets: From left to right, or from top to bottom.
        grows: Which of them takes the room to spare, counted from 0.
        sizes: At first, in pixels.
        vertical: From top to bottom.
    """
    way = Qt.Orientation.Vertical if vertical else Qt.Orientation.Horizontal
    splitter = QSplitter(way)
    splitter.setChildrenCollapsible(False)
    for widget in widgets:
        splitter.addWidget(widget)
    splitter.setStretchFactor(grows, 1)
    if sizes:
        splitter.setSizes(list(sizes))
    return splitter


def empty(layout: QLayout) -> None:
    """Take everything out and let it go."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()


def scroll_down(area: QScrollArea, *, steady: bool = False) -> None:
    """Let an area be as wide as its room, without a frame, and scroll downwards alone.

    Args:
        area: Has its content, or gets it afterwards.
        steady: Its bar keeps its room where nothing is to be scrolled, unseen: else what comes and
            goes would be wrapped anew each time.
    """
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    if steady:
        bar = area.verticalScrollBar()
        area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        bar.rangeChanged.connect(lambda least, most: bar.setEnabled(most > least))
        bar.setEnabled(False)


def scrolled(content: QWidget) -> QScrollArea:
    """A part of a page in an area that scrolls down where it needs more height than there is.

    The area is no stop of the keyboard: what is in it has its own.
    """
    area = scrolling()
    content.setProperty("role", "plain")
    area.setWidget(content)
    return area


def scrolling() -> QScrollArea:
    """Such an area, still empty."""
    area = QScrollArea()
    scroll_down(area)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area


def _filled(box: _Box, parts: tuple[Part, ...], margins: Margins, spacing: int | None) -> _Box:
    if margins is not None:
        box.setContentsMargins(*((margins,) * 4 if isinstance(margins, int) else margins))
    if spacing is not None:
        box.setSpacing(spacing)
    for part in parts:
        if isinstance(part, Gap):
            box.addSpacing(part.px)
        elif isinstance(part, int):
            box.addStretch(part)
        else:
            first, *how = part if isinstance(part, tuple) else (part,)
            add: Any = box.addWidget if isinstance(first, QWidget) else box.addLayout
            add(first, *how)
    return box
