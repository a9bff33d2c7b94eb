"""Which parts of a version got which number format, and why; what else was tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from app.core.shrink.mixtures import ChosenBy, relative_weights
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import label
from app.ui.kit.widgets.layouts import empty, in_column, in_grid
from app.ui.kit.words.format import byte_size, count, number, percent
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.shrink.mixtures import PartChosen, Tried

_DIGITS = 5


class ChosenTypes(QWidget):
    """Main thread. A row a kind of part, then a row a mixture that was measured."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.why = label("", "dim", wrap=True)
        self._parts = in_grid(across=GRID * 2, down=GRID // 4, grows=1)
        self._tried = in_grid(across=GRID * 2, down=GRID // 4, grows=0)
        in_column(self.why, self._parts, self._tried, on=self, spacing=GRID)

    def show_chosen(
        self, parts: Sequence[PartChosen], by: ChosenBy | None, tried: Sequence[Tried]
    ) -> None:
        """Show them."""
        for grid in (self._parts, self._tried):
            empty(grid)
        words = self.tr("Number formats: {how}.")
        self.why.setText(words.format(how=chosen_words(by)) if by is not None else "")
        head = (
            self.tr("Part"),
            self.tr("Number formats"),
            self.tr("Bits a weight"),
            self.tr("Size"),
            self.tr("An error counts"),
            self.tr("Of what is lost"),
        )
        rows = [
            (
                part.part,
                ", ".join(
                    self.tr("{n} of {type}").format(n=count(amount), type=kind)
                    for kind, amount in part.types.items()
                ),
                number(8 * part.n_bytes / max(1, part.elements), 2),
                str(byte_size(part.n_bytes)),
                "× " + number(weight, 0 if weight >= 10 else 1),
                str(percent(part.loss_share, 0)),
            )
            for part, weight in zip(parts, relative_weights(parts), strict=True)
        ]
        _fill(self._parts, [head, *rows], left=2)
        if len(tried) > 1:
            names = (self.tr("Measured"), self.tr("Size"), self.tr("Drift, nats"))
            measured = [
                (
                    chosen_words(each.chosen_by),
                    str(byte_size(each.file_bytes)),
                    number(each.mean_kld, _DIGITS),
                )
                for each in sorted(tried, key=lambda one: one.mean_kld)
            ]
            _fill(self._tried, [names, *measured], left=1)


def _fill(grid: QGridLayout, rows: Sequence[Sequence[str]], *, left: int) -> None:
    for place, row in enumerate(rows):
        for column, text in enumerate(row):
            shown = label(text, "dim" if not place else "", selectable=True)
            side = Qt.AlignmentFlag.AlignLeft if column < left else Qt.AlignmentFlag.AlignRight
            grid.addWidget(shown, place, column, side)


def chosen_words(by: ChosenBy) -> str:
    """What decided a mixture's types, as people read it."""
    return {
        ChosenBy.PROBED: translate("Shrink", "by what an error in each part does to this model"),
        ChosenBy.WEIGHED: translate("Shrink", "by what errors in such parts usually do"),
        ChosenBy.OWN: translate("Shrink", "llama.cpp's own mixture, filled up to the size"),
        ChosenBy.ENDS_MORE: translate("Shrink", "first and last matrix kept better than usual"),
        ChosenBy.ENDS_LESS: translate("Shrink", "first and last matrix kept less than usual"),
    }[by]
