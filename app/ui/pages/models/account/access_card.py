"""What stands between the person and a repository: a licence to accept, a token to give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from app.ui.kit.icons import Tone
from app.ui.kit.plain import set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import FlowLayout, Picture, label, push_button
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.pages.models.account.sign_in import SignInRow

if TYPE_CHECKING:
    from app.ui.kit.jobs import Jobs
    from app.ui.pages.models.account.hub_account import AccountStatus, HubAccount


class AccessCard(QFrame):
    """Hidden until one of the ``show_`` methods.

    Signals:
        page_wanted: The repository's page is to be opened in the browser.
        try_again: Access may have changed.
    """

    page_wanted = Signal()
    try_again = Signal()

    def __init__(self, account: HubAccount, jobs: Jobs) -> None:
        super().__init__()
        self.setProperty("role", "surface")
        self._account = account
        self._jobs = jobs
        self.title = label("", "strong", wrap=True)
        self.sentence = label("", wrap=True)
        self.open_button = push_button(self.tr("Open its page"), "primary", icon_name="external")
        self.open_button.clicked.connect(self.page_wanted)
        self.again_button = push_button(self.tr("Try again"), icon_name="refresh")
        self.again_button.clicked.connect(self.try_again)
        self.entry = SignInRow(account, jobs)
        self.token, self.sign_in_button = self.entry.token, self.entry.button
        self.entry.kept.connect(self._on_kept)
        self.remark = label("", "small-dim", wrap=True)
        self.entry.refused.connect(self.remark.setText)
        self._lay_out()
        self.hide()

    def show_gated(self, sentence: str, page: str) -> None:
        """The licence must be accepted first."""
        self.title.setText(self.tr("You must accept the licence first"))
        self.sentence.setText(sentence)
        set_tip(self.open_button, page)
        self.open_button.show()
        self._ask_whether_signed_in()
        self.show()

    def show_refused(self, sentence: str) -> None:
        """The token is missing or not accepted, or there is nothing at all."""
        self.title.setText(self.tr("This repository cannot be opened"))
        self.sentence.setText(sentence)
        self.open_button.hide()
        self._ask_whether_signed_in()
        self.show()

    def _lay_out(self) -> None:
        head = in_row(Picture("lock", size_px=20, tone=Tone.WORKING), (self.title, 1))
        buttons = QWidget()
        flow = FlowLayout(buttons, spacing_px=GRID)
        flow.addWidget(self.open_button)
        flow.addWidget(self.again_button)
        in_column(head, self.sentence, buttons, self.entry, self.remark, on=self, margins=GRID * 2)

    def _ask_whether_signed_in(self) -> None:
        self.remark.setText("")
        # The keyring may ask the person for a password: never on the main thread.
        self._jobs.run(lambda _context: self._account.status(), done=self._on_known)

    def _on_known(self, status: AccountStatus) -> None:
        if status.refused:
            text = self.tr(
                "The Hub does not accept the token from {place}: sign in with a new one."
            )
            text = text.format(place=status.place)
        elif status.signed_in:
            text = self.tr("A token is in use; another one takes its place.")
        else:
            text = self.tr(
                "You are not signed in. A token is made on the Hub under Settings, Access tokens;"
                " it is kept in the system’s keyring, never in a file."
            )
        self.remark.setText(text)

    def _on_kept(self, where: str) -> None:
        self.remark.setText(self.tr("Signed in; the token is kept in {where}.").format(where=where))
        self.try_again.emit()
