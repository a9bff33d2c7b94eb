"""The buttons in the corners of code blocks: painted, since there may be thousands of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF

from app.ui.answers.style import code_run
from app.ui.kit.icons import Tone, icon

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter, QTextBlock

_MARGIN_PX = 4


class CodeCopies:
    """Knows where they were painted last, in the document's coordinates."""

    def __init__(self) -> None:
        self._squares: list[tuple[QTextBlock, QRectF]] = []
        self._done: QTextBlock | None = None

    def forget(self) -> None:
        """The document is laid out anew."""
        self._squares.clear()
        self._done = None

    def paint(
        self, painter: QPainter, painted: Iterable[tuple[QTextBlock, QRectF]], seen: QRect
    ) -> None:
        """Paint the buttons of code blocks, each given by its first line and its square.

        Args:
            painter: In the document's coordinates.
            painted: Those whose blocks were just painted.
            seen: Where; what is known of elsewhere stays.
        """
        others = [each for each in self._squares if not each[1].intersects(QRectF(seen))]
        self._squares = [*others, *painted]
        for block, square in painted:
            inner = square.adjusted(_MARGIN_PX, _MARGIN_PX, -_MARGIN_PX, -_MARGIN_PX)
            name = "check" if block == self._done else "copy"
            icon(name, Tone.DIM).paint(painter, inner.toRect())

    def text_at(self, place: QPoint, *, take: bool = False) -> str | None:
        """The code that the button under a place copies; None if there is none.

        Args:
            place: In the document's coordinates.
            take: It is copied now, and says so.
        """
        at = QPointF(place)
        found = (block for block, square in self._squares if square.contains(at))
        block = next((block for block in found if block.isValid()), None)
        if block is None:
            return None
        self._done = block if take else self._done
        return "\n".join(line.text() for line in code_run(block))
