"""The one main window: rail, pages, command palette, help, remarks."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QByteArray, QEvent, QObject, QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QKeySequence,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from app.ui.kit.file_drop import DropHint, dropped_link, model_paths
from app.ui.kit.icons import app_icon, icon
from app.ui.kit.outside import open_outside
from app.ui.kit.plain import set_title
from app.ui.kit.theme import Theme, ThemeChoice
from app.ui.kit.widgets.banner import Banner, BannerAction, Severity
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.wishes import LinkWanted, Remark, ServeWanted, TuneWanted
from app.ui.kit.words.offered import WordWanted, word_at
from app.ui.shell.command_palette import CommandPalette
from app.ui.shell.help import HelpPanel
from app.ui.shell.rail import Rail
from app.ui.shell.status_line import StatusLine

if TYPE_CHECKING:
    from app.store.settings import Settings
    from app.ui.kit.pages import Page

MINIMUM_SIZE = QSize(800, 560)
FIRST_SIZE = QSize(1280, 800)
FRAME_ROOM = QSize(8, 48)
_SCHEMES = ("http", "https", "mailto")


class MainWindow(QMainWindow):
    """Holds the pages. Knows nothing of sessions and engines.

    Signals:
        close_requested: The person wants to quit. The window stays until ``close_for_good``.
        files_dropped: Model files (``list[Path]``) were dropped on the window.
        link_dropped: An address of the Hub was: the ``Link`` that leads there.
        serve_wanted: Other programs are to be let ask a candidate.
        tune_wanted: The best settings of a candidate on this PC are to be found.
        page_shown: Another page is open, by its id.

    Attributes:
        sources: What else the palette finds: asked each time it opens.
        current_page: The page that is open.
        status: The status line.
        notice: The notice above the page.
    """

    close_requested = Signal()
    files_dropped = Signal(list)
    link_dropped = Signal(object)
    serve_wanted = Signal(object)
    tune_wanted = Signal(object)
    page_shown = Signal(str)

    def __init__(self, theme: Theme, *, title: str = "Shrinkscope") -> None:
        super().__init__()
        self._theme = theme
        self._title = title
        self._pages: dict[str, Page] = {}
        self.current_page: Page | None = None
        self._may_close = False
        self.sources: list[Callable[[], Iterable[QAction]]] = []
        set_title(self, title)
        self.setWindowIcon(app_icon())
        self.setMinimumSize(MINIMUM_SIZE)
        self.setAcceptDrops(True)
        self._rail = Rail()
        self._rail.chosen.connect(self.show_page)
        self._stack = QStackedWidget()
        self.notice = Banner(dismissible=True)
        self.notice.hide()
        self.status = StatusLine()
        self._strip_room = QVBoxLayout()
        self._centre = self._lay_out()
        self._hint = DropHint(self._centre, self.tr("Drop to compare this model"))
        self._help = HelpPanel(self._centre)
        self._palette = CommandPalette(self._centre, self.commands)
        self._add_own_actions()

    def _lay_out(self) -> QWidget:
        centre = QWidget()
        notice_room = in_column(self.notice, margins=(8, 0, 8, 0), spacing=None)
        column = in_column(notice_room, self._strip_room, (self._stack, 1), self.status, spacing=0)
        in_row(self._rail, (column, 1), on=centre, spacing=0)
        self.setCentralWidget(centre)
        centre.installEventFilter(self)
        return centre

    def _add_own_actions(self) -> None:
        self.palette_action = self.add_command(
            self.tr("Command palette"), self._palette.open, "Ctrl+K", "command"
        )
        self.help_action = self.add_command(
            self.tr("Explain this page"), self.toggle_help, "F1", "help"
        )
        self.words_action = self.add_command(
            self.tr("The words: what do they mean?"), self._explain_here, "Shift+F1", "help"
        )
        self._rail.add_help(self.help_action)
        self._help.shown.connect(self._rail.show_help)
        for choice, text, icon_name in (
            (ThemeChoice.SYSTEM, self.tr("Theme: follow the system"), "system"),
            (ThemeChoice.LIGHT, self.tr("Theme: light"), "sun"),
            (ThemeChoice.DARK, self.tr("Theme: dark"), "moon"),
        ):
            self.add_command(
                text, lambda choice=choice: self._theme.set_choice(choice), "", icon_name
            )
        self.full_screen_action = self.add_command(
            self.tr("Full screen"), self._toggle_full_screen, "F11"
        )
        self.quit_action = self.add_command(self.tr("Quit"), self.close, "Ctrl+Q")

    # --------------------------------------------------------------------------------- pages

    def add_page(self, page: Page) -> None:
        """Add a page to the rail; the first one is shown.

        Args:
            page: The window owns its widget from now on.
        """
        if page.id in self._pages:
            raise ValueError(f"there is a page {page.id} already")
        self._pages[page.id] = page
        self._stack.addWidget(page.widget)
        self._rail.add(page.id, page.title, page.icon_name, bottom=page.at_bottom)
        self.add_command(
            self.tr("Go to {page}").format(page=page.title),
            lambda: self.show_page(page.id),
            "",
            page.icon_name,
        )
        if self.current_page is None:
            self.show_page(page.id)

    def add_strip(self, strip: QWidget) -> None:
        """Put a line above the pages, for what concerns all of them; it hides itself."""
        self._strip_room.addWidget(strip)

    def show_page(self, page_id: str) -> None:
        """Open a page."""
        page = self._pages[page_id]
        self._rail.set_current(page_id)
        if page is self.current_page:
            return
        self.current_page = page
        self._theme.catch_up(page.widget)
        self._stack.setCurrentWidget(page.widget)
        set_title(self, f"{page.title} – {self._title}")
        self._help.hide()
        self.page_shown.emit(page_id)

    def seen_parts(self) -> list[QWidget]:
        """What the theme dresses: all around the pages, and the page that is open."""
        centre = self._centre.findChildren(
            QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly
        )
        around = [part for part in centre if part is not self._stack]
        return around if self.current_page is None else [*around, self.current_page.widget]

    # ------------------------------------------------------------------------------- commands

    def add_command(
        self,
        text: str,
        run: Callable[[], object],
        shortcut: str = "",
        icon_name: str = "",
    ) -> QAction:
        """Add an action that works on every page and stands in the command palette."""
        action = QAction(text, self)
        if shortcut:
            action.setShortcut(QKeySequence(shortcut))
        if icon_name:
            action.setIcon(icon(icon_name))
        action.triggered.connect(lambda _checked=False: run())
        self.addAction(action)
        return action

    def commands(self) -> Iterable[QAction]:
        """What the palette offers: the open page's actions, then the window's."""
        own = list(self.current_page.widget.actions()) if self.current_page else []
        others = (action for action in self.actions() if action is not self.palette_action)
        found = (action for source in self.sources for action in source())
        return [*own, *others, *found]

    def toggle_help(self) -> None:
        """Explain the open page, or stop explaining."""
        if self._help.isVisible():
            self._help.hide()
        elif self.current_page is not None:
            self._help.show_page(self.current_page, self.actions())

    def explain(self, key: str) -> None:
        """Show what a word means; with an empty key, all words."""
        if self.current_page is not None:
            self._help.show_word(self.current_page, self.actions(), key)

    def _explain_here(self) -> None:
        self.explain(word_at(QApplication.focusWidget()))

    # ------------------------------------------------------------------------- what it says

    def say(self, sentence: str, undo: Callable[[], object] | None = None) -> None:
        """A remark in the status line; fades. ``undo`` takes back what it tells of."""
        self.status.say(sentence, undo)

    def show_notice(
        self,
        severity: Severity,
        sentence: str,
        advice: str = "",
        actions: tuple[BannerAction, ...] = (),
    ) -> None:
        """Say something above the page that stays until it is dismissed."""
        self.notice.show_notice(severity, sentence, advice, actions)

    def ask_to_open(self, url: QUrl) -> None:
        """Show the address behind a link; it is opened only if the person then says so."""
        address = url.toString(QUrl.ComponentFormattingOption.FullyEncoded)
        actions = [
            BannerAction(self.tr("Copy address"), lambda: self._copy_address(address)),
        ]
        if url.scheme() in _SCHEMES:
            advice = self.tr("It came from a model's answer, and may lead anywhere.")
            opens = BannerAction(self.tr("Open in the browser"), lambda: self._open(url), True)
            actions.insert(0, opens)
        else:
            advice = self.tr("This kind of address is not opened from here.")
        self.show_notice(Severity.WARNING, address, advice, tuple(actions))

    def _open(self, url: QUrl) -> None:
        self.notice.hide()
        open_outside(url)

    def _copy_address(self, address: str) -> None:
        QGuiApplication.clipboard().setText(address)
        self.notice.hide()
        self.say(self.tr("The address is in the clipboard."))

    # --------------------------------------------------------------------- kept between starts

    def restore(self, settings: Settings) -> None:
        """Take place, size and theme from the settings; call before the first show."""
        self._theme.set_choice(ThemeChoice(settings.theme))
        geometry = _decoded(settings.window_geometry)
        if geometry is None or not self.restoreGeometry(geometry):
            self._take_first_size()
        state = _decoded(settings.window_state)
        if state is not None:
            self.restoreState(state)

    def remember(self, settings: Settings) -> Settings:
        """The settings with this window's place, size and theme in them."""
        return msgspec.structs.replace(
            settings,
            theme=self._theme.choice.value,
            window_geometry=_encoded(self.saveGeometry()),
            window_state=_encoded(self.saveState()),
        )

    def _take_first_size(self) -> None:
        # The system's frame comes on top of this size.
        room = self.screen().availableGeometry().size() - FRAME_ROOM
        self.resize(FIRST_SIZE.boundedTo(room).expandedTo(MINIMUM_SIZE))

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    # ----------------------------------------------------------------------------------- the end

    def close_for_good(self) -> None:
        """Close now; whoever heard ``close_requested`` has ended everything."""
        self._may_close = True
        self.status.stop()
        self.close()

    # Qt's own names from here on.

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._may_close:
            event.accept()
        else:
            event.ignore()
            self.close_requested.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._centre and isinstance(event, QResizeEvent):
            if self._palette.isVisible():
                self._palette.place()
            if self._help.isVisible():
                self._help.place()
        return super().eventFilter(watched, event)

    def customEvent(self, event: QEvent) -> None:
        match event:
            case WordWanted():
                self.explain(event.key)
            case Remark():
                self.say(event.sentence, event.undo)
            case LinkWanted():
                self.ask_to_open(event.url)
            case ServeWanted():
                self.serve_wanted.emit(event.candidate)
            case TuneWanted():
                self.tune_wanted.emit(event.candidate)
            case _:
                return
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if model_paths(event.mimeData()):
            event.acceptProposedAction()
            self._hint.cover()
        elif dropped_link(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._hint.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._hint.hide()
        paths = model_paths(event.mimeData())
        if paths:
            event.acceptProposedAction()
            self.files_dropped.emit(paths)
        elif (link := dropped_link(event.mimeData())) is not None:
            event.acceptProposedAction()
            self.link_dropped.emit(link)


def _encoded(data: QByteArray) -> str:
    return base64.b64encode(data.data()).decode("ascii")


def _decoded(text: str) -> QByteArray | None:
    if not text:
        return None
    try:
        return QByteArray(base64.b64decode(text, validate=True))
    except ValueError:
        return None
