"""The right side of the Hub tab: one repository, in every state."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QListView, QScrollArea, QStackedWidget, QWidget

from app.core.hub_names import HubAddress
from app.hub.errors import HubGated
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import Banner, BannerAction, EmptyState, ProgressLine, Severity, label
from app.ui.kit.widgets.layouts import in_column
from app.ui.kit.words.sentences import sentence
from app.ui.pages.models.account.access_card import AccessCard
from app.ui.pages.models.repository.card import CardRoom, ModelCard
from app.ui.pages.models.repository.files.side import FilesSide
from app.ui.pages.models.repository.head import RepositoryHead
from app.ui.pages.models.repository.repository import OpenRepository, OpenState
from app.ui.pages.models.search.link_question import LinkQuestion
from app.ui.pages.models.search.model import FoundRole, SearchModel
from app.ui.pages.models.search.row import FoundRowDelegate

if TYPE_CHECKING:
    from app.core.errors import PersonError
    from app.core.hub.links import Link
    from app.ui.kit.jobs import Jobs
    from app.ui.pages.models.account.hub_account import AccountStatus
    from app.ui.pages.models.ports import Backends
    from app.ui.pages.models.ways_on import WaysOn


class RepositoryPanel(QWidget):
    """Opens repositories and shows them.

    Signals:
        page_wanted: An address for the browser.
        download_wanted: A repository, a list of its files, and whether to compare them.
        night_wanted: A repository, and a list of its files that are to be measured overnight.
        compare_wanted: Model files (paths) that are here are to be opened side by side.
        opened: A repository (its name) is being shown.
        left: The person goes back to the search, which is not in sight.
    """

    page_wanted = Signal(str)
    download_wanted = Signal(object, list, bool)
    night_wanted = Signal(object, list)
    compare_wanted = Signal(list)
    opened = Signal(str)
    left = Signal()

    def __init__(self, backends: Backends, jobs: Jobs, ways_on: WaysOn) -> None:
        super().__init__()
        self._ways_on = ways_on
        self.setAccessibleName(self.tr("Repository"))
        self._backends = backends
        self._jobs = jobs
        self.opening = OpenRepository(backends.catalogue, jobs, self)
        self.head = RepositoryHead()
        self.progress = ProgressLine(self.tr("Repository"))
        self.notice = Banner()
        self.question = LinkQuestion()
        self.card = AccessCard(backends.account, jobs)
        self.files = FilesSide(backends.fitter, jobs, backends.pc.memory_bytes)
        self.empty = EmptyState(
            "models",
            self.tr("No model is open"),
            self.tr("Choose one on the left to see its versions, and which of them fit this PC."),
        )
        self.card_view = ModelCard(backends.catalogue, jobs)
        self.card_view.hide()
        self.made_from_model = SearchModel(self)
        self.made_from_title = label("", wrap=True)
        self.made_from = self._make_made_from()
        self._lay_out()
        self.opening.state_changed.connect(self._follow)
        self.head.page_wanted.connect(self._want_page)
        self.head.left.connect(self.left)
        self.head.card_wanted.connect(self._on_card)
        self.head.assumptions_changed.connect(
            lambda: self.files.predict(self.head.context_tokens, self.head.kv)
        )
        self.card.page_wanted.connect(self._want_page)
        self.card.try_again.connect(self.opening.reload)
        self.files.refused.connect(self._on_refused)
        self.files.download_wanted.connect(self._on_download)
        self.files.night_wanted.connect(self._on_night)
        self.files.compare_wanted.connect(self.compare_wanted)
        self.question.download_wanted.connect(self._on_download)
        self.question.compare_wanted.connect(self.compare_wanted)
        self._follow()

    def open(self, address: HubAddress) -> None:
        """Show a repository; a level or file that the address names is checked."""
        self.question.forget()
        self.opening.open(address)
        self.opened.emit(address.repo_id)

    def open_link(self, link: Link) -> None:
        """Show where a link leads: its levels are checked, and the person is asked."""
        self.open(HubAddress(link.repo_id))
        self.question.expect(link)

    def follow_account(self) -> None:
        """Another token is in use: what was refused may be open now, or the other way round."""
        if self.opening.sign_in_may_help:
            self.opening.reload()
        elif self.opening.state is OpenState.SHOWN:
            self._look_whether_locked()

    def note_present(self, paths: Mapping[str, Path]) -> None:
        """Files of the open repository, by name, that are on this PC already."""
        self.files.model.set_present(paths)
        self.question.note_present(paths)

    # --- parts --------------------------------------------------------------------------

    def _make_made_from(self) -> QWidget:
        view = QListView()
        view.setAccessibleName(self.tr("GGUF repositories made from these weights"))
        view.setModel(self.made_from_model)
        view.setItemDelegate(FoundRowDelegate(view))
        view.setUniformItemSizes(True)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.clicked.connect(self._on_made_from_chosen)
        view.activated.connect(self._on_made_from_chosen)
        self.made_from_view = view
        side = QWidget()
        in_column(self.made_from_title, (view, 1), on=side)
        return side

    def _lay_out(self) -> None:
        holder = QWidget()
        holder.setProperty("role", "plain")
        in_column(self.card, 1, on=holder, spacing=None)
        self.card_room = QScrollArea()
        self.card_room.setWidgetResizable(True)
        self.card_room.setWidget(holder)
        holder.setAutoFillBackground(False)
        self.card_room.viewport().setAutoFillBackground(False)
        self.blank = QWidget()
        self.stack = QStackedWidget()
        for each in (self.empty, self.blank, self.files, self.made_from, self.card_room):
            self.stack.addWidget(each)
        self.room = CardRoom(self.stack, self.card_view)
        in_column(
            self.head,
            self.progress,
            self.notice,
            self.question,
            (self.room, 1),
            on=self,
            margins=GRID,
        )

    # --- showing ------------------------------------------------------------------------

    def _follow(self) -> None:
        now = self.opening
        self.head.setVisible(now.state is not OpenState.NOTHING)
        self.notice.hide()
        if now.state in (OpenState.LOADING, OpenState.ORIGINAL):
            self.progress.set_share(None)
        else:
            self.progress.clear()
        match now.state:
            case OpenState.NOTHING:
                self.stack.setCurrentWidget(self.empty)
            case OpenState.LOADING:
                self.files.stop()
                self.head.show_name(now.address.repo_id)
                self.stack.setCurrentWidget(self.blank)
            case OpenState.SHOWN:
                self._show_files()
            case OpenState.ORIGINAL | OpenState.ORIGINAL_SHOWN:
                self._show_original()
            case OpenState.FAILED:
                self._show_failure()

    def _show_files(self) -> None:
        found = self.opening.found
        assert found is not None
        self.head.show_facts(found.facts, with_assumptions=True)
        self.stack.setCurrentWidget(self.files)
        self.files.show_repository(
            found, self.opening.address, self.head.context_tokens, self.head.kv
        )
        self.files.model.set_locked(False)
        self._look_whether_locked()
        for file in self.question.ask(found):
            self.files.model.check(file.name)
        self._jobs.run(lambda _context: self._backends.free_bytes(), done=self.files.set_free_bytes)

    def _look_whether_locked(self) -> None:
        """Figures may be known from headers of an earlier visit; files still need the licence."""
        found = self.opening.found
        if found is None or not found.facts.gated:
            return

        def follow(status: AccountStatus) -> None:
            if self.opening.found is found:
                self.files.model.set_locked(not status.signed_in)

        self._jobs.run(lambda _context: self._backends.account.status(), done=follow)

    def _show_original(self) -> None:
        now = self.opening
        assert now.found is not None
        self.head.show_facts(now.found.facts, with_assumptions=False)
        self.stack.setCurrentWidget(self.made_from)
        self.made_from_model.clear()
        self.made_from_model.add_page(now.made_from)
        if now.state is OpenState.ORIGINAL:
            text = self.tr("No GGUF files here; looking for those made from these weights …")
        elif now.made_from:
            text = self.tr(
                "This repository holds original weights. GGUF repositories made from them:"
            )
        else:
            text = self.tr(
                "This repository holds no GGUF files, and the Hub knows of none made from it."
            )
        self.made_from_title.setText(text)
        self.made_from_view.setVisible(bool(now.made_from))

    def _show_failure(self) -> None:
        now = self.opening
        error = now.error
        assert error is not None
        self.stack.setCurrentWidget(self.blank)
        if isinstance(error, HubGated):
            self._show_gated(error)
        elif now.sign_in_may_help:
            self.card.show_refused(sentence(error))
            self.stack.setCurrentWidget(self.card_room)
        else:
            self._show_trouble(error)

    def _show_gated(self, error: HubGated) -> None:
        self.card.show_gated(sentence(error), error.link)
        self.stack.setCurrentWidget(self.card_room)

    def _show_trouble(self, error: PersonError) -> None:
        actions = self._ways_on.actions(error)
        again = BannerAction(self.tr("Try again"), self.opening.reload, primary=not actions)
        self.notice.show_notice(Severity.ERROR, sentence(error), "", (*actions, again))

    # --- what happens -------------------------------------------------------------------

    def _on_refused(self, error: PersonError) -> None:
        if isinstance(error, HubGated):
            self._show_gated(error)
        else:
            self._show_trouble(error)

    def _on_card(self, shown: bool) -> None:
        found = self.opening.found
        if shown and found is not None:
            self.card_view.show_card(found)
        self.room.show_card(shown and found is not None)

    def _on_made_from_chosen(self, index: QModelIndex) -> None:
        found = index.data(FoundRole.REPOSITORY)
        if found is not None:
            self.open(HubAddress(found.repo_id))

    def _on_download(self, files: list[object], compare: bool) -> None:
        found = self.opening.found
        if found is not None and self.files.model.locked:
            self._show_gated(HubGated(found.repo_id, self._backends.page_of(found.repo_id)))
        elif found is not None and files:
            self.download_wanted.emit(found, files, compare)

    def _on_night(self, files: list[object]) -> None:
        found = self.opening.found
        if found is not None and self.files.model.locked:
            self._show_gated(HubGated(found.repo_id, self._backends.page_of(found.repo_id)))
        elif found is not None:
            self.night_wanted.emit(found, files)

    def _want_page(self) -> None:
        repo_id = self.opening.address.repo_id
        if repo_id:
            self.page_wanted.emit(self._backends.page_of(repo_id))
