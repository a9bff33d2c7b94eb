"""Which certificate file of the person's own is believed, another one, and none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.ui.kit.theme import GRID
from app.ui.kit.widgets import ElidedLabel, IconButton, label, push_button
from app.ui.kit.widgets.layouts import in_column, in_row

if TYPE_CHECKING:
    from app.ui.pages.models.ways_on import WaysOn


class CertificateRow(QWidget):
    """For who sits behind a proxy, a company's or a virus scanner's, that looks into connections.

    Signals:
        resized: It shows more or less than before.
    """

    resized = Signal()

    def __init__(self, ways: WaysOn, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ways = ways
        self.title = label(self.tr("Certificates"), "strong")
        self.hint = label(
            self.tr(
                "If your company, proxy or virus scanner looks into connections, its certificate"
                " file is needed besides those that the system knows."
            ),
            "small-dim",
            wrap=True,
        )
        self.file = ElidedLabel("", least_characters=10)
        self.remove = IconButton("close", self.tr("Believe this file no more"), size_px=14)
        self.remove.clicked.connect(lambda: ways.believe(None))
        self.button = push_button(self.tr("Choose a certificate file …"))
        self.button.clicked.connect(ways.choose_certificate)
        self.problem = label("", "failed", wrap=True)
        line = in_row((self.file, 1), self.remove)
        in_column(
            self.title, self.hint, line, self.problem, self.button, on=self, margins=(0, GRID, 0, 0)
        )
        ways.mended.connect(self.look)
        ways.refused.connect(self._say)
        self.look()

    def look(self) -> None:
        """Show the file in use."""
        chosen = self._ways.chosen
        name = "" if chosen is None else str(chosen)
        self.file.set_text(name, name)
        for each in (self.file, self.remove):
            each.setVisible(chosen is not None)
        self._say("")

    def _say(self, problem: str) -> None:
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.resized.emit()
