"""The page's first line: its tabs, which Hub it is, the downloads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QFrame, QPushButton, QTabBar

from app.ui.kit.icons import icon
from app.ui.kit.plain import set_spoken, set_tip, words_of
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import ElidedLabel, push_button
from app.ui.kit.widgets.layouts import in_row

if TYPE_CHECKING:
    from PySide6.QtGui import QAction, QResizeEvent


class ModelsTopBar(QFrame):
    """Holds what the page wires.

    Signals:
        tab_chosen: 0 for the Hub, 1 for this PC, 2 for servers, 3 for what is served from here.
    """

    tab_chosen = Signal(int)

    def __init__(self, badge: str, downloads: QAction, account: QAction) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(False)  # the badge gives way before them
        self.tabs.setAccessibleName(self.tr("Where to look"))
        self._pictures = [icon(name) for name in ("search", "models", "link", "external")]
        tabs = (self.tr("Hub"), self.tr("On this PC"), self.tr("Servers"), self.tr("Serve"))
        for picture, words in zip(self._pictures, tabs, strict=True):
            self.tabs.addTab(picture, words)
        self.tabs.currentChanged.connect(self._on_tab)
        self.badge = ElidedLabel(least_characters=6, strong=True)
        said = self.tr("This is not the usual Hub; it gets your searches.")
        self.badge.set_text(badge, f"{badge}\n{said}")
        set_spoken(self.badge, self.tr("Another Hub: {host}").format(host=badge))
        self._downloads = downloads
        self.downloads_button: QPushButton = push_button(words_of(downloads.text()), "quiet")
        self.downloads_button.setIcon(icon("download"))
        self.downloads_button.setCheckable(True)
        self.downloads_button.clicked.connect(downloads.trigger)
        downloads.toggled.connect(self.downloads_button.setChecked)
        self.account_button = push_button(self.tr("Account"), "quiet", run=account.trigger)
        set_tip(self.account_button, words_of(account.text()))
        self.account_button.setIcon(icon("person"))
        in_row(
            self.tabs,
            1,
            self.badge,
            self.account_button,
            self.downloads_button,
            on=self,
            margins=(GRID, 0, GRID, 0),
        )
        self._words = {
            button: words_of(button.text())
            for button in (self.account_button, self.downloads_button)
        }
        # Only now: a label without a parent would show as a window of its own.
        self.badge.setVisible(bool(badge))

    def _on_tab(self, tab: int) -> None:
        # The account is the Hub's; what is on this PC needs none.
        self.account_button.setVisible(tab == 0)
        self.tab_chosen.emit(tab)

    def set_downloads(self, unfinished: int) -> None:
        """How many downloads are not done."""
        text = self.tr("Downloads")
        if unfinished:
            text = self.tr("Downloads ({n})").format(n=unfinished)
        self._words[self.downloads_button] = text
        self.downloads_button.setAccessibleName(text)
        set_tip(self.downloads_button, text)
        self._fit()

    def _fit(self) -> None:
        """Where there is no room for both: of buttons the pictures, of tabs the words."""
        self._show(button_words=True, tab_pictures=True)
        if self.width() < super().minimumSizeHint().width():
            self._show(button_words=False, tab_pictures=True)
        if self.width() < super().minimumSizeHint().width():
            self._show(button_words=False, tab_pictures=False)

    def _show(self, *, button_words: bool, tab_pictures: bool) -> None:
        for button, words in self._words.items():
            button.setText(words if button_words else "")
        for tab, picture in enumerate(self._pictures):
            self.tabs.setTabIcon(tab, picture if tab_pictures else QIcon())
        self.tabs.updateGeometry()  # which a tab bar that is not shown yet leaves out

    # Qt's own names from here on.

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        spared = 0
        for button in self._words:
            if button.text() and not button.isHidden():
                spared += button.fontMetrics().horizontalAdvance(button.text())
        if not self.tabs.tabIcon(0).isNull():
            spared += len(self._pictures) * self.tabs.iconSize().width()
        return QSize(hint.width() - spared, hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
