"""What a person may do where something bars the way to the Hub."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDir, QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.hub.errors import HubBarred, HubPage, HubUnauthorized, Remedy
from app.ui.kit.widgets import BannerAction
from app.ui.kit.words.sentences import sentence

if TYPE_CHECKING:
    from app.core.errors import PersonError
    from app.ui.kit.jobs import Jobs
    from app.ui.pages.models.account.hub_account import HubTrust


class WaysOn(QObject):
    """The buttons beside an error, and what they do. Main thread.

    Signals:
        mended: Another certificate file is believed, or none: it is worth trying again.
        refused: A file cannot be used: a sentence.
        browser_wanted: The network's own page is to be seen.
        account_wanted: The person wants to sign in.
    """

    mended = Signal()
    refused = Signal(str)
    browser_wanted = Signal()
    account_wanted = Signal()

    def __init__(self, trust: HubTrust, jobs: Jobs, parent: QWidget) -> None:
        super().__init__(parent)
        self._trust = trust
        self._jobs = jobs
        self._over = parent
        self.choose = self._ask

    @property
    def chosen(self) -> Path | None:
        """The certificate file in use."""
        return self._trust.chosen

    def actions(self, error: PersonError) -> tuple[BannerAction, ...]:
        """The buttons for an error; none where nothing is to be done from here."""
        if isinstance(error, HubBarred) and error.remedy is Remedy.CERTIFICATE:
            return (
                BannerAction(self.tr("Choose a certificate file …"), self.choose_certificate, True),
            )
        if isinstance(error, HubPage):
            return (
                BannerAction(self.tr("Open it in the browser"), self.browser_wanted.emit, True),
            )
        if isinstance(error, HubUnauthorized):
            return (BannerAction(self.tr("Sign in …"), self.account_wanted.emit, True),)
        return ()

    def choose_certificate(self) -> None:
        """Let the person choose a file, and believe what is in it."""
        path = self.choose()
        if path is not None:
            self.believe(path)

    def believe(self, path: Path | None) -> None:
        """Believe what is in a file besides what the system believes, or nothing more."""
        self._jobs.run(
            lambda _context: self._trust.believe(path),
            done=self._on_believed,
            failed=lambda error: self.refused.emit(sentence(error)),
        )

    def _on_believed(self, _nothing: None) -> None:
        self._trust.keep()
        self.mended.emit()

    def _ask(self) -> Path | None:
        kinds = self.tr("Certificates (*.pem *.crt *.cer *.der)") + ";;" + self.tr("All files (*)")
        name, _ = QFileDialog.getOpenFileName(
            self._over.window(), self.tr("Choose a certificate file"), QDir.homePath(), kinds
        )
        return Path(name) if name else None
