"""Saving and copying what the plots show."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from app.ui.kit.file_dialogs import ask_target
from app.ui.kit.icons import icon
from app.ui.kit.outside import save_file
from app.ui.kit.wishes import remark

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.ui.plots.sheet import Sheet

_log = logging.getLogger(__name__)


class Outlet(QObject):
    """Writes the plots to files and to the clipboard, and remarks what became of it.

    Attributes:
        table: What is shown, and what other plots would show, as comma-separated values.
    """

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
        self.table = table
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

    def copy_values(self) -> None:
        """Put the values at the crosshair, or the newest ones, on the clipboard as a table."""
        QGuiApplication.clipboard().setText(self._values())
        remark(self._window, self.tr("The values are on the clipboard."))

    def copy_picture(self) -> None:
        """Put a picture of the plots on the clipboard."""
        QGuiApplication.clipboard().setImage(self._sheet().image())
        remark(self._window, self.tr("The picture of the plots is on the clipboard."))

    def menu(self, parent: QWidget) -> QMenu:
        """All that can be saved and copied, to choose from."""
        menu = QMenu(parent)
        for kind, text in (
            ("png", self.tr("Save as a picture (PNG) …")),
            ("svg", self.tr("Save as a drawing (SVG) …")),
            ("csv", self.tr("Save as a table (CSV) …")),
        ):
            action = menu.addAction(icon("save"), text)
            action.triggered.connect(lambda _=False, kind=kind: self.ask_and_save(kind))
        menu.addSeparator()
        menu.addAction(icon("copy"), self.tr("Copy the values"), self.copy_values)
        menu.addAction(icon("copy"), self.tr("Copy a picture"), self.copy_picture)
        return menu

    def ask_and_save(self, kind: str) -> None:
        """Ask for a place and save there as "png", "svg" or "csv"."""
        path = ask_target(self._window, self.tr("Save the plots"), f"{self._file_name}.{kind}")
        if path is None:
            return
        try:
            self.save(path)
        except OSError as error:
            _log.warning("the plots could not be saved at %s: %s", path, error)
            remark(self._window, self.tr("The plots could not be saved: {0}.").format(error))
        else:
            remark(self._window, self.tr("The plots are saved at {0}.").format(path))
