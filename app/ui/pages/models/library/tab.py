"""The tab “On this PC”: what is there, its facts, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import (
    QLineEdit,
    QMenu,
    QStackedWidget,
    QWidget,
)

from app.core.models.bases import bases_of, is_adapter, with_adapters
from app.core.models.family import Family, LibraryModel, companions, families
from app.core.models.projectors import below_their_models
from app.core.words.sentence import say
from app.ui.kit.icons import Tone, icon
from app.ui.kit.plain import words_of
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import (
    Banner,
    EmptyState,
    Popup,
    ProgressLine,
    Severity,
    label,
    push_button,
)
from app.ui.kit.widgets.layouts import in_column, in_row, split
from app.ui.kit.words.format import byte_size
from app.ui.kit.words.sentences import sentence, told
from app.ui.pages.models.library.folders_popup import FoldersEditor
from app.ui.pages.models.library.model import LibraryTreeModel
from app.ui.pages.models.library.side import LibrarySide
from app.ui.pages.models.library.tree import LibraryTree

if TYPE_CHECKING:
    from app.core.errors import PersonError
    from app.ui.kit.jobs import Jobs
    from app.ui.pages.models.library.feed import LibraryFeed


class LibraryTab(QWidget):
    """Shows the library and asks for changes.

    Signals:
        compare_wanted: Model files (paths) are to be compared now.
        try_wanted: Candidates are to be compared now.
        measure_wanted: Candidates of one family are to be measured.
        shrink_wanted: Smaller versions of a model file are to be made.
        reveal_wanted: A file is to be shown in the system's file manager.
        hub_wanted: The person wants to look for a model on the Hub.
        said: A sentence for the status line.
        folder_moved: Where one of the person's own folders was, and where it is now.
    """

    compare_wanted = Signal(list)
    try_wanted = Signal(list)
    measure_wanted = Signal(list)
    shrink_wanted = Signal(Path)
    reveal_wanted = Signal(Path)
    hub_wanted = Signal()
    said = Signal(str)
    folder_moved = Signal(object, object)

    def __init__(self, library: LibraryFeed, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._families: Sequence[Family] = ()
        self.model = LibraryTreeModel(self)
        self.tree = LibraryTree(self.model)
        self.side = LibrarySide(library, jobs)
        self.side.compare_wanted.connect(self.compare_wanted)
        self.side.try_wanted.connect(self.try_wanted)
        self.side.measure_wanted.connect(self.measure_wanted)
        self.side.shrink_wanted.connect(self.shrink_wanted)
        self.side.reveal_wanted.connect(self.reveal_wanted)
        self.side.question.removed.connect(self._on_removed)
        self.side.question.failed.connect(self._on_failed)
        self.tree.addAction(self.side.remove_action)
        self.progress = ProgressLine(self.tr("Looking for models"))
        self.notice = Banner(dismissible=True)
        self.notice.hide()
        self.search = self._make_search()
        self.summary = label("", "small-dim")
        self.rescan_action = self._make_rescan()
        self.folders = FoldersEditor()
        self.folders.changed.connect(library.set_own_folders)
        self.folders.moved.connect(self.folder_moved)
        self.folders_button = push_button(self.tr("Own folders"), icon_name="folder")
        self._popup = Popup(self.folders, self.folders_button)
        self.folders_button.clicked.connect(self._open_folders)
        self.empty = self._make_empty()
        self._lay_out()
        selection = self.tree.selectionModel()
        selection.selectionChanged.connect(self._follow_choice)
        self.tree.customContextMenuRequested.connect(self._show_menu)
        self.tree.activated.connect(self._on_activated)
        self.refresh()

    def refresh(self) -> None:
        """Show what the library knows now."""
        models = list(self._library.models)
        self._families = families(models)
        found, others = below_their_models(self._families, companions(models))
        found, others = with_adapters(found, others)
        self.model.set_families([*found, *self._others(others)])
        self.model.set_fits(self._library.fits)
        if self._library.scanning:
            self.progress.set_share(None)
        else:
            self.progress.clear()
        total = sum(model.file_bytes for model in models)
        counted = told(say("counted.model_files", n=len(models)))
        self.summary.setText(f"{counted}, {byte_size(total)}")
        self.summary.setVisible(bool(models))
        if problems := " ".join(map(told, self._library.problems)):
            self.notice.show_notice(Severity.WARNING, problems)
        else:
            self.notice.hide()
        self._say_what_is_empty(bool(models))
        self._follow_choice()

    def _others(self, others: list[LibraryModel]) -> list[Family]:
        """What is no language model and belongs to none, in last groups of its own."""
        groups: dict[str, list[LibraryModel]] = {}
        for model in others:
            if not is_adapter(model):
                name = self.tr("Files that are no language models")
            elif bases_of(model, self._families):
                name = self.tr("Adapters for several models")
            else:
                name = self.tr("Adapters without a base")
            groups.setdefault(name, []).append(model)
        return [Family(f"/{name}", name, "", tuple(groups[name])) for name in sorted(groups)]

    def show_model(self, path: Path) -> None:
        """Select a model file."""
        index = self.tree.proxy.mapFromSource(self.model.index_of(path))
        if index.isValid():
            self.tree.setCurrentIndex(index)
            self.tree.scrollTo(index)

    # --- parts --------------------------------------------------------------------------

    def _make_search(self) -> QLineEdit:
        search = QLineEdit()
        search.setPlaceholderText(self.tr("Filter by name"))
        search.setAccessibleName(self.tr("Filter models by name"))
        search.setClearButtonEnabled(True)
        search.addAction(icon("search", Tone.DIM), QLineEdit.ActionPosition.LeadingPosition)
        search.textChanged.connect(self._on_filtered)
        return search

    def _make_rescan(self) -> QAction:
        action = QAction(icon("refresh"), self.tr("Look again"), self)
        action.triggered.connect(lambda _checked=False: self._library.rescan())
        return action

    def _make_empty(self) -> EmptyState:
        to_hub = QAction(self.tr("Find one on the Hub"), self)
        to_hub.triggered.connect(self.hub_wanted)
        return EmptyState("models", "", "", (to_hub,))

    def _make_nothing(self) -> EmptyState:
        show_all = QAction(self.tr("Show all"), self)
        show_all.triggered.connect(self.search.clear)
        return EmptyState("search", self.tr("Nothing found"), "", (show_all,))

    def _lay_out(self) -> None:
        rescan = push_button(
            words_of(self.rescan_action.text()),
            icon_name="refresh",
            run=self.rescan_action.trigger,
        )
        top = in_row((self.search, 1), self.folders_button, rescan)
        self.splitter = split(self.tree, self.side, grows=0, sizes=(GRID * 76, GRID * 42))
        self.stack = QStackedWidget()
        self.nothing = self._make_nothing()
        self.stack.addWidget(self.splitter)
        self.stack.addWidget(self.nothing)
        self.stack.addWidget(self.empty)
        in_column(
            top, self.progress, self.notice, (self.stack, 1), self.summary, on=self, margins=GRID
        )

    # --- showing ------------------------------------------------------------------------

    def _say_what_is_empty(self, has_models: bool) -> None:
        if has_models:
            self._say_what_is_found()
            return
        if self._library.scanning:
            self.empty.set_text(
                self.tr("Looking for models …"),
                self.tr("In the folders of Hugging Face, LM Studio, Ollama, llama.cpp and Jan."),
            )
        else:
            self.empty.set_text(
                self.tr("No model is on this PC yet"),
                self.tr(
                    "Models of Hugging Face, LM Studio, Ollama, llama.cpp and Jan show up here by"
                    " themselves; further folders can be added above."
                ),
            )
        self.stack.setCurrentWidget(self.empty)

    def _say_what_is_found(self) -> None:
        found = bool(self.tree.shown())
        if not found:
            self.nothing.set_text(
                self.tr("Nothing found"),
                self.tr("No model on this PC is called like “{words}”.").format(
                    words=self.search.text().strip()
                ),
            )
        self.stack.setCurrentWidget(self.splitter if found else self.nothing)

    def _follow_choice(self) -> None:
        chosen = self.tree.chosen()
        self.side.follow(chosen, self.tree.family_of(chosen), self._families)

    def _on_filtered(self, words: str) -> None:
        self.tree.filter_by(words)
        self.tree.expandAll()
        self._say_what_is_empty(bool(self._library.models))

    def _show_menu(self, position: QPoint) -> None:
        if not self.tree.indexAt(position).isValid():
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(self.side.actions_of_files)
        menu.popup(self.tree.viewport().mapToGlobal(position))

    def _open_folders(self) -> None:
        self.folders.set_folders(self._library.own_folders)
        self._popup.open_at(self.folders_button)

    # --- what happens -------------------------------------------------------------------

    def _on_activated(self, index: QModelIndex) -> None:
        if index.parent().isValid() and self.side.compare_action.isEnabled():
            self.side.compare()

    def _on_removed(self, sentence: str) -> None:
        self.said.emit(sentence)
        self._library.rescan()

    def _on_failed(self, error: PersonError) -> None:
        self.notice.show_notice(Severity.ERROR, sentence(error))
        self._follow_choice()

    # Qt's own names from here on.

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._library.look_for_opened()
