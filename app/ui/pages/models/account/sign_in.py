"""Where a token is typed, and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from app.ui.kit.theme import GRID
from app.ui.kit.widgets import push_button
from app.ui.kit.widgets.layouts import in_row
from app.ui.kit.words.sentences import sentence

if TYPE_CHECKING:
    from app.core.errors import PersonError
    from app.ui.kit.jobs import Jobs
    from app.ui.pages.models.account.hub_account import HubAccount


class SignInRow(QWidget):
    """A field that shows no token, and a button.

    Signals:
        kept: A token is in use from now on; where it is kept, in words.
        refused: It cannot be a token: a sentence.
    """

    kept = Signal(str)
    refused = Signal(str)

    def __init__(self, account: HubAccount, jobs: Jobs) -> None:
        super().__init__()
        self._account = account
        self._jobs = jobs
        self.token = QLineEdit()
        self.token.setEchoMode(QLineEdit.EchoMode.Password)
        self.token.setAccessibleName(self.tr("Access token"))
        self.token.setPlaceholderText(self.tr("Access token (hf_…)"))
        self.token.setMaxLength(512)
        self.token.setMinimumWidth(GRID * 12)
        self.token.textChanged.connect(self._on_typed)
        self.token.returnPressed.connect(self._sign_in)
        self.button = push_button(self.tr("Sign in"), icon_name="lock", run=self._sign_in)
        self.button.setEnabled(False)
        in_row((self.token, 1), self.button, on=self)
        self.setFocusProxy(self.token)

    def _on_typed(self, text: str) -> None:
        self.button.setEnabled(bool(text.strip()))

    def _sign_in(self) -> None:
        secret = self.token.text().strip()
        if not secret or not self.button.isEnabled():
            return
        self.button.setEnabled(False)
        # The keyring may ask the person for a password: never on the main thread.
        self._jobs.run(
            lambda _context: self._account.keep(secret),
            done=self._on_kept,
            failed=self._on_refused,
        )

    def _on_kept(self, where: str) -> None:
        self.token.clear()
        self.kept.emit(where)

    def _on_refused(self, error: PersonError) -> None:
        self.button.setEnabled(True)
        self.refused.emit(sentence(error))
