"""The Models page: wires its parts to the backends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QAction, QKeySequence, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.core.errors import PersonError
from app.core.hub_names import HubAddress
from app.ui.kit.icons import icon
from app.ui.kit.late import Place
from app.ui.kit.outside import open_outside
from app.ui.kit.widgets import Banner, BannerAction, Popup, Severity
from app.ui.kit.widgets.layouts import in_column
from app.ui.kit.wishes import remark
from app.ui.kit.words.sentences import sentence
from app.ui.pages.models.account.account_panel import AccountPanel
from app.ui.pages.models.downloads.offer import ComparisonOffer
from app.ui.pages.models.downloads.panel import DownloadsPanel, DownloadsRoom
from app.ui.pages.models.hub_tab import HubTab
from app.ui.pages.models.library.comparisons import WaitingComparisons
from app.ui.pages.models.library.tab import LibraryTab
from app.ui.pages.models.repository.repository import OpenState
from app.ui.pages.models.repository.repository_panel import RepositoryPanel
from app.ui.pages.models.search.pane import SearchPane
from app.ui.pages.models.search.search import Search, SearchState
from app.ui.pages.models.servers.tab import ServersTab
from app.ui.pages.models.serving.tab import ServeTab
from app.ui.pages.models.top_bar import ModelsTopBar
from app.ui.pages.models.ways_on import WaysOn

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.hub.links import Link
    from app.core.listing import ListedFile
    from app.hub.repositories import Repository
    from app.ui.kit.jobs import Jobs
    from app.ui.pages.models.account.hub_account import AccountStatus
    from app.ui.pages.models.ports import Backends

HUB, LIBRARY, SERVERS, SERVE = 0, 1, 2, 3
USUAL_HUB = "huggingface.co"


class ModelsPage(QWidget):
    """Find on the Hub, see what is here, download. Its actions are its commands.

    Signals:
        compare_wanted: Model files (paths) are to be opened as panes.
        try_wanted: Candidates are to be opened as panes.
        night_wanted: A repository, and a list of its files that are to be measured overnight.
        measure_wanted: Candidates of one family are to be measured.
        show_wanted: A candidate is to be open beside the others.
        pick_wanted: The person wants to choose what is served.

    Args:
        backends: What it stands on; it listens to them.
        jobs: The door to background work.
        open_address: Opens web pages and folders in the system's programs.
    """

    compare_wanted = Signal(list)
    try_wanted = Signal(list)
    night_wanted = Signal(object, list)
    measure_wanted = Signal(list)
    show_wanted = Signal(object)
    pick_wanted = Signal()
    folder_moved = Signal(object, object)

    def __init__(
        self,
        backends: Backends,
        jobs: Jobs,
        *,
        open_address: Callable[[QUrl], object] = open_outside,
    ) -> None:
        super().__init__()
        self._backends = backends
        self._open_address = open_address
        self.downloads_action = QAction(icon("download"), self.tr("Downloads"), self)
        self.account_action = QAction(icon("person"), self.tr("Account on the Hub"), self)
        self.top = ModelsTopBar(backends.badge, self.downloads_action, self.account_action)
        self._jobs = jobs
        self.ways_on = WaysOn(backends.trust, jobs, self)
        self.account = AccountPanel(
            backends.account, jobs, backends.badge or USUAL_HUB, self.ways_on
        )
        self._account_popup = Popup(self.account, self.top.account_button)
        self.search = Search(backends.catalogue, jobs, backends.hub_hosts, self)
        self.search_pane = SearchPane(self.search, self.ways_on, backends.pc)
        self.panel = RepositoryPanel(backends, jobs, self.ways_on)
        self.token_notice = Banner(dismissible=True)
        self.token_notice.hide()
        self.library = LibraryTab(backends.library, jobs)
        self._servers: ServersTab | None = None
        self._serve: ServeTab | None = None
        self.downloads = DownloadsPanel(backends.downloads)
        self.comparisons = WaitingComparisons(backends.comparisons, self)
        self.offer = ComparisonOffer(self.comparisons)
        self._finished = self._finished_keys()
        self._refused_place = ""
        self._is_held = self._is_looked_at = False
        self._lay_out()
        self._make_actions()
        self._wire()
        self._on_library_changed()
        self._on_downloads_changed()
        # What the last time left unfinished goes on, and is seen to.
        self.downloads_action.setChecked(self.downloads.model.unfinished > 0)

    @property
    def servers(self) -> ServersTab:
        """The tab with servers, built when it is first wanted: most people have none."""
        if self._servers is None:
            self._servers = tab = ServersTab(self._backends.servers, self._jobs)
            tab.try_wanted.connect(self.try_wanted)
            tab.measure_wanted.connect(self.measure_wanted)
            tab.show_wanted.connect(self.show_wanted)
        return self._servers

    @property
    def serve(self) -> ServeTab:
        """The tab that serves, built likewise."""
        if self._serve is None:
            self._serve = tab = ServeTab(self._jobs)
            tab.pick_wanted.connect(self.pick_wanted)
        return self._serve

    @property
    def served(self) -> Sequence[Candidate]:
        """The versions to serve, from top to bottom."""
        return self._serve.candidates if self._serve is not None else ()

    def show_tab(self, tab: int) -> None:
        """Show the Hub (0), this PC (1), servers (2), or what is served from here (3)."""
        self.top.tabs.setCurrentIndex(tab)

    def find_on_hub(self) -> None:
        """Let the person type what to look for on the Hub."""
        self.show_tab(HUB)
        self.hub.open_repository(False)
        self.search_pane.focus_words()

    def open_address(self, address: HubAddress) -> None:
        """Show a repository of the Hub."""
        self.show_tab(HUB)
        self.panel.open(address)

    def open_link(self, link: Link) -> None:
        """Show where a link leads; nothing is downloaded before the person says so."""
        self.show_tab(HUB)
        self.panel.open_link(link)

    def set_held(self, held: bool) -> None:
        """Let predictions wait for answers in progress, or go on."""
        self.panel.files.set_held(held)
        self._is_held = held
        self._look_at_pc()

    def stop(self) -> None:
        """Work out nothing more, and serve nothing; the window closes."""
        self.panel.files.stop()
        if self._serve is not None:
            self._serve.stop()

    def layout_state(self) -> dict[str, list[int]]:
        """The splitters' sizes by name."""
        return {
            "models-hub": self.hub.kept(),
            "models-page": self.room.kept(),
            "models-library": self.library.splitter.sizes(),
        }

    def restore_layout(self, splitters: Mapping[str, list[int]]) -> None:
        """Bring back what :meth:`layout_state` gave."""
        parts = (self.hub.restore, self.room.restore, self.library.splitter.setSizes)
        for name, restore in zip(("hub", "page", "library"), parts, strict=True):
            sizes = splitters.get(f"models-{name}", [])
            if len(sizes) == 2:
                restore(sizes)

    # --- parts --------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.hub = HubTab(self.search_pane, self.panel)
        self.tabs = QStackedWidget()
        self.tabs.addWidget(self.hub)
        self.tabs.addWidget(self.library)
        self.tabs.addWidget(Place(lambda: self.servers))
        self.tabs.addWidget(Place(lambda: self.serve))
        self.room = DownloadsRoom(self.tabs, self.downloads)
        self.downloads.hide()
        in_column(self.top, self.token_notice, self.offer, (self.room, 1), on=self, spacing=0)

    def _make_actions(self) -> None:
        self.downloads_action.setCheckable(True)
        self._add(self.downloads_action, "Ctrl+J")
        search = QAction(icon("search"), self.tr("Search the Hub"), self)
        search.triggered.connect(self.find_on_hub)
        self._add(search, "Ctrl+F")
        library = QAction(icon("models"), self.tr("Show what is on this PC"), self)
        library.triggered.connect(lambda: self.show_tab(LIBRARY))
        self._add(library, "")
        servers = QAction(icon("link"), self.tr("Show servers with models"), self)
        servers.triggered.connect(lambda: self.show_tab(SERVERS))
        self._add(servers, "")
        serve = QAction(icon("external"), self.tr("Serve versions to other programs"), self)
        serve.triggered.connect(lambda: self.show_tab(SERVE))
        self._add(serve, "")
        self._add(self.library.rescan_action, "F5")
        self.account_action.triggered.connect(self._open_account)
        self._add(self.account_action, "")

    def _add(self, action: QAction, keys: str) -> None:
        if keys:
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.addAction(action)

    def _wire(self) -> None:
        self._backends.downloads.changed.add(self._on_downloads_changed)
        self._backends.library.changed.add(self._on_library_changed)
        self.top.tab_chosen.connect(self._show_tab)
        self.downloads_action.toggled.connect(self.room.show_downloads)
        self.downloads.closed.connect(lambda: self.downloads_action.setChecked(False))
        self.downloads.compare_wanted.connect(self.compare_wanted)
        self.search.address_entered.connect(self.panel.open)
        self.search_pane.repository_chosen.connect(
            lambda repo_id: self.panel.open(HubAddress(repo_id))
        )
        self.search_pane.library_wanted.connect(lambda: self.show_tab(LIBRARY))
        self.panel.opened.connect(self.search_pane.select)
        self.panel.opened.connect(lambda _repo_id: self.hub.open_repository(True))
        self.panel.left.connect(self._to_search)
        self.hub.narrowed.connect(self.panel.head.back_button.setVisible)
        self.panel.opening.state_changed.connect(self._tell_present)
        self.panel.page_wanted.connect(lambda page: self._open_address(QUrl(page)))
        self.panel.download_wanted.connect(self._download)
        self.panel.night_wanted.connect(self.night_wanted)
        self.panel.compare_wanted.connect(self.compare_wanted)
        self.library.compare_wanted.connect(self.compare_wanted)
        self.library.try_wanted.connect(self.try_wanted)
        self.library.measure_wanted.connect(self.measure_wanted)
        self.library.hub_wanted.connect(self.find_on_hub)
        self.library.reveal_wanted.connect(self._reveal)
        self.library.said.connect(lambda words: remark(self, words))
        self.library.folder_moved.connect(self.folder_moved)
        self.offer.compare_wanted.connect(self.compare_wanted)
        self.account.resized.connect(self._fit_account)
        self.account.changed.connect(self.panel.follow_account)
        self.account.changed.connect(self._look_whether_refused)
        self.search.state_changed.connect(self._look_whether_refused)
        self.panel.opening.state_changed.connect(self._look_whether_refused)
        self.ways_on.mended.connect(self._try_again)
        self.ways_on.refused.connect(lambda words: remark(self, words))
        self.ways_on.account_wanted.connect(self._open_account)
        self.ways_on.browser_wanted.connect(
            lambda: self._open_address(QUrl(self._backends.page_of("")))
        )

    # --- what the backends say ----------------------------------------------------------

    def _on_downloads_changed(self) -> None:
        self.downloads.refresh()
        self.room.fit()
        entries = self._backends.downloads.entries()
        self.top.set_downloads(self.downloads.model.unfinished)
        self.comparisons.note(entries)
        finished = self._finished_keys()
        if finished - self._finished:
            self._backends.library.rescan()
        self._finished = finished

    def _finished_keys(self) -> set[str]:
        entries = self._backends.downloads.entries()
        return {entry.key for entry in entries if entry.path is not None}

    def _on_library_changed(self) -> None:
        self.library.refresh()
        self._tell_present()

    def _tell_present(self) -> None:
        """Mark the files of the open repository that are here already."""
        found = self.panel.opening.found
        if found is None:
            return
        here = [
            model.path
            for model in self._backends.library.models
            if model.repository == found.repo_id and model.broken is None
        ]
        self.panel.note_present(
            {
                file.name: path
                for file in found.files
                for path in reversed(here)
                if path.as_posix().endswith(f"/{file.name}")
            }
        )

    # --- what the person does -----------------------------------------------------------

    def _show_tab(self, tab: int) -> None:
        if tab == SERVERS:
            self.servers.read()
        self.tabs.setCurrentIndex(tab)

    def _to_search(self) -> None:
        self.hub.open_repository(False)
        self.search_pane.focus_results()

    def _download(self, repository: Repository, files: list[ListedFile], compare: bool) -> None:
        try:
            place_of = self.panel.files.model.place_of
            wanted = [
                place_of(file) or self._backends.downloads.add(repository, file) for file in files
            ]
            if compare:
                self.comparisons.add(wanted)
        except PersonError as error:
            remark(self, sentence(error))
        self.downloads_action.setChecked(True)
        self._on_downloads_changed()

    def _open_account(self) -> None:
        self.show_tab(HUB)
        self.account.look()
        self._account_popup.open_at(self.top.account_button)

    def _try_again(self) -> None:
        """What failed may be possible now."""
        if self.search.state in (SearchState.FAILED, SearchState.FAILED_MORE):
            self.search.try_again()
        if self.panel.opening.state is OpenState.FAILED:
            self.panel.opening.reload()

    def _look_whether_refused(self) -> None:
        """Say it once where the Hub is asked without a token because it did not accept that."""
        if self.search.state is SearchState.LOADING:
            return
        # The keyring may ask the person for a password: never on the main thread.
        account = self._backends.account
        self._jobs.run(lambda _context: account.status(), done=self._say_whether_refused)

    def _say_whether_refused(self, status: AccountStatus) -> None:
        place = status.place if status.refused else ""
        if place == self._refused_place:
            return
        self._refused_place = place
        if not place:
            self.token_notice.hide()
            return
        self.token_notice.show_notice(
            Severity.WARNING,
            self.tr(
                "The Hub does not accept the token from {place}: it is asked without it."
            ).format(place=place),
            status.remark,
            (BannerAction(self.tr("Sign in …"), self._open_account),),
        )

    def _fit_account(self) -> None:
        """Give the popup the height that its words need now; the cursor stays where it is."""
        if self._account_popup.isVisible():
            focused = self._account_popup.focusWidget()
            self._account_popup.open_at(self.top.account_button)
            if focused is not None:
                focused.setFocus()

    def _look_at_pc(self) -> None:
        """Once, when the page is seen first and nobody's speed is being taken."""
        if self.isVisible() and not self._is_held and not self._is_looked_at:
            self._is_looked_at = True
            look = self._backends.look_at_pc
            self._jobs.run(lambda _context: look(), done=self.search_pane.set_pc)

    def _reveal(self, path: Path) -> None:
        self._open_address(QUrl.fromLocalFile(str(path.parent)))

    # Qt's own names from here on.

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look_at_pc()
