"""Chooses models to be opened in Compare, of all that is here; the keyboard is enough."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QWidget

from app.core.candidates.candidate import MAX_CANDIDATES, Candidate
from app.core.candidates.served import names_server
from app.core.errors import PersonError
from app.core.words.sentence import say
from app.lab.ladder.typed import TypedModel, typed_model
from app.ui.kit.plain import set_title
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import label, push_button
from app.ui.kit.widgets.buttons import set_words
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.widgets.search_field import search_field
from app.ui.kit.words.sentences import sentence, told
from app.ui.picking.pick_model import PickModel, PickRole
from app.ui.picking.pick_tree import PickTree

if TYPE_CHECKING:
    from app.core.servers.server import Server
    from app.lab.ladder.picked import PickFile

_SIZE_PX = (GRID * 108, GRID * 70)
_MARGIN_PX = GRID * 4


class AddDialog(QDialog):
    """Over its window; built once and opened again and again. Main thread.

    Args:
        parent: Over whose window.
        title: What is asked; empty for models in Compare.

    Signals:
        chosen: Candidates are to be opened, in the order of the list.
        hub_wanted: The person looks for a model on the Hub.
        files_wanted: The person has a file elsewhere.
        server_wanted: A server is to be added, of which so much was typed (:class:`Server`).
    """

    chosen = Signal(list)
    hub_wanted = Signal()
    files_wanted = Signal()
    server_wanted = Signal(object)

    def __init__(self, parent: QWidget, title: str = "") -> None:
        super().__init__(parent)
        self._over = parent
        set_title(self, title or self.tr("Add models to Compare"))
        self.model = PickModel(self, adding=True)
        self.tree = PickTree(self.model)
        self.search = search_field(self.tr("Find a model on this PC"))
        self.search.textChanged.connect(self._on_words)
        self.search.installEventFilter(self)
        self.nothing = label("", "dim", wrap=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hub_button = push_button(
            self.tr("From the Hub …"), "quiet", icon_name="download", run=self._to_hub
        )
        self.file_button = push_button(
            self.tr("Open a file …"), "quiet", icon_name="folder", run=self._to_files
        )
        self.server_button = push_button(
            self.tr("Add this server …"), icon_name="link", run=self._to_servers
        )
        self._files: list[PickFile] = []
        self._servers: list[Server] | None = None
        self._stranger: Server | None = None
        self.room = label("", "small-dim")
        self.add_button = push_button(self.tr("Add"), "primary", icon_name="add", run=self._add)
        for button in (self.hub_button, self.file_button, self.server_button, self.add_button):
            button.setAutoDefault(False)
        in_column(
            self.search,
            (self.tree, 1),
            (self.nothing, 1),
            in_row(
                *(self.hub_button, self.file_button, self.server_button),
                *(1, self.room, self.add_button),
            ),
            on=self,
            margins=GRID * 2,
        )
        self.tree.typed.connect(self._type)
        self.tree.confirmed.connect(self._add)
        self.tree.doubleClicked.connect(lambda _index: self._add())
        self.tree.selectionModel().currentChanged.connect(lambda _now, _before: self._follow())
        self.model.checked_changed.connect(self._follow)

    def ask(
        self,
        files: Sequence[PickFile],
        panes: int,
        memory_bytes: int,
        servers: Sequence[Server] | None = None,
    ) -> None:
        """Open over the window.

        Args:
            files: What there is.
            panes: How many are open.
            memory_bytes: What engines may use of this PC.
            servers: Whose models may be typed; None where files alone are picked.
        """
        self._servers = None if servers is None else list(servers)
        if servers:
            self.search.setPlaceholderText(self.tr("Find a model on this PC or on a server"))
        self.model.memory_bytes = memory_bytes
        self.model.most = MAX_CANDIDATES - panes
        self.model.set_checked(())
        self.search.clear()
        self.set_files(files)
        self.tree.setCurrentIndex(self.tree.first_file())
        window = self._over.window()
        width = min(_SIZE_PX[0], window.width() - 2 * _MARGIN_PX)
        height = min(_SIZE_PX[1], window.height() - 2 * _MARGIN_PX)
        corner = QPoint((window.width() - width) // 2, (window.height() - height) // 2)
        self.setGeometry(QRect(window.mapToGlobal(corner), QSize(width, height)))
        self.open()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def set_files(self, files: Sequence[PickFile]) -> None:
        """What there is has changed; ticks and words stay."""
        self._files = list(files)
        self._on_words()

    def _on_words(self) -> None:
        words = self.search.text().strip()
        typed, why_not = self._typed(words)
        self._stranger = typed.stranger
        self.model.set_files(self._with_typed(typed.row))
        self.tree.filter_by(typed.words)
        found = self.tree.proxy.rowCount() > 0
        self.nothing.setText(why_not or self._why_nothing(words))
        is_strange = not found and self._stranger is not None
        self.server_button.setVisible(is_strange)
        self.room.setHidden(is_strange)  # where words are long there is room for one of them
        self.tree.setVisible(found)
        self.nothing.setVisible(not found)
        self._follow()

    def _typed(self, words: str) -> tuple[TypedModel, str]:
        """What words mean that name a server's model, and what is wrong with them."""
        if self._servers is None or not names_server(words):
            return TypedModel(words), ""
        try:
            return typed_model(words, self._servers), ""
        except PersonError as error:
            return TypedModel(words), sentence(error)

    def _with_typed(self, row: PickFile | None) -> list[PickFile]:
        """What there is, what was typed and ticked before, and what is typed now."""
        known = {file.candidate for file in self._files}
        typed = {file.candidate: file for file in self.model.checked}
        if row is not None:
            typed[row.candidate] = row
        return [*self._files, *(file for each, file in typed.items() if each not in known)]

    def _why_nothing(self, words: str) -> str:
        if self._stranger is not None:
            return self.tr(
                "{server} is none of your servers: add it on the Models page, under Servers, and "
                "its models can be opened here."
            ).format(server=self._stranger.name or self._stranger.url)
        if words:
            return self.tr("No model on this PC has these words.")
        return self.tr("No model is on this PC yet: get one from the Hub, or open a file.")

    def _wanted(self) -> list[Candidate]:
        """What is ticked, else the row that the keys are at."""
        checked = [file.candidate for file in self.model.checked]
        file = self.tree.currentIndex().siblingAtColumn(0).data(PickRole.FILE)
        if checked or file is None or file.why_not or self.tree.isHidden():
            return checked
        return [file.candidate]

    def _follow(self) -> None:
        checked, most = len(self.model.checked), self.model.most
        self.room.setText(
            self.tr("Six models are the most.")
            if checked >= most
            else told(say("counted.room_for", n=most - checked))
        )
        words = self.tr("Add {n}").format(n=checked) if checked > 1 else self.tr("Add")
        set_words(self.add_button, words)
        self.add_button.setEnabled(most > 0 and bool(self._wanted()))

    def _add(self) -> None:
        wanted = self._wanted()
        if wanted and self.add_button.isEnabled():
            self.accept()
            self.chosen.emit(wanted)
        elif self.server_button.isVisible():
            self._to_servers()

    def _to_hub(self) -> None:
        self.reject()
        self.hub_wanted.emit()

    def _to_files(self) -> None:
        self.reject()
        self.files_wanted.emit()

    def _to_servers(self) -> None:
        self.reject()
        self.server_wanted.emit(self._stranger)

    def _type(self, letters: str) -> None:
        """Letters belong into the search field, wherever the cursor is."""
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)
        self.search.insert(letters)

    # Qt's own names from here on.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search and isinstance(event, QKeyEvent):
            return event.type() == QEvent.Type.KeyPress and self._on_key(event)
        return super().eventFilter(watched, event)

    def _on_key(self, event: QKeyEvent) -> bool:
        match event.key():
            case Qt.Key.Key_Down | Qt.Key.Key_Up:
                if self.search.text() or event.key() == Qt.Key.Key_Down:
                    self.tree.step(1 if event.key() == Qt.Key.Key_Down else -1)
                self.tree.setFocus(Qt.FocusReason.OtherFocusReason)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._add()
            case _:
                return False
        return True
