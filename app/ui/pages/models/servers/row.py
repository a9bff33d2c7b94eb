"""One server: what it is, what it can do, its models and the ways on from there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QLineEdit, QWidget

from app.core.candidates.candidate import Candidate, ServerModel
from app.ui.kit.plain import add_choice, set_spoken, set_tip
from app.ui.kit.theme import GRID, tabular
from app.ui.kit.widgets import ElidedLabel, FlowLayout, IconButton, label, push_button
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.words.format import duration
from app.ui.kit.words.sentences import told

if TYPE_CHECKING:
    from app.core.servers.server import Server
    from app.lab.servers.looking import Looked

_LEAST_MODEL_SIGNS, _MOST_MODEL_SIGNS = 20, 60


class ServerRow(QFrame):
    """Main thread.

    Signals:
        chat_wanted: With the chosen model (a candidate).
        compare_wanted: It is to stand beside what is open.
        measure_wanted: It is to be on a ladder.

    Attributes:
        server: Which one.
    """

    chat_wanted = Signal(object)
    compare_wanted = Signal(object)
    measure_wanted = Signal(object)

    def __init__(self, server: Server, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "surface")
        self.server = server
        self.title = ElidedLabel("", strong=True, least_characters=12)
        self.address = ElidedLabel("", dim=True, least_characters=12)
        self.state = label("", "dim")
        self.state.setFont(tabular(self.state.font()))
        self.can = label("", "dim", wrap=True)
        self.failure = label("", "failed", wrap=True)
        self.test_button = push_button(self.tr("Test"))
        self.edit_button = IconButton("edit", self.tr("Change this server"), size_px=16)
        self.remove_button = IconButton("close", self.tr("Forget this server"), size_px=16)
        self.model = QComboBox()
        self._id = QLineEdit()
        self.model.setEditable(True)
        self.model.setLineEdit(self._id)
        self.model.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.model.setAccessibleName(self.tr("Model"))
        set_tip(self.model, self.tr("Choose a model, or type its id"))
        self._id.setPlaceholderText(self.tr("a model’s id"))
        self.model.setMinimumContentsLength(_LEAST_MODEL_SIGNS)
        self.model.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        sign = self.fontMetrics().averageCharWidth()
        self.model.setMaximumWidth(sign * _MOST_MODEL_SIGNS)
        self.chat_button = push_button(self.tr("Chat"), icon_name="chat")
        self.compare_button = push_button(self.tr("Compare"), icon_name="compare")
        self.measure_button = push_button(self.tr("Measure"), icon_name="ladder")
        for button, words, signal in (
            (self.chat_button, self.tr("Begin a chat with it"), self.chat_wanted),
            (self.compare_button, self.tr("Open it beside what is open"), self.compare_wanted),
            (self.measure_button, self.tr("Measure it beside others"), self.measure_wanted),
        ):
            set_tip(button, words)
            button.clicked.connect(lambda _=False, to=signal: to.emit(self.candidate))
        self.model.currentTextChanged.connect(self._can_go_on)
        self._lay_out()
        self.show_server(server)

    @property
    def candidate(self) -> Candidate:
        """The chosen model."""
        model = self.model.currentText().strip()
        return Candidate(ServerModel(server=self.server.name, url=self.server.url, model=model))

    def show_server(self, server: Server) -> None:
        """Show what is kept of it."""
        self.server = server
        self.title.set_text(server.name)
        program = self._program()
        self.address.set_text(f"{program} · {server.url}" if program else server.url, server.url)
        chosen = self.model.currentText()
        self.model.clear()
        for model in server.choices:
            add_choice(self.model, model, model)
        place = self.model.findText(chosen, Qt.MatchFlag.MatchExactly)
        if chosen and place < 0:
            self.model.setEditText(chosen)
        else:
            self.model.setCurrentIndex(max(0, place))
        self._id.setCursorPosition(0)  # a long id shows its beginning
        self.set_state("")
        self._can_go_on()

    def set_state(self, words: str, failure: str = "") -> None:
        """Say what is being done with it, or why it cannot be used."""
        self.state.setText(words)
        self.failure.setText(failure)
        self.failure.setVisible(bool(failure))
        set_spoken(self, ", ".join(filter(None, (self.server.name, words, failure))))

    def show_looked(self, looked: Looked, can: str) -> None:
        """Show what a test found.

        Args:
            looked: The finding.
            can: What it can do, in words.
        """
        self.show_server(looked.server)
        found = looked.found
        self.can.setText(self.tr("Good for: {what}").format(what=can) if can else "")
        self.can.setVisible(bool(can))
        if found.why_not is not None:
            self.set_state("", told(found.why_not))
            return
        if found.version:
            program = f"{self._program()} {found.version}".strip()
            self.address.set_text(f"{program} · {self.server.url}", self.server.url)
        time = duration(found.round_trip_ns)
        self.set_state(self.tr("ready, {time} there and back").format(time=time))

    def _lay_out(self) -> None:
        ways = QWidget()
        flow = FlowLayout(ways)
        for part in (self.model, self.chat_button, self.compare_button, self.measure_button):
            flow.addWidget(part)
        in_column(
            in_row(
                (self.title, 1), self.state, self.test_button, self.edit_button, self.remove_button
            ),
            self.address,
            self.failure,
            self.can,
            ways,
            on=self,
            margins=(GRID, GRID // 2, GRID // 2, GRID),
            spacing=GRID // 2,
        )
        self.can.hide()

    def _program(self) -> str:
        return self.server.kind.program if self.server.kind is not None else ""

    def _can_go_on(self) -> None:
        # Without an id the first of its list is meant; one that lists none needs one.
        is_there = bool(self.model.currentText().strip()) or self.server.kind is not None
        for button in (self.chat_button, self.compare_button, self.measure_button):
            button.setEnabled(is_there)
