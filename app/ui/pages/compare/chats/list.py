"""The list of chats at the left of the Compare page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QHideEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListView,
    QMenu,
    QToolButton,
    QWidget,
)

from app.ui.entries.menus import FolderNaming, fill_folder_menu, pin_words
from app.ui.kit.icons import Tone, icon
from app.ui.kit.plain import set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.timers import later
from app.ui.kit.widgets import label
from app.ui.kit.widgets.buttons import brief_menu
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.widgets.search_field import search_field
from app.ui.pages.compare.chats.model import ChatListModel, ChatRole, ChatRowDelegate

if TYPE_CHECKING:
    from app.store.chats import ChatSummary


MOST_CHATS = 2_000
"""So many are listed; the History page has all."""
LEAST_LETTERS = 2
ASK_MS = 200
"""Words are looked for in all chats when nobody has typed for so long."""


class ChatList(QWidget):
    """Shows chats, newest first; asks for changes and changes nothing itself.

    Signals:
        new_requested: A new chat is wanted.
        open_requested: A chat (its id) is wanted.
        rename_requested: A chat should have another title.
        delete_requested: A chat shall go; it can be had back for a while.
        pin_requested: A chat shall stand above the others, or not any more.
        folder_requested: A chat shall go into a folder; empty takes it out.
        export_requested: A chat in a format ("markdown" or "json").
        room_wanted: The list is to be seen: something is asked in it.
        words_wanted: Chats are looked for in which these words stand; :meth:`set_saying` answers.
    """

    new_requested = Signal()
    open_requested = Signal(int)
    rename_requested = Signal(int, str)
    delete_requested = Signal(int)
    pin_requested = Signal(int, bool)
    folder_requested = Signal(int, str)
    export_requested = Signal(int, str)
    room_wanted = Signal()
    words_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Chats"))
        self.setMinimumWidth(GRID * 20)
        self._current_id: int | None = None
        self.folders: Callable[[], Sequence[str]] = tuple
        self.model = ChatListModel(self.tr("New chat"), self)
        self.model.renamed.connect(self.rename_requested)
        self._proxy = _FoundChats(self)
        self._proxy.setSourceModel(self.model)
        self._ask_timer = later(self, ASK_MS, lambda: self.words_wanted.emit(self._words()))
        self.search = search_field(self.tr("Search chats"), self.tr("Search chats by their words"))
        self.search.textChanged.connect(self._search_changed)
        self.view = self._make_view()
        self._nothing = label(self.tr("No chat says this."), "dim", wrap=True)
        self._nothing.setVisible(False)
        in_column(
            self._make_head(),
            self.search,
            self._nothing,
            (self.view, 1),
            on=self,
            margins=(GRID, GRID, GRID // 2, GRID),
        )
        self._make_actions()

    # --- what the page tells it ---------------------------------------------------------

    def set_chats(self, chats: Sequence[ChatSummary], current_id: int | None) -> None:
        """Show these chats, the open one selected."""
        self.model.take(chats)
        self._current_id = current_id
        self._select_current()
        self._on_filtered()

    def start_rename(self) -> None:
        """Edit the selected chat's title in its row."""
        index = self.view.currentIndex()
        if index.isValid():
            self.room_wanted.emit()
            self.view.edit(index)

    def _delete(self) -> None:
        index = self.view.currentIndex()
        if index.isValid():
            self.delete_requested.emit(index.data(ChatRole.ID))

    def _pin(self) -> None:
        index = self.view.currentIndex()
        if index.isValid():
            self.pin_requested.emit(index.data(ChatRole.ID), not index.data(ChatRole.PINNED))

    def _put(self, folder: str) -> None:
        index = self.view.currentIndex()
        if index.isValid():
            self.folder_requested.emit(index.data(ChatRole.ID), folder)

    # --- parts --------------------------------------------------------------------------

    def _make_head(self) -> QHBoxLayout:
        title = label(self.tr("Chats"), "strong")
        self.new_button = QToolButton()
        self.new_button.setIcon(icon("add", Tone.DIM))
        set_tip(self.new_button, self.tr("New chat (Ctrl+N)"))
        self.new_button.setAccessibleName(self.tr("New chat"))
        self.new_button.clicked.connect(self.new_requested)
        return in_row((title, 1), self.new_button, spacing=None)

    def _make_view(self) -> QListView:
        view = QListView()
        view.setProperty("role", "plain")
        view.setAccessibleName(self.tr("Chats, newest first"))
        view.setModel(self._proxy)
        view.setItemDelegate(ChatRowDelegate(view))
        view.setUniformItemSizes(True)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._show_menu)
        view.clicked.connect(self._open)
        view.activated.connect(self._open)
        return view

    def _make_actions(self) -> None:
        self.rename_action = QAction(icon("edit"), self.tr("Rename the chat"), self)
        self.rename_action.setShortcut(QKeySequence(Qt.Key.Key_F2))
        self.rename_action.triggered.connect(self.start_rename)
        self.export_markdown_action = QAction(
            icon("export"), self.tr("Export the chat as Markdown …"), self
        )
        self.export_markdown_action.triggered.connect(lambda: self._export("markdown"))
        self.export_json_action = QAction(
            icon("export"), self.tr("Export the chat as JSON …"), self
        )
        self.export_json_action.triggered.connect(lambda: self._export("json"))
        self.pin_action = QAction(icon("star"), pin_words(pinned=False), self)
        self.pin_action.triggered.connect(self._pin)
        self._naming = FolderNaming(self.view, self._put)
        self.delete_action = QAction(icon("delete"), self.tr("Delete the chat"), self)
        self.delete_action.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        self.delete_action.triggered.connect(self._delete)
        for action in self.row_actions():
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            self.view.addAction(action)

    def row_actions(self) -> list[QAction]:
        """What can be done with the selected chat."""
        return [
            self.rename_action,
            self.export_markdown_action,
            self.export_json_action,
            self.pin_action,
            self.delete_action,
        ]

    # --- what happens -------------------------------------------------------------------

    def _open(self, index: QModelIndex) -> None:
        chat_id = index.data(ChatRole.ID)
        if chat_id is not None and chat_id != self._current_id:
            self.open_requested.emit(chat_id)

    def _show_menu(self, position: QPoint) -> None:
        index = self.view.indexAt(position)
        if not index.isValid():
            return
        self.view.setCurrentIndex(index)
        menu = brief_menu(self)
        menu.addActions(self.row_actions())
        self.pin_action.setText(pin_words(pinned=bool(index.data(ChatRole.PINNED))))
        folders = QMenu(self.tr("Folder"), menu)
        folders.setIcon(icon("folder"))
        now = str(index.data(ChatRole.FOLDER))
        fill_folder_menu(
            folders, self.folders(), now, self._put, lambda: self._naming.ask(self.search)
        )
        menu.insertMenu(self.delete_action, folders)
        menu.insertSeparator(self.delete_action)
        menu.popup(self.view.viewport().mapToGlobal(position))

    def _export(self, fmt: str) -> None:
        index = self.view.currentIndex()
        if index.isValid():
            self.export_requested.emit(index.data(ChatRole.ID), fmt)

    def set_saying(self, words: str, chats: Collection[int]) -> None:
        """Take the chats in which words stand; what was asked for since takes their place."""
        if words == self._words():
            self._proxy.look_for(words, chats)
            self._select_current()
            self._on_filtered()

    def _words(self) -> str:
        return self.search.text().strip()

    def _search_changed(self) -> None:
        self._proxy.look_for(self._words(), ())
        if len(self._words()) >= LEAST_LETTERS:
            self._ask_timer.start()
        else:
            self._ask_timer.stop()
        self._select_current()
        self._on_filtered()

    def _on_filtered(self) -> None:
        self._nothing.setVisible(self._proxy.rowCount() == 0 and bool(self.search.text()))

    def _select_current(self) -> None:
        row = -1 if self._current_id is None else self.model.row_of(self._current_id)
        index = self._proxy.mapFromSource(self.model.index(row)) if row >= 0 else QModelIndex()
        if index != self.view.currentIndex():
            self.view.setCurrentIndex(index)

    # Qt's own names from here on.

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._ask_timer.stop()  # the window may be closing, and nobody answers any more


class _FoundChats(QSortFilterProxyModel):
    """Those whose titles have words, and those in which they stand."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._words = ""
        self._saying: frozenset[int] = frozenset()

    def look_for(self, words: str, saying: Collection[int]) -> None:
        """Show these alone."""
        self._words, self._saying = words.casefold(), frozenset(saying)
        self.invalidate()

    # Qt's own names from here on.

    def filterAcceptsRow(self, row: int, parent: QModelIndex | QPersistentModelIndex) -> bool:
        index = self.sourceModel().index(row, 0, parent)
        return (
            self._words in str(index.data()).casefold() or index.data(ChatRole.ID) in self._saying
        )
