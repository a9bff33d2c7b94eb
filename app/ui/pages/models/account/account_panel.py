"""The account on the Hub: whose token is in use, another one, and none; certificates beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.ui.kit.question import Question
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import ElidedLabel, FlowLayout, IconButton, label, push_button
from app.ui.kit.widgets.labels import set_role
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.words.sentences import sentence
from app.ui.pages.models.account.hub_account import AccountStatus, HubAccount
from app.ui.pages.models.account.sign_in import SignInRow

if TYPE_CHECKING:
    from app.core.errors import PersonError
    from app.ui.kit.jobs import Jobs
    from app.ui.pages.models.ways_on import WaysOn


class CertificateRow(QWidget):
    """For who sits behind a proxy, a company's or a virus scanner's, that looks into connections.

    Signals:
        resized: It shows more or less than before.
    """

    resized = Signal()

    def __init__(self, ways: WaysOn) -> None:
        super().__init__()
        self._ways = ways
        self.title = label(self.tr("Certificates"), "strong")
        self.hint = label(
            self.tr(
                "If your company, proxy or virus scanner looks into connections, its certificate"
                " file is needed besides those that the system knows."
            ),
            "small-dim",
            wrap=True,
        )
        self.file = ElidedLabel("", least_characters=10)
        self.remove = IconButton("close", self.tr("Believe this file no more"), size_px=14)
        self.remove.clicked.connect(lambda: ways.believe(None))
        self.button = push_button(self.tr("Choose a certificate file …"))
        self.button.clicked.connect(ways.choose_certificate)
        self.problem = label("", "failed", wrap=True)
        line = in_row((self.file, 1), self.remove)
        in_column(
            self.title, self.hint, line, self.problem, self.button, on=self, margins=(0, GRID, 0, 0)
        )
        ways.mended.connect(self.look)
        ways.refused.connect(self._say)
        self.look()

    def look(self) -> None:
        """Show the file in use."""
        chosen = self._ways.chosen
        name = "" if chosen is None else str(chosen)
        self.file.set_text(name, name)
        for each in (self.file, self.remove):
            each.setVisible(chosen is not None)
        self._say("")

    def _say(self, problem: str) -> None:
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.resized.emit()


class AccountPanel(QWidget):
    """Looks the token up when it is opened; the Hub is asked only when the person wants it.

    Signals:
        changed: Another token is in use, or none.
        resized: It shows more or less than before.
    """

    changed = Signal()
    resized = Signal()

    def __init__(self, account: HubAccount, jobs: Jobs, hub: str, ways_on: WaysOn) -> None:
        """``hub`` is the name of the Hub in use."""
        super().__init__()
        self.setAccessibleName(self.tr("Account"))
        self._account = account
        self._jobs = jobs
        self.title = label(self.tr("Account on {hub}").format(hub=hub), "strong", wrap=True)
        self.sentence = label("", wrap=True)
        self.owner = label("", wrap=True)
        self.who_button = push_button(self.tr("Ask the Hub whose it is"), run=self._ask_owner)
        self.forget_button = push_button(self.tr("Forget token"), icon_name="delete")
        self.question = Question()
        self.forget_button.clicked.connect(self._ask_to_forget)
        self.entry = SignInRow(account, jobs)
        self.entry.kept.connect(self._on_kept)
        self.entry.refused.connect(self._say_problem)
        self.hint = label(
            self.tr(
                "A token is made on the Hub under Settings, Access tokens; reading is all that it"
                " must allow. It is kept in the system’s keyring, never in a file."
            ),
            "small-dim",
            wrap=True,
        )
        self.certificates = CertificateRow(ways_on)
        self.certificates.resized.connect(self.resized)
        self._lay_out()

    def look(self) -> None:
        """Look up which token is in use."""
        self._say_owner("")
        self.sentence.setText(self.tr("Looking for a token …"))
        self._offer(AccountStatus())
        self._jobs.run(
            lambda _context: self._account.status(), done=self._show, failed=self._on_failed
        )

    def _lay_out(self) -> None:
        self._buttons = QWidget()
        flow = FlowLayout(self._buttons, spacing_px=GRID)
        flow.addWidget(self.who_button)
        flow.addWidget(self.forget_button)
        in_column(
            self.title,
            self.sentence,
            self.owner,
            self._buttons,
            self.question,
            self.entry,
            self.hint,
            self.certificates,
            1,
            on=self,
            margins=(0, 0, GRID, 0),
        )

    # --- showing ------------------------------------------------------------------------

    def _show(self, status: AccountStatus) -> None:
        if status.refused:
            words = self.tr(
                "The Hub does not accept the token from {place}: it is asked without it."
            ).format(place=status.place)
            self.sentence.setText(f"{words} {status.remark}".strip())
        elif status.signed_in:
            words = self.tr("In use: the token from {place}.").format(place=status.place)
            self.sentence.setText(f"{words} {status.remark}".strip())
        else:
            self.sentence.setText(
                self.tr("You are not signed in. Only gated and private repositories need it.")
            )
        self._offer(status)

    def _offer(self, status: AccountStatus) -> None:
        self.who_button.setVisible(bool(status.place))
        self.forget_button.setVisible(status.own)
        self._buttons.setVisible(bool(status.place))
        self.resized.emit()

    def _say_owner(self, text: str, *, failed: bool = False) -> None:
        self.owner.setText(text)
        self.owner.setVisible(bool(text))
        set_role(self.owner, "failed" if failed else "")
        self.resized.emit()

    def _say_problem(self, sentence: str) -> None:
        self._say_owner(sentence, failed=True)

    # --- what happens -------------------------------------------------------------------

    def _on_failed(self, error: PersonError) -> None:
        self._say_problem(sentence(error))

    def _on_kept(self, _where: str) -> None:
        self.look()
        # Whoever signs in wants to know whether the Hub takes it.
        self._ask_owner()
        self.changed.emit()

    def _ask_owner(self) -> None:
        self._say_owner(self.tr("Asking the Hub …"))
        self._jobs.run(
            lambda _context: self._account.owner(), done=self._on_owner, failed=self._on_failed
        )

    def _on_owner(self, name: str | None) -> None:
        self._say_owner(self.tr("It is {name}’s.").format(name=name) if name else "")

    def _ask_to_forget(self) -> None:
        """The Hub shows a token once: what is forgotten here may be nowhere else."""
        self.question.ask(
            self.tr("Forget this token? The Hub does not show it again."),
            self.tr("Forget"),
            self._forget,
        )
        self.resized.emit()

    def _forget(self) -> None:
        self._jobs.run(
            lambda _context: self._account.forget(),
            done=self._on_forgotten,
            failed=self._on_failed,
        )

    def _on_forgotten(self, left: AccountStatus) -> None:
        self._show(left)
        self._say_owner(self.tr("The token is forgotten."))
        self.changed.emit()
