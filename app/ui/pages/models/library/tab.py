"""The tab “On this PC”: what is there, its facts, and what can be done with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QLineEdit,
    QMenu,
    QPushButton,
    QStackedWidget,
    QWidget,
)

from app.core.candidates.candidate import MAX_CANDIDATES
from app.core.models.family import Family, companions, families
from app.core.words.sentence import say
from app.ui.kit.icons import Tone, icon
from app.ui.kit.plain import set_tip, words_of
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import (
    Banner,
    EmptyState,
    FlowLayout,
    Popup,
    ProgressLine,
    Severity,
    label,
    push_button,
)
from app.ui.kit.widgets.buttons import set_words
from app.ui.kit.widgets.layouts import in_column, in_row, split
from app.ui.kit.words.format import byte_size
from app.ui.kit.words.sentences import sentence, told
from app.ui.pages.models.library.details import LEAST_WIDTH_PX, LibraryDetails
from app.ui.pages.models.library.folders_popup import FoldersEditor
from app.ui.pages.models.library.model import LibraryTreeModel
from app.ui.pages.models.library.removal import RemovalQuestion
from app.ui.pages.models.library.tree import LibraryTree
from app.ui.pages.models.words import source_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QShowEvent

    from app.core.errors import PersonError
    from app.core.models.family import LibraryModel
    from app.ui.kit.jobs import Jobs
    from app.ui.kit.widgets.buttons import ButtonRole
    from app.ui.pages.models.library.feed import LibraryFeed


class LibraryTab(QWidget):
    """Shows the library and asks for changes.

    Signals:
        compare_wanted: Model files (paths) are to be compared now.
        measure_wanted: Model files (paths) of one family are to be measured.
        reveal_wanted: A file is to be shown in the system's file manager.
        hub_wanted: The person wants to look for a model on the Hub.
        said: A sentence for the status line.
        folder_moved: Where one of the person's own folders was, and where it is now.
    """

    compare_wanted = Signal(list)
    measure_wanted = Signal(list)
    reveal_wanted = Signal(Path)
    hub_wanted = Signal()
    said = Signal(str)
    folder_moved = Signal(object, object)

    def __init__(self, library: LibraryFeed, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self.model = LibraryTreeModel(self)
        self.tree = LibraryTree(self.model)
        self.details = LibraryDetails()
        self.progress = ProgressLine(self.tr("Looking for models"))
        self.notice = Banner(dismissible=True)
        self.notice.hide()
        self.question = RemovalQuestion(library, jobs)
        self.question.removed.connect(self._on_removed)
        self.question.failed.connect(self._on_failed)
        self.search = self._make_search()
        self.summary = label("", "small-dim")
        self._make_actions()
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
        self.model.set_families([*families(models), *self._others(models)])
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

    def _others(self, models: list[LibraryModel]) -> list[Family]:
        """What is no language model, as a last group of its own."""
        others = companions(models)
        name = self.tr("Files that are no language models")
        return [Family("", name, "", others)] if others else []

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

    def _make_actions(self) -> None:
        self.compare_action = self._action("compare", self.tr("Compare"), self._compare)
        self.measure_action = self._action("plot", self.tr("Measure"), self._measure)
        self.reveal_action = self._action("folder", self.tr("Reveal in its folder"), self._reveal)
        self.remove_action = self._action("delete", self.tr("Remove …"), self._ask_removal)
        self.remove_action.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        self.remove_action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.tree.addAction(self.remove_action)
        self.rescan_action = self._action("refresh", self.tr("Look again"), self._library.rescan)

    def _action(self, icon_name: str, text: str, run: Callable[[], object]) -> QAction:
        action = QAction(icon(icon_name), text, self)
        action.triggered.connect(lambda _checked=False: run())
        return action

    def _make_empty(self) -> EmptyState:
        to_hub = QAction(self.tr("Find one on the Hub"), self)
        to_hub.triggered.connect(self.hub_wanted)
        return EmptyState("models", "", "", (to_hub,))

    def _make_nothing(self) -> EmptyState:
        show_all = QAction(self.tr("Show all"), self)
        show_all.triggered.connect(self.search.clear)
        return EmptyState("search", self.tr("Nothing found"), "", (show_all,))

    def _button(self, action: QAction, role: ButtonRole) -> QPushButton:
        button = push_button(action.text(), role)
        button.setIcon(action.icon())
        if role == "primary":
            button.setIcon(icon("compare", Tone.ON_ACCENT))
        button.clicked.connect(action.trigger)
        action.changed.connect(lambda: button.setEnabled(action.isEnabled()))
        action.changed.connect(lambda: set_words(button, words_of(action.text())))
        action.changed.connect(lambda: set_tip(button, action.toolTip()))
        return button

    def _lay_out(self) -> None:
        top = in_row((self.search, 1), self.folders_button, self._button(self.rescan_action, ""))
        buttons = QWidget()
        flow = FlowLayout(buttons, spacing_px=GRID)
        self.compare_button = self._button(self.compare_action, "primary")
        self.measure_button = self._button(self.measure_action, "")
        self.reveal_button = self._button(self.reveal_action, "")
        self.remove_button = self._button(self.remove_action, "")
        self.why_kept = label("", "small-dim", wrap=True)
        for each in (
            self.compare_button,
            self.measure_button,
            self.reveal_button,
            self.remove_button,
        ):
            flow.addWidget(each)
        self.side = QWidget()
        self.side.setMinimumWidth(LEAST_WIDTH_PX)
        in_column(
            (self.details, 1),
            self.question,
            buttons,
            self.why_kept,
            on=self.side,
            margins=(GRID, 0, 0, 0),
        )
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
        self.side.setVisible(bool(chosen))
        if chosen:
            self.details.show_model(chosen[0])
        sound = _runnable(chosen)
        self.compare_action.setEnabled(0 < len(sound) <= MAX_CANDIDATES)
        self.compare_action.setText(self.tr("Chat") if len(sound) == 1 else self.tr("Compare"))
        tip = self.compare_action.text()
        if len(sound) > MAX_CANDIDATES:
            tip = self.tr("At most {n} at once").format(n=MAX_CANDIDATES)
        elif len(chosen) == 1 and not sound:
            tip = told(why) if (why := chosen[0].why_not) else tip
        set_tip(self.compare_action, tip)
        family = _runnable(self.tree.family_of(chosen))
        self.measure_action.setEnabled(bool(sound) and len(family) > 1)
        set_tip(
            self.measure_action,
            self.tr("Measure which version of it to run")
            if len(family) > 1
            else self.tr("There is only one version of it: nothing to measure it against."),
        )
        self.reveal_action.setEnabled(len(chosen) == 1)
        removable = len(chosen) == 1 and self._library.can_remove(chosen[0])
        self.remove_action.setEnabled(removable)
        set_tip(self.remove_action, self.remove_action.text())
        self.why_kept.setVisible(len(chosen) == 1 and not removable)
        if len(chosen) == 1 and not removable:
            why = self.tr(
                "Not removed from here, because it is not in the Hugging Face cache but: {where}."
            ).format(where=source_words(chosen[0]))
            self.why_kept.setText(why)
            set_tip(self.remove_action, why)
        self.question.follow_choice(chosen)

    def _on_filtered(self, words: str) -> None:
        self.tree.filter_by(words)
        self.tree.expandAll()
        self._say_what_is_empty(bool(self._library.models))

    def _show_menu(self, position: QPoint) -> None:
        if not self.tree.indexAt(position).isValid():
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(
            [self.compare_action, self.measure_action, self.reveal_action, self.remove_action]
        )
        menu.popup(self.tree.viewport().mapToGlobal(position))

    def _open_folders(self) -> None:
        self.folders.set_folders(self._library.own_folders)
        self._popup.open_at(self.folders_button)

    # --- what happens -------------------------------------------------------------------

    def _on_activated(self, index: QModelIndex) -> None:
        if index.parent().isValid() and self.compare_action.isEnabled():
            self._compare()

    def _compare(self) -> None:
        sound = _runnable(self.tree.chosen())
        if 0 < len(sound) <= MAX_CANDIDATES:
            self.compare_wanted.emit([model.path for model in sound])

    def _measure(self) -> None:
        """What is chosen; where that is one, all versions of its family."""
        chosen = self.tree.chosen()
        models = _runnable(chosen if len(chosen) > 1 else self.tree.family_of(chosen))
        if models:
            self.measure_wanted.emit([model.path for model in models])

    def _reveal(self) -> None:
        chosen = self.tree.chosen()
        if len(chosen) == 1:
            self.reveal_wanted.emit(chosen[0].path)

    def _ask_removal(self) -> None:
        chosen = self.tree.chosen()
        if len(chosen) == 1 and self._library.can_remove(chosen[0]):
            self.question.plan(chosen[0])

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


def _runnable(models: list[LibraryModel]) -> list[LibraryModel]:
    return [model for model in models if not model.why_not]
