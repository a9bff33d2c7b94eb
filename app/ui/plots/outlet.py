"""Saving and copying what the plots show."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QStandardPaths, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from app.ui.plots import export

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtWidgets import QWidget

    from app.ui.plots.chart import Chart
    from app.ui.plots.history import History
    from app.ui.plots.kinds import PlotCandidate, PlotTheme
    from app.ui.plots.words import Readout

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class View:
    """What the plots show at one moment."""

    history: History
    now_ns: int
    span_s: int
    candidates: Sequence[PlotCandidate]
    theme: PlotTheme
    readout: Readout


class Outlet(QObject):
    """Writes the plots to files and to the clipboard.

    Signals:
        noticed: A sentence for the person: what was saved or copied, or why not.
    """

    noticed = Signal(str)

    def __init__(self, charts: Sequence[Chart], view: Callable[[], View], parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self._charts = charts
        self._view = view

    def save(self, path: Path) -> None:
        """Write what is shown to a .png, .svg or .csv file.

        Raises:
            ValueError: The name ends otherwise.
            OSError: The file cannot be written.
        """
        kind = path.suffix.lower()
        if kind == ".csv":
            # The mark at the start tells spreadsheets that the text is UTF-8.
            data = self.table().encode("utf-8-sig")
        elif kind == ".png":
            data = self._figure().png()
        elif kind == ".svg":
            data = self._figure().svg("Shrinkscope")
        else:
            raise ValueError(f"the plots cannot be saved as {kind or 'a file without an ending'}")
        export.write(path, data)

    def table(self) -> str:
        """What is shown, and what other plots would show, as comma-separated values."""
        view = self._view()
        return export.table(view.history, view.candidates, view.now_ns, view.span_s)

    def copy_values(self) -> None:
        """Put the values at the crosshair, or the newest ones, on the clipboard as a table."""
        QGuiApplication.clipboard().setText(self._view().readout.as_table())
        self.noticed.emit(self.tr("The values are on the clipboard."))

    def copy_picture(self) -> None:
        """Put a picture of the plots on the clipboard."""
        QGuiApplication.clipboard().setImage(self._figure().image())
        self.noticed.emit(self.tr("The picture of the plots is on the clipboard."))

    def ask_and_save(self, kind: str) -> None:
        """Ask for a place and save there as "png", "svg" or "csv"."""
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        name, _ = QFileDialog.getSaveFileName(
            self._window,
            self.tr("Save the plots"),
            str(Path(folder, f"shrinkscope-plots.{kind}")),
            f"{kind.upper()} (*.{kind})",
        )
        if not name:
            return
        path = Path(name)
        if path.suffix.lower() != f".{kind}":
            path = path.with_name(f"{path.name}.{kind}")
        try:
            self.save(path)
        except OSError as error:
            _log.warning("the plots could not be saved at %s: %s", path, error)
            self.noticed.emit(self.tr("The plots could not be saved: {0}.").format(error))
        else:
            self.noticed.emit(self.tr("The plots are saved at {0}.").format(path))

    def _figure(self) -> export.Figure:
        view = self._view()
        for chart in self._charts:
            chart.repaint_from(view.history, view.candidates, view.now_ns)
        return export.Figure(self._charts, view.candidates, view.theme)
