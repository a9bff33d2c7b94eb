"""The tab: the servers that were added, how to add one, and those that this PC runs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from app.core.errors import PersonError
from app.core.servers.server import ServerKind
from app.lab.servers.words import words_of
from app.store.servers.secrets import KeptWhere, Secrets
from app.ui.kit.icons import icon
from app.ui.kit.plain import set_spoken
from app.ui.kit.question import Question
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import ElidedLabel, EmptyState, label, push_button
from app.ui.kit.widgets.layouts import empty, in_column, in_row, scroll_down
from app.ui.kit.words.format import number
from app.ui.kit.words.sentences import sentence, told
from app.ui.pages.models.servers.form import Filled, ServerForm
from app.ui.pages.models.servers.row import ServerRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.servers.server import Server
    from app.lab.servers.book import ServerBook
    from app.lab.servers.looking import Looked
    from app.ui.kit.jobs import JobContext, Jobs


class ServersTab(QWidget):
    """Main thread; whatever asks a server or the keyring is a job.

    Signals:
        try_wanted: A chat with these candidates is to begin.
        show_wanted: A candidate is to be open beside the others.
        measure_wanted: A ladder with these candidates is to be set up.

    Args:
        book: The servers that were added.
        jobs: The door to background work.

    Attributes:
        rows: The servers, from top to bottom.
    """

    try_wanted = Signal(list)
    show_wanted = Signal(object)
    measure_wanted = Signal(list)

    def __init__(self, book: ServerBook, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._book = book
        self._jobs = jobs
        self.rows: list[ServerRow] = []
        self.add_action = QAction(icon("add"), self.tr("Add a server …"), self)
        self.look_action = QAction(icon("search"), self.tr("Look on this PC"), self)
        self.add_button = push_button(
            self.tr("Add a server …"), icon_name="add", run=self.add_action.trigger
        )
        self.look_button = push_button(
            self.tr("Look on this PC"), icon_name="search", run=self.look_action.trigger
        )
        self.form = ServerForm()
        self.question = Question()
        self.remark = label("", "dim", wrap=True)
        self.found = QFrame()
        self.found.setProperty("role", "surface")
        self._nothing = EmptyState(
            "link",
            self.tr("Models that run elsewhere"),
            self.tr(
                "A server is another program that runs models, on this PC or on a bigger one: "
                "llama-server, Ollama, LM Studio, vLLM and others. Add its address, and its models "
                "chat, stand in a comparison and are measured beside those of this PC."
            ),
            (self.add_action, self.look_action),
        )
        self._lay_out()
        self.add_action.triggered.connect(lambda: self._open_form(None))
        self.look_action.triggered.connect(self._look_here)
        self.form.filled.connect(self._keep)
        self._is_read = False

    def read(self) -> None:
        """Show the servers as they are kept; the command line may have changed them."""
        try:
            servers = self._book.all()
        except PersonError as error:
            self._say(sentence(error))
            return
        if self._is_read and servers == [row.server for row in self.rows]:
            return
        self._is_read = True
        empty(self._list)
        self.rows = [self._row(server) for server in servers]
        for row in self.rows:
            self._list.addWidget(row)
        self._refresh()

    def offer(self, server: Server) -> None:
        """Let a server be added of which something is known already."""
        self._say("")
        self.form.offer(server)
        self._refresh()

    # --- parts ----------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._list = in_column(spacing=GRID)
        self._found_rows = in_column(spacing=GRID // 2)
        in_column(
            label(self.tr("On this PC"), "strong"), self._found_rows, on=self.found, margins=GRID
        )
        self._top = QWidget()
        words = label(
            self.tr(
                "Only what you do here is sent there: chats and measurements, and a test when you"
                " ask for one."
            ),
            "dim",
            wrap=True,
        )
        in_column(
            label(self.tr("Models that run elsewhere"), "strong"),
            words,
            in_row(self.add_button, self.look_button, 1),
            on=self._top,
        )
        content = QWidget()
        in_column(
            self._top,
            self.remark,
            self.form,
            self.found,
            self.question,
            self._list,
            (self._nothing, 1),
            1,
            on=content,
            margins=(GRID * 2, GRID, GRID * 2, GRID),
        )
        area = QScrollArea()
        scroll_down(area)
        area.setWidget(content)
        in_column((area, 1), on=self, spacing=0)
        self.found.hide()
        self.remark.hide()

    def _row(self, server: Server) -> ServerRow:
        row = ServerRow(server)
        row.test_button.clicked.connect(lambda: self._test(row))
        row.edit_button.clicked.connect(lambda: self._open_form(row.server))
        row.remove_button.clicked.connect(lambda: self._ask_to_forget(row.server))
        row.chat_wanted.connect(lambda candidate: self.try_wanted.emit([candidate]))
        row.compare_wanted.connect(self.show_wanted)
        row.measure_wanted.connect(lambda candidate: self.measure_wanted.emit([candidate]))
        return row

    def _refresh(self) -> None:
        is_empty = not self.rows and self.form.isHidden() and self.found.isHidden()
        self._nothing.setVisible(is_empty)
        self._top.setVisible(not is_empty)

    def _say(self, words: str) -> None:
        self.remark.setText(words)
        self.remark.setVisible(bool(words))

    # --- adding and changing --------------------------------------------------------------

    def _open_form(self, server: Server | None) -> None:
        self._say("")
        if server is None:
            self.form.open_for()
        else:
            self._jobs.run(
                lambda _context: self._book.has_key(server),
                done=lambda has_key: self.form.open_for(server, has_key=has_key),
            )
        self._refresh()

    def _keep(self, filled: Filled) -> None:
        def work(_context: JobContext) -> tuple[Server, KeptWhere]:
            if filled.name:
                return self._book.change(filled.name, filled.server, filled.key, filled.headers)
            values = {name: value for name, value in filled.headers.items() if value}
            return self._book.add(filled.server, Secrets(filled.key or "", values))

        self.form.keep_button.setEnabled(False)
        self._jobs.run(work, done=self._on_kept, failed=self._on_not_kept)

    def _on_kept(self, kept: tuple[Server, KeptWhere]) -> None:
        server, where = kept
        self.form.hide()
        self.form.keep_button.setEnabled(True)
        self.read()
        if where is KeptWhere.THIS_RUN:
            self._say(
                self.tr(
                    "This PC has no keyring that keeps secrets safe: the key of {name} is kept"
                    " until the program ends."
                ).format(name=server.name)
            )
        for row in self.rows:
            if row.server.name == server.name:
                self._test(row)

    def _on_not_kept(self, error: PersonError) -> None:
        self.form.keep_button.setEnabled(True)
        self.form.say(sentence(error))

    def _ask_to_forget(self, server: Server) -> None:
        self.question.ask(
            self.tr("Forget {name}, with its key?").format(name=server.name),
            self.tr("Forget"),
            lambda: self._jobs.run(
                lambda _context: self._book.remove(server.name),
                done=lambda _server: self.read(),
                failed=lambda error: self._say(sentence(error)),
            ),
        )

    # --- tests ----------------------------------------------------------------------------

    def _test(self, row: ServerRow) -> None:
        row.test_button.setEnabled(False)
        row.set_state(self.tr("being asked …"))
        server = row.server
        self._jobs.run(
            lambda _context: _look_at(self._book, server),
            done=partial(self._on_looked, row),
            failed=lambda error: self._on_failed(row, error),
        )

    def _on_looked(self, row: ServerRow, looked: Looked) -> None:
        if row not in self.rows:
            return
        row.test_button.setEnabled(True)
        row.show_looked(looked, ", ".join(map(told, words_of(looked.abilities))))

    def _on_failed(self, row: ServerRow, error: PersonError) -> None:
        if row in self.rows:
            row.test_button.setEnabled(True)
            row.set_state("", sentence(error))

    def _look_here(self) -> None:
        self._say("")
        self.look_button.setEnabled(False)
        self._show_found([label(self.tr("looking …"), "dim")])
        self._jobs.run(
            lambda _context: _look_here(self._book),
            done=self._on_looked_here,
            failed=lambda error: self._on_looked_here([], sentence(error)),
        )

    def _on_looked_here(self, here: Sequence[Looked], failure: str = "") -> None:
        self.look_button.setEnabled(True)
        nothing = failure or self.tr("No server answers at the usual ports of this PC.")
        self._show_found([self._found_row(each) for each in here] or [label(nothing, wrap=True)])

    def _show_found(self, rows: Sequence[QWidget]) -> None:
        empty(self._found_rows)
        for row in rows:
            self._found_rows.addWidget(row)
        self.found.show()
        self._refresh()

    def _found_row(self, looked: Looked) -> QWidget:
        server, count = looked.server, len(looked.server.listed)
        models = self.tr("models: {n}").format(n=number(count))
        if looked.found.why_not is not None:
            models = told(looked.found.why_not)
        row = QWidget()
        words = ElidedLabel(f"{server.name} · {server.url} · {models}", least_characters=16)
        line = in_row((words, 1), on=row)
        if looked.is_known:
            line.addWidget(label(self.tr("added already"), "dim"))
        elif looked.found.kind is ServerKind.SHRINKSCOPE:
            line.addWidget(label(self.tr("this program’s own Serve"), "dim"))
        else:
            add = push_button(self.tr("Add"), icon_name="add")
            set_spoken(add, self.tr("Add {name}").format(name=server.name))
            add.clicked.connect(lambda: self._take(looked))
            line.addWidget(add)
        return row

    def _take(self, looked: Looked) -> None:
        self.found.hide()
        if looked.found.why_not is None:
            self._keep(Filled("", looked.server, None, {}))
        else:  # it wants a key first
            self.offer(looked.server)
        self._refresh()


# HTTP takes 7 MB and a tenth of a second to load: whoever asks no server does without it.


def _look_at(book: ServerBook, server: Server) -> Looked:
    from app.lab.servers.looking import look_at

    return look_at(book, server)


def _look_here(book: ServerBook) -> list[Looked]:
    from app.lab.servers.looking import look_here

    return look_here(book)
