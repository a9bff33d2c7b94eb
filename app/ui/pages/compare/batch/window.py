"""The window *Many prompts*: type them or take a file, ask, read the answers, write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QWidget

from app.core.batch.prompts import read_prompts
from app.core.errors import PersonError
from app.core.words.sentence import say
from app.ui.kit.plain import set_spoken, set_title
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import IconButton, label, push_button
from app.ui.kit.widgets.labels import set_role
from app.ui.kit.widgets.layouts import in_column, in_row, split
from app.ui.kit.widgets.progress import ProgressLine
from app.ui.kit.words.format import count
from app.ui.kit.words.sentences import sentence, told
from app.ui.pages.compare.batch.beside import Beside
from app.ui.pages.compare.batch.table import AnswersModel, AnswersView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.batch.prompts import BatchPrompt
    from app.core.candidates.candidate import Candidate
    from app.lab.batch.run import BatchResult

_LINES = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a batch asks.

    Attributes:
        candidates: In the order of the columns, none twice.
        names: What they are called, with their letters.
    """

    candidates: Sequence[Candidate] = ()
    names: Sequence[str] = ()


class BatchWindow(QDialog):
    """Does not block the page; what is asked goes on while it is closed. Main thread.

    Signals:
        file_wanted: Prompts are to be taken from a file.
        asked: These prompts are to be asked.
        stop_wanted: The rest is not to be asked.
        save_wanted: What was answered is to be written to a file.

    Attributes:
        name: Of the file that the prompts are from; empty where they are typed.
    """

    file_wanted = Signal()
    asked = Signal(object)
    stop_wanted = Signal()
    save_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        set_title(self, self.tr("Many prompts"))
        self.setModal(False)
        self.resize(GRID * 128, GRID * 84)
        self._whom = Asked()
        self._prompts: Sequence[BatchPrompt] = ()
        self.name = ""
        self._runs = self._saves = False
        self.edit = QPlainTextEdit()
        self.edit.setPlaceholderText(self.tr("One prompt a line"))
        self.edit.setTabChangesFocus(True)
        set_spoken(self.edit, self.tr("Prompts, one a line"))
        self.edit.setFixedHeight(self.edit.fontMetrics().lineSpacing() * _LINES + 2 * GRID)
        self.edit.textChanged.connect(self._refresh)
        self.file_button = push_button(
            self.tr("From a file …"), icon_name="folder", run=self.file_wanted.emit
        )
        self.taken = label("", wrap=True)
        self.forget_button = IconButton("close", self.tr("Type them instead"), size_px=16)
        self.forget_button.clicked.connect(lambda: self.take_prompts((), ""))
        self.whom = label("", "dim", wrap=True)
        self.ask_button = push_button("", "primary", run=self._toggle)
        self.state = label("", "dim", wrap=True)
        self.progress = ProgressLine(self.tr("Prompts"))
        self.model = AnswersModel(self)
        self.view = AnswersView(self.model)
        self.beside = Beside()
        self.save_button = push_button(
            self.tr("Save the answers …"), icon_name="download", run=self.save_wanted.emit
        )
        close = push_button(self.tr("Close"), run=self.close)
        for button in (self.file_button, self.ask_button, self.save_button, close):
            button.setAutoDefault(False)
        head = label(self.tr("Ask many prompts, each in a clean context"), "strong", wrap=True)
        self._answers = split(self.view, self.beside, grows=0, sizes=(400, 220), vertical=True)
        self._invitation = label(
            self.tr(
                "A file has one prompt a line, a table (CSV) with a column “prompt” and perhaps "
                "“system”, or JSON lines. Every model of the open chat is asked all of them; the "
                "answers stand beside each other here, can be saved, and are kept in the history."
            ),
            "dim",
            wrap=True,
        )
        self._invitation.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._answers.hide()
        in_column(
            in_row((head, 1), self.file_button),
            in_row((self.taken, 1), self.forget_button, spacing=GRID // 2),
            self.edit,
            in_row((self.whom, 1), self.ask_button),
            self.progress,
            (self._invitation, 1),
            (self._answers, 1),
            in_row((self.state, 1), self.save_button, close),
            on=self,
            margins=GRID * 2,
        )
        self.view.selectionModel().currentChanged.connect(lambda _now, _before: self._show_row())
        self.take_prompts((), "")
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_whom(self, whom: Asked) -> None:
        """Others are open than before; what was asked stays."""
        self._whom = whom
        self._refresh()

    def take_prompts(self, prompts: Sequence[BatchPrompt], name: str) -> None:
        """Take prompts of a file of that name; none lets the person type them."""
        self._prompts, self.name = prompts, name
        self.taken.setText(told(say("counted.prompts_of", n=len(prompts), name=name)))
        for widget in (self.taken, self.forget_button):
            widget.setVisible(bool(prompts))
        self.edit.setVisible(not prompts)
        self._refresh()

    def begin(self, prompts: Sequence[BatchPrompt]) -> None:
        """These are asked from now on."""
        self._runs = True
        self._invitation.hide()
        self._answers.show()
        self.model.begin(prompts, self._whom.names, self._whom.candidates)
        self.beside.begin(self._whom.names)
        self.view.choose(0)
        self.progress.set_share(0.0)
        self.say("")
        self._refresh()

    def follow(self, result: BatchResult, done: int, asks: str) -> None:
        """So many answers are there, and this model is asked."""
        total = len(self.model.prompts) * (self.model.columnCount() - 1)
        self.model.follow(result)
        self.progress.set_share(done / max(1, total))
        words = self.tr("{done} of {n} answers, {name} is asked")
        self.say(words.format(done=count(done), n=count(total), name=asks))
        self._saves = done > 0
        self._show_row()
        self._refresh()

    def finish(self, words: str, *, failed: bool = False) -> None:
        """Nothing is asked any more."""
        self._runs = False
        self.progress.clear()
        self.say(words, failed=failed)
        self._refresh()

    def say(self, words: str, *, failed: bool = False) -> None:
        """Show a sentence below the answers."""
        self.state.setText(words)
        set_role(self.state, "failed" if failed else "dim")

    def _wanted(self) -> Sequence[BatchPrompt]:
        if self._prompts or not self.edit.toPlainText().strip():
            return self._prompts
        return read_prompts(self.edit.toPlainText(), "")

    def _toggle(self) -> None:
        if self._runs:
            self.stop_wanted.emit()
            return
        try:
            self.asked.emit(self._wanted())
        except PersonError as error:
            self.say(sentence(error), failed=True)

    def _refresh(self) -> None:
        there = bool(self._prompts or self.edit.toPlainText().strip())
        self.ask_button.setText(self.tr("Stop") if self._runs else self.tr("Ask"))
        self.ask_button.setEnabled(self._runs or (there and bool(self._whom.candidates)))
        self.save_button.setEnabled(self._saves)
        words = self.tr("No model is open in Compare.")
        if self._whom.candidates:
            words = self.tr("Asked with the settings of this chat: {names}")
            words = words.format(names=", ".join(self._whom.names))
        self.whom.setText(words)

    def _show_row(self) -> None:
        row = self.view.row
        if row is None:
            self.beside.show_prompt(None, [None] * (self.model.columnCount() - 1))
            return
        answers = [self.model.answer(row, at) for at in range(self.model.columnCount() - 1)]
        self.beside.show_prompt(self.model.prompts[row], answers)
