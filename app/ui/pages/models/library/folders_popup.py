"""The person's own folders that are looked into for model files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QDir, Signal
from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget

from app.ui.kit.plain import set_spoken
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import ElidedLabel, IconButton, label, push_button
from app.ui.kit.widgets.layouts import empty, in_column, in_row


class FoldersEditor(QWidget):
    """A row a folder, and a button that adds one.

    Signals:
        changed: The folders (a list of paths) that the person wants now.
        moved: One of them that was not there any more, and where it is now.
    """

    changed = Signal(list)
    moved = Signal(object, object)

    def __init__(
        self, choose: Callable[[], Path | None] | None = None, parent: QWidget | None = None
    ) -> None:
        """``choose`` asks for a folder; the system's dialog if None."""
        super().__init__(parent)
        self.setAccessibleName(self.tr("Own folders"))
        self._choose = choose or self._ask
        self._folders: list[Path] = []
        self._rows = in_column(spacing=GRID // 2)
        self._empty = label(self.tr("None so far."), "dim")
        self.add_button = push_button(self.tr("Add a folder …"), icon_name="add", run=self._add)
        self.remove_buttons: list[IconButton] = []
        self.find_buttons: list[QPushButton] = []
        self.undo_button: QPushButton | None = None
        in_column(
            label(
                self.tr("Model files in these folders, and in those below them, are listed."),
                wrap=True,
            ),
            self._empty,
            self._rows,
            self.add_button,
            on=self,
            margins=(0, 0, GRID, 0),
        )

    def set_folders(self, folders: Sequence[Path]) -> None:
        """Show these."""
        self._folders = list(folders)
        self.remove_buttons, self.find_buttons = [], []
        empty(self._rows)
        for folder in self._folders:
            self._rows.addWidget(self._row(folder))
        self._empty.setVisible(not self._folders)

    def _row(self, folder: Path) -> QWidget:
        row = QWidget()
        remove = IconButton(
            "close", self.tr("Look no more into {folder}").format(folder=folder), size_px=14
        )
        remove.clicked.connect(lambda: self._remove(folder))
        self.remove_buttons.append(remove)
        line = in_row((ElidedLabel(str(folder), least_characters=10), 1), on=row, spacing=None)
        if not folder.is_dir():
            line.addWidget(label(self.tr("not there"), "dim"))
            find = push_button(self.tr("Find it …"))
            set_spoken(find, self.tr("Find {folder}").format(folder=folder))
            find.clicked.connect(lambda: self._find(folder))
            self.find_buttons.append(find)
            line.addWidget(find)
        line.addWidget(remove)
        return row

    def _remove(self, folder: Path) -> None:
        """Leave a folder out; it can be had back as long as the popup is open."""
        before = list(self._folders)
        self._take([each for each in before if each != folder])
        undo = push_button(self.tr("Undo"), "link", run=lambda: self._take(before))
        set_spoken(undo, self.tr("Look into {folder} again").format(folder=folder))
        gone = ElidedLabel(str(folder), least_characters=10)
        row = QWidget()
        in_row((gone, 1), label(self.tr("left out"), "dim"), undo, on=row, spacing=None)
        self._rows.addWidget(row)
        self.undo_button = undo
        undo.setFocus()

    def _add(self) -> None:
        folder = self._choose()
        if folder is not None and folder not in self._folders:
            self._take([*self._folders, folder])

    def _find(self, folder: Path) -> None:
        """The same folder is somewhere else now."""
        now = self._choose()
        if now is not None:
            self._take(list(dict.fromkeys(now if f == folder else f for f in self._folders)))
            self.moved.emit(folder, now)

    def _take(self, folders: list[Path]) -> None:
        self.set_folders(folders)
        self.changed.emit(folders)

    def _ask(self) -> Path | None:
        title = self.tr("Choose a folder with model files")
        # Over the window: the popup that asks closes meanwhile.
        name = QFileDialog.getExistingDirectory(self.window(), title, QDir.homePath())
        return Path(name) if name else None
