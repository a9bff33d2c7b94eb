"""The left side of the Hub tab: search, results, and what to say while there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractItemView, QListView, QStackedWidget, QWidget

from app.lab.hub.picks import shipped_picks
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import Banner, BannerAction, EmptyState, ProgressLine, Severity
from app.ui.kit.widgets.layouts import in_column
from app.ui.kit.words.sentences import sentence
from app.ui.pages.models.search.filters import SearchFilters
from app.ui.pages.models.search.first_look import FirstLook
from app.ui.pages.models.search.model import FoundRole
from app.ui.pages.models.search.row import FoundRowDelegate
from app.ui.pages.models.search.search import Search, SearchState
from app.ui.pages.models.words import pc_sentences

if TYPE_CHECKING:
    from app.lab.predict.this_pc import ThisPc
    from app.ui.pages.models.ways_on import WaysOn


class SearchPane(QWidget):
    """Shows a search.

    Signals:
        repository_chosen: The person wants to see a repository (its name).
        library_wanted: The Hub is out of reach; the person goes on with what is here.
    """

    repository_chosen = Signal(str)
    library_wanted = Signal()

    def __init__(self, search: Search, ways_on: WaysOn, pc: ThisPc) -> None:
        super().__init__()
        self._ways_on = ways_on
        self.setAccessibleName(self.tr("Search"))
        self.search = search
        self.filters = SearchFilters()
        self.filters.changed.connect(self._on_changed)
        self._had_words = False
        self.filters.entered.connect(self._on_entered)
        self.filters.left_downwards.connect(self._to_results)
        self.view = self._make_view()
        self.progress = ProgressLine(self.tr("Search"))
        self.notice = Banner()
        self.notice.hide()
        self.idle = FirstLook(shipped_picks(), pc)
        self.idle.trending_wanted.connect(self._on_entered)
        self.idle.repository_chosen.connect(self.repository_chosen)
        widen = QAction(self.tr("Search without filters"), self)
        widen.triggered.connect(self.filters.widen)
        self.nothing = EmptyState("search", self.tr("Nothing found"))
        self.nothing_filtered = EmptyState(
            "search",
            self.tr("Nothing found"),
            self.tr("No GGUF repository has these words and passes the filters."),
            (widen,),
        )
        self.blank = QWidget()
        self.stack = QStackedWidget()
        for each in (self.idle, self.view, self.nothing, self.nothing_filtered, self.blank):
            self.stack.addWidget(each)
        in_column(self.filters, self.notice, self.progress, (self.stack, 1), on=self, margins=GRID)
        search.state_changed.connect(self._follow)
        search.address_refused.connect(self._on_refused)
        self.set_pc(pc)
        self._follow()

    def set_pc(self, pc: ThisPc) -> None:
        """What is known of this PC."""
        self.idle.set_pc(pc)
        self.filters.set_largest(pc.largest, pc_sentences(pc)[1])

    def focus_words(self) -> None:
        """Put the cursor in the words."""
        self.filters.words.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filters.words.selectAll()

    def select(self, repo_id: str) -> None:
        """Mark a repository's row, if it is listed."""
        row = self.search.model.row_of(repo_id)
        index = self.search.model.index(row) if row >= 0 else QModelIndex()
        if index != self.view.currentIndex():
            self.view.setCurrentIndex(index)

    def _make_view(self) -> QListView:
        view = QListView()
        view.setAccessibleName(self.tr("Repositories"))
        view.setModel(self.search.model)
        view.setItemDelegate(FoundRowDelegate(view))
        view.setUniformItemSizes(True)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.clicked.connect(self._on_chosen)
        view.activated.connect(self._on_chosen)
        return view

    def _on_changed(self) -> None:
        """Ask for something else; words that are taken away lead back to where one began."""
        query, had_words = self.filters.query(), self._had_words
        self._had_words = bool(query.words)
        if had_words and not query.words and not self.filters.narrowed:
            self.search.forget()
        else:
            self.search.set_query(query)

    def _on_entered(self) -> None:
        self.search.set_query(self.filters.query())
        self.search.open_words()

    def focus_results(self) -> None:
        """Put the cursor in what was found, in the words where that is nothing."""
        if self.search.model.rowCount():
            self._to_results()
        else:
            self.focus_words()

    def _to_results(self) -> None:
        if self.search.model.rowCount():
            if not self.view.currentIndex().isValid():
                self.view.setCurrentIndex(self.search.model.index(0))
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_chosen(self, index: QModelIndex) -> None:
        found = index.data(FoundRole.REPOSITORY)
        if found is not None:
            self.repository_chosen.emit(found.repo_id)

    def _on_refused(self, sentence: str) -> None:
        self.notice.show_notice(Severity.WARNING, sentence)

    def _follow(self) -> None:
        state = self.search.state
        if state in (SearchState.LOADING, SearchState.LOADING_MORE):
            self.progress.set_share(None)
        else:
            self.progress.clear()
        failed = state in (SearchState.FAILED, SearchState.FAILED_MORE)
        if failed and self.search.error is not None:
            actions = self._ways_on.actions(self.search.error)
            self.notice.show_notice(
                Severity.ERROR,
                sentence(self.search.error),
                self.tr("Models that are on this PC already work without the Hub."),
                (
                    *actions,
                    BannerAction(self.tr("Try again"), self.search.try_again, primary=not actions),
                    BannerAction(self.tr("Show what is on this PC"), self.library_wanted.emit),
                ),
            )
        else:
            self.notice.hide()
        self.stack.setCurrentWidget(self._shown(state))

    def _shown(self, state: SearchState) -> QWidget:
        match state:
            case SearchState.IDLE:
                return self.idle
            case SearchState.LOADING | SearchState.FAILED:
                return self.blank
            case SearchState.NOTHING:
                if self.filters.narrowed:
                    return self.nothing_filtered
                words = self.filters.words.text().strip()
                self.nothing.set_text(
                    self.tr("Nothing found"),
                    self.tr("No GGUF repository is called like “{words}”.").format(words=words),
                )
                return self.nothing
            case _:
                return self.view
