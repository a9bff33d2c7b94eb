"""Asks for files with the system's own dialogs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDir, QStandardPaths
from PySide6.QtWidgets import QFileDialog

from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from app.ui.kit.file_dialogs import FileDialogs


class LadderDialogs:
    """Opens over the window; model files are asked for as in Compare.

    Args:
        dialogs: Those of Compare, which remember the folder.
    """

    def __init__(self, dialogs: FileDialogs) -> None:
        self._dialogs = dialogs

    def models(self) -> Sequence[Path]:
        """Model files."""
        return self._dialogs.models()

    def other(self, title: str, which: str) -> Path | None:
        """Another file to read."""
        kinds = which + ";;" + translate("LadderDialogs", "All files (*)")
        folder = self._dialogs.last_folder or QDir.homePath()
        name, _ = QFileDialog.getOpenFileName(self._dialogs.window(), title, folder, kinds)
        return Path(name) if name else None

    def report_target(self, name: str, ending: str) -> Path | None:
        """Where a report shall be written."""
        documents = QStandardPaths.writableLocation(
            QStandardPaths.StandardLocation.DocumentsLocation
        )
        kind = {
            ".html": translate("LadderDialogs", "Web page (*.html)"),
            ".md": translate("LadderDialogs", "Markdown (*.md)"),
            ".csv": translate("LadderDialogs", "Table (*.csv)"),
            ".json": translate("LadderDialogs", "JSON (*.json)"),
        }[ending]
        chosen, _ = QFileDialog.getSaveFileName(
            self._dialogs.window(),
            translate("LadderDialogs", "Write the report"),
            str(Path(documents, f"{name}{ending}")),
            kind,
        )
        if not chosen:
            return None
        path = Path(chosen)
        return path if path.suffix.lower() == ending else path.with_name(path.name + ending)
