"""The entries, newest first: many can be chosen at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QListView, QWidget

from app.ui.entries.menus import FolderNaming, fill_folder_menu, pin_words
from app.ui.kit.icons import icon
from app.ui.kit.widgets.buttons import brief_menu
from app.ui.kit.widgets.layouts import in_column
from app.ui.pages.history.rows import EntryDelegate, EntryRole, EntryRows

if TYPE_CHECKING:
    from app.core.history.entry import Entry
    from app.ui.kit.views.rows import Index

_ROWS_AT_ONCE = 100


class EntryList(QWidget):
    """Asks for changes and changes nothing itself.

    Signals:
        chosen: Other entries are chosen than before.
        open_wanted: One is to be opened where it is shown.
        export_wanted: One is to be written into a file.
        repeat_wanted: One is to be asked or measured once more.
        pin_wanted: Entries are to be pinned, or not any more.
        folder_wanted: Entries are to be put into a folder.
        delete_wanted: Entries are to be deleted.
    """

    chosen = Signal()
    open_wanted = Signal(object)
    export_wanted = Signal(object)
    repeat_wanted = Signal(object)
    pin_wanted = Signal(list, bool)
    folder_wanted = Signal(list, str)
    delete_wanted = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self.folders: Sequence[str] = ()
        self.model = EntryRows(self)
        self.view = QListView()
        self.view.setProperty("role", "plain")
        self.view.setAccessibleName(self.tr("History, newest first"))
        self.view.setModel(self.model)
        self.view.setItemDelegate(EntryDelegate(self.view))
        self.view.setUniformItemSizes(True)
        # Qt asks the model of every row, some microseconds each: a few at a time.
        self.view.setLayoutMode(QListView.LayoutMode.Batched)
        self.view.setBatchSize(_ROWS_AT_ONCE)
        self.view.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._show_menu)
        self.view.activated.connect(self._open)
        self.view.selectionModel().selectionChanged.connect(lambda _new, _old: self.chosen.emit())
        self._naming = FolderNaming(self, self._put)
        self._make_actions()
        in_column(self.view, on=self)

    @property
    def entries(self) -> list[Entry]:
        """What is chosen, in the order of the list."""
        rows = sorted(index.row() for index in self.view.selectionModel().selectedRows())
        return [self.model.rows[row] for row in rows]

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show these; what is chosen stays chosen as far as it is there."""
        chosen = {entry.id for entry in self.entries}
        self.model.take(entries)
        if chosen and {entry.id for entry in self.entries} != chosen:
            selection = self.view.selectionModel()
            flags = QItemSelectionModel.SelectionFlag
            for row, entry in enumerate(entries):
                if entry.id in chosen:
                    index = self.model.index(row)
                    selection.select(index, flags.Select)
                    if not self.view.currentIndex().isValid():
                        selection.setCurrentIndex(index, flags.NoUpdate)
        self.chosen.emit()

    def choose(self, row: int) -> None:
        """Choose one row alone."""
        if 0 <= row < len(self.model.rows):
            self.view.setCurrentIndex(self.model.index(row))
            self.view.selectionModel().select(
                self.model.index(row), QItemSelectionModel.SelectionFlag.ClearAndSelect
            )

    # --- parts --------------------------------------------------------------------------

    def _make_actions(self) -> None:
        self.open_action = QAction(icon("external"), self.tr("Open"), self)
        self.open_action.triggered.connect(lambda: self._one(self.open_wanted))
        self.repeat_action = QAction(icon("reload"), self.tr("Once more"), self)
        self.repeat_action.triggered.connect(lambda: self._one(self.repeat_wanted))
        self.export_action = QAction(icon("export"), self.tr("Export …"), self)
        self.export_action.triggered.connect(lambda: self._one(self.export_wanted))
        self.pin_action = QAction(icon("star"), pin_words(pinned=False), self)
        self.pin_action.triggered.connect(self._pin)
        self.delete_action = QAction(icon("delete"), self.tr("Delete"), self)
        self.delete_action.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        self.delete_action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.delete_action.triggered.connect(self._delete)
        self.view.addAction(self.delete_action)

    def actions_of_rows(self) -> list[QAction]:
        """What can be done with what is chosen."""
        return [
            self.open_action,
            self.repeat_action,
            self.export_action,
            self.pin_action,
            self.delete_action,
        ]

    def follow(self) -> None:
        """Enable what can be done with what is chosen."""
        entries = self.entries
        one = len(entries) == 1
        self.open_action.setEnabled(one)
        self.export_action.setEnabled(one)
        self.repeat_action.setEnabled(one)
        self.pin_action.setEnabled(bool(entries))
        self.delete_action.setEnabled(bool(entries))
        self.pin_action.setText(pin_words(pinned=self._all_pinned(entries)))

    def name_folder(self, anchor: QWidget) -> None:
        """Ask what the new folder is called that what is chosen goes into."""
        self._naming.ask(anchor)

    # --- what happens -------------------------------------------------------------------

    @staticmethod
    def _all_pinned(entries: Sequence[Entry]) -> bool:
        return bool(entries) and all(entry.pinned for entry in entries)

    def _open(self, index: Index) -> None:
        if index.isValid():
            self.open_wanted.emit(index.data(EntryRole.ENTRY))

    def _one(self, signal: object) -> None:
        entries = self.entries
        if len(entries) == 1:
            signal.emit(entries[0])  # type: ignore[attr-defined]

    def _pin(self) -> None:
        entries = self.entries
        self.pin_wanted.emit(entries, not self._all_pinned(entries))

    def _put(self, folder: str) -> None:
        if entries := self.entries:
            self.folder_wanted.emit(entries, folder)

    def _delete(self) -> None:
        if entries := self.entries:
            self.delete_wanted.emit(entries)

    def fill_folders(self, menu: object) -> None:
        """Offer the folders that there are to what is chosen."""
        now = {entry.folder for entry in self.entries}
        fill_folder_menu(
            menu,  # type: ignore[arg-type]
            self.folders,
            now.pop() if len(now) == 1 else None,
            self._put,
            lambda: self.name_folder(self.view),
        )

    def _show_menu(self, position: QPoint) -> None:
        if not self.view.indexAt(position).isValid():
            return
        menu = brief_menu(self)
        menu.addActions(self.actions_of_rows())
        folders = menu.addMenu(icon("folder"), self.tr("Folder"))
        self.fill_folders(folders)
        menu.insertMenu(self.delete_action, folders)
        menu.insertSeparator(self.delete_action)
        menu.popup(self.view.viewport().mapToGlobal(position))
