"""The tab *Serve*: which versions, who may ask, the address, and what is asked."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from app.core.candidates.notation import words_of
from app.core.errors import PersonError
from app.core.models.model_names import model_stem
from app.core.serve.how import Asker, how_to_ask
from app.lab.serve.child import Ended, Opened, ServeChild, ServeOrder
from app.lab.serve.own_key import keep_key, kept_key
from app.lab.serve.told import Answered
from app.ui.kit.icons import icon
from app.ui.kit.plain import add_choice, set_spoken
from app.ui.kit.theme import GRID, tabular
from app.ui.kit.widgets import (
    ChoiceBox,
    ElidedLabel,
    FlowLayout,
    IconButton,
    NumberField,
    label,
    push_button,
)
from app.ui.kit.widgets.copy_field import CopyField
from app.ui.kit.widgets.labels import set_role
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.words.format import byte_size, number, speed
from app.ui.kit.words.sentences import sentence
from app.ui.pages.models.serving.requests_table import RequestsModel, RequestsView

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.lab.serve.told import EngineState
    from app.ui.kit.jobs import Jobs

PUMP_MS = 250
MOST_SERVED = 6
_THIS_PC, _ALL = "127.0.0.1", "0.0.0.0"
_USUAL_PORT, _LEAST_PORT, _MOST_PORT = "9934", 1024, 65_535
_KEY_BYTES = 18


class ServeTab(QWidget):
    """Main thread.

    Signals:
        pick_wanted: The person wants to choose versions.

    Args:
        jobs: Look into the system's keyring, which may take its time.
        make_child: Makes what serves an order.
        find_key: Finds the key of the last time, on a thread of its own.
        keep_key: Keeps one for the next time, on a thread of its own.

    Attributes:
        rows: The versions, from top to bottom.
    """

    pick_wanted = Signal()

    def __init__(
        self,
        jobs: Jobs,
        make_child: Callable[[ServeOrder], ServeChild] = ServeChild,
        find_key: Callable[[], str] = kept_key,
        keep_key: Callable[[str], object] = keep_key,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._make_child = make_child
        self._find_key, self._keep_key = find_key, keep_key
        self._looked_for_key = False
        self._child: ServeChild | None = None
        self._opened: Opened | None = None
        self.rows: list[ServedRow] = []
        self.add_action = QAction(icon("add"), self.tr("Add a version …"), self)
        self.add_action.triggered.connect(self.pick_wanted)
        self.add_button = push_button(
            self.tr("Add a version …"), icon_name="add", run=self.add_action.trigger
        )
        self.who = ChoiceBox()
        self.who.setAccessibleName(self.tr("Who may ask"))
        add_choice(self.who, self.tr("programs on this PC"), _THIS_PC)
        add_choice(self.who, self.tr("others in this network, with a key"), _ALL)
        self.port = NumberField(self.tr("Port"), _LEAST_PORT, _MOST_PORT, blank=_USUAL_PORT)
        self.key = QLineEdit(secrets.token_urlsafe(_KEY_BYTES))
        self.key.setAccessibleName(self.tr("Key"))
        self.warning = label(
            self.tr(
                "Whoever reaches this PC and has the key can ask, and what is said travels in the"
                " clear: only in a network that you trust."
            ),
            "dim",
            wrap=True,
        )
        self.start_button = push_button("", "primary", run=self._toggle)
        self.state = label("", "dim", wrap=True)
        self.asker = ChoiceBox()
        self.asker.setAccessibleName(self.tr("For which program"))
        for text, asker in (
            (self.tr("the command line (curl)"), Asker.CURL),
            (self.tr("Python (the openai package)"), Asker.PYTHON),
            (self.tr("an editor (settings as JSON)"), Asker.EDITOR),
        ):
            add_choice(self.asker, text, asker)
        self.address = CopyField(self.tr("Address"), self.tr("Copy the address"))
        self.lines = CopyField(self.tr("Lines to paste"), self.tr("Copy the lines"), 10)
        self.requests = RequestsModel(self)
        self.table = RequestsView(self.requests)
        self._timer = QTimer(self)
        self._timer.setInterval(PUMP_MS)
        self._timer.timeout.connect(self._pump)
        self._lay_out()
        self.who.activated.connect(self._find_kept_key)
        self.who.activated.connect(self._refresh)
        self.key.textEdited.connect(self._refresh)
        self.asker.activated.connect(self._show_lines)
        self._refresh()

    @property
    def serves(self) -> bool:
        """Whether an address is open, or being opened or closed."""
        return self._child is not None

    @property
    def candidates(self) -> list[Candidate]:
        """What is to be served."""
        return [row.candidate for row in self.rows]

    def add(self, candidates: Sequence[Candidate]) -> None:
        """More of them; what is there already is not there twice."""
        known = self.candidates
        for candidate in candidates:
            if candidate not in known and len(self.rows) < MOST_SERVED:
                row = ServedRow(candidate)
                row.remove.clicked.connect(lambda _=False, row=row: self._remove(row))
                self.rows.append(row)
                self._chosen.addWidget(row)
                known.append(candidate)
        self._refresh()

    def stop(self) -> None:
        """Serve nothing more, and wait for its end; the window closes."""
        self._timer.stop()
        if self._child is not None:
            self._child.stop()
            self._child.join()
            self._child = None

    # --- parts ----------------------------------------------------------------------------

    def _lay_out(self) -> None:
        sign = self.fontMetrics().averageCharWidth()
        self.port.setFixedWidth(sign * 10)
        self.key.setMinimumWidth(sign * 28)
        self._chosen = in_column(spacing=GRID // 2)
        title = label(self.tr("Let other programs use versions of this PC"), "strong")
        words = label(
            self.tr(
                "An editor or a script asks them at an address like OpenAI’s. Each is loaded when"
                " it is asked first, and sleeps when memory is short."
            ),
            "dim",
            wrap=True,
        )
        self._settings = QWidget()
        flow = FlowLayout(self._settings)
        self._key_part = QWidget()
        in_row(label(self.tr("Key"), "dim"), self.key, on=self._key_part, spacing=GRID // 2)
        for name, field in ((self.tr("Who may ask"), self.who), (self.tr("Port"), self.port)):
            part = QWidget()
            in_row(label(name, "dim"), field, on=part, spacing=GRID // 2)
            flow.addWidget(part)
        flow.addWidget(self._key_part)
        self._how = QFrame()
        self._how.setProperty("role", "surface")
        in_column(
            in_row(label(self.tr("Address"), "dim"), (self.address, 1)),
            in_row(label(self.tr("Lines for"), "dim"), self.asker, 1),
            self.lines,
            on=self._how,
            margins=GRID,
        )
        self._asked = QWidget()
        in_column(label(self.tr("Requests"), "strong"), (self.table, 1), on=self._asked)
        self.table.setMinimumHeight(GRID * 16)
        in_column(
            title,
            words,
            self._chosen,
            in_row(self.add_button, 1),
            self._settings,
            self.warning,
            in_row(self.start_button, (self.state, 1)),
            self._how,
            (self._asked, 100),
            1,
            on=self,
            margins=(GRID * 2, GRID, GRID * 2, GRID),
        )

    # --- what is shown --------------------------------------------------------------------

    def _refresh(self) -> None:
        runs, is_open = self.serves, self._opened is not None
        to_all = self.who.currentData() == _ALL
        self._settings.setVisible(bool(self.rows))
        self._settings.setEnabled(not runs)
        self._key_part.setVisible(to_all)
        self.warning.setVisible(bool(self.rows) and to_all)
        self.add_button.setVisible(not runs)
        self.add_button.setEnabled(len(self.rows) < MOST_SERVED)
        for row in self.rows:
            row.remove.setVisible(not runs)
        self.start_button.setText(self.tr("Stop serving") if runs else self.tr("Serve"))
        self.start_button.setVisible(bool(self.rows))
        self.start_button.setEnabled(not to_all or bool(self.key.text().strip()))
        self._how.setVisible(is_open)
        self._asked.setVisible(is_open or self.requests.count() > 0)
        self._show_lines()

    def _show_lines(self) -> None:
        if self._opened is None:
            return
        key = self.key.text().strip() if self._opened.key_required else ""
        self.address.set_text(self._opened.url)
        self.lines.set_text(
            how_to_ask(self.asker.currentData(), self._opened.url, self._opened.models[0], key)
        )

    def _say(self, text: str, *, failed: bool = False) -> None:
        self.state.setText(text)
        set_role(self.state, "failed" if failed else "dim")

    # --- what is done ---------------------------------------------------------------------

    def _find_kept_key(self) -> None:
        """Bring the key of the last time, unless the person types one meanwhile."""
        if self._looked_for_key or self.who.currentData() != _ALL:
            return
        self._looked_for_key = True
        offered = self.key.text()

        def bring(key: str) -> None:
            if key and self.key.text() == offered and not self.serves:
                self.key.setText(key)

        self._jobs.run(lambda _: self._find_key(), done=bring)

    def _remove(self, row: ServedRow) -> None:
        self.rows.remove(row)
        self._chosen.removeWidget(row)
        row.hide()
        row.deleteLater()
        self._refresh()

    def _toggle(self) -> None:
        if self._child is not None:
            self._say(self.tr("ending"))
            self._child.stop()
            return
        to_all = self.who.currentData() == _ALL
        self.port.commit()
        port = self.port.value
        order = ServeOrder(
            tuple(map(words_of, self.candidates)),
            self.who.currentData(),
            None if port is None else int(port),
            self.key.text().strip() if to_all else "",
        )
        child = self._make_child(order)
        try:
            child.start()
        except PersonError as error:
            self._say(sentence(error), failed=True)
            return
        self._child = child
        if order.key:
            self._jobs.run(lambda _: self._keep_key(order.key))
        self._say(self.tr("opening the address"))
        self._timer.start()
        self._refresh()

    def _pump(self) -> None:
        if self._child is None:
            return
        for event in self._child.events():
            match event:
                case Opened():
                    self._opened = event
                    for row, name in zip(self.rows, event.models, strict=True):
                        row.name = name
                    self._say("")
                    self._refresh()
                case Answered():
                    self.requests.add(event)
                case Ended(error):
                    self._over(error)
                case _:
                    self._show_states(event)

    def _show_states(self, states: Sequence[EngineState]) -> None:
        by_name = {state.name: state for state in states}
        for row in self.rows:
            row.show_state(by_name.get(row.name))

    def _over(self, error: str) -> None:
        assert self._child is not None
        self._timer.stop()
        self._child.join()
        self._child = self._opened = None
        for row in self.rows:
            row.show_state(None)
        self._say(error, failed=bool(error))
        self._refresh()


class ServedRow(QFrame):
    """One version: what it is, and what its engine is at.

    Attributes:
        candidate: What is served.
        name: By which other programs ask for it, once the address is open.
    """

    def __init__(self, candidate: Candidate, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "surface")
        self.candidate = candidate
        self.name = ""
        path = candidate.file
        self.title = ElidedLabel("", least_characters=16)
        self.title.set_text(words_of(candidate, model_stem(path.name)), str(path))
        self.words = ElidedLabel("", dim=True, least_characters=12)
        self.words.setFont(tabular(self.words.font()))
        self.remove = IconButton("close", self.tr("Do not serve it"), size_px=16)
        in_row(
            (self.title, 3),
            (self.words, 4),
            self.remove,
            on=self,
            margins=(GRID, GRID // 2, GRID // 2, GRID // 2),
        )

    def show_state(self, state: EngineState | None) -> None:
        """Show what its engine is at; None where nothing is served."""
        words = self._state_words(state) if state is not None else ""
        self.words.set_text(words)
        set_spoken(self, f"{self.title.text}: {words}" if words else self.title.text)

    def _state_words(self, state: EngineState) -> str:
        if state.pid is None:
            return self.tr("being loaded") if state.answers else self.tr("sleeps until it is asked")
        said = [self.tr("answers") if state.answers else self.tr("awake")]
        if state.waiting:
            said.append(self.tr("{n} wait").format(n=number(state.waiting)))
        if state.needed_bytes is not None:
            said.append(str(byte_size(state.needed_bytes)))
        if state.tokens_per_second is not None:
            said.append(str(speed(state.tokens_per_second)))
        return " · ".join(said)
