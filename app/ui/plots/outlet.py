"""Saving and copying what the plots show."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QStandardPaths, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from app.ui.kit.outside import save_file

if TYPE_CHECKING:
    from app.ui.plots.sheet import Sheet

_log = logging.getLogger(__name__)


class Outlet(QObject):
    """Writes the plots to files and to the clipboard.

    Signals:
        noticed: A sentence for the person: what was saved or copied, or why not.
    """

    noticed = Signal(str)

    def __init__(
        self,
        sheet: Callable[[], Sheet],
        table: Callable[[], str],
        values: Callable[[], str],
        file_name: str,
        parent: QWidget,
    ) -> None:
        """Take what can be written.

        Args:
            sheet: What the plots show now, to be painted.
            table: The same as comma-separated values.
            values: What is copied: lines of cells between tabs.
            file_name: Offered for files, without an ending.
            parent: The widget that holds the plots.
        """
        super().__init__(parent)
        self._window = parent
        self._sheet = sheet
        self._table = table
        self._values = values
        self._file_name = file_name

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
            data = self._sheet().png()
        elif kind == ".svg":
            data = self._sheet().svg("Shrinkscope")
        else:
            raise ValueError(f"the plots cannot be saved as {kind or 'a file without an ending'}")
        save_file(path, data)

    def table(self) -> str:
        """What is shown, and what other plots would show, as comma-separated values."""
        return self._table()

    def copy_values(self) -> None:
        """Put the values at the crosshair, or the newest ones, on the clipboard as a table."""
        QGuiApplication.clipboard().setText(self._values())
        self.noticed.emit(self.tr("The values are on the clipboard."))

    def copy_picture(self) -> None:
        """Put a picture of the plots on the clipboard."""
        QGuiApplication.clipboard().setImage(self._sheet().image())
        self.noticed.emit(self.tr("The picture of the plots is on the clipboard."))

    def ask_and_save(self, kind: str) -> None:
        """Ask for a place and save there as "png", "svg" or "csv"."""
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        name, _ = QFileDialog.getSaveFileName(
            self._window,
            self.tr("Save the plots"),
            str(Path(folder, f"{self._file_name}.{kind}")),
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
