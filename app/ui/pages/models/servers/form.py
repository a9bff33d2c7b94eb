"""The form in which a server is added or changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
from PySide6.QtCore import QDir, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QFrame,
    QGridLayout,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from app.core.errors import PersonError
from app.core.servers.address import host_of, is_open_to_readers, server_address
from app.core.servers.server import Server, checked
from app.core.words.sentence import say
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import NumberField, label, push_button
from app.ui.kit.widgets.buttons import set_words
from app.ui.kit.widgets.fold import Fold
from app.ui.kit.widgets.labels import WrapLabel
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.words.sentences import sentence

_KEPT = "•••"
_MOST_PRICE = 1e6
_HEADER_LINES = 3


@dataclass(frozen=True, slots=True)
class Filled:
    """What the person wants.

    Attributes:
        name: Of the server that is changed; empty for a new one.
        server: What it is to be.
        key: Its key; None for the one that is kept, empty for none.
        headers: Values by name; None for those that are kept.
    """

    name: str
    server: Server
    key: str | None
    headers: dict[str, str | None]


class ServerForm(QFrame):
    """Hidden until it is opened.

    Signals:
        filled: A server (:class:`Filled`) is to be kept and tested.
    """

    filled = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "surface")
        self._before = Server(name="", url="")
        self._has_key = False
        self._title = label("", "strong")
        self.name = self._line(self.tr("Name"), self.tr("the PC in the cellar"))
        self.url = self._line(self.tr("Address"), "http://127.0.0.1:9931/v1")
        self.key = self._line(self.tr("Key"), "")
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.no_key = QCheckBox(self.tr("Forget the key that is kept"))
        self.trust = QCheckBox(self.tr("I trust this network."))
        self.clear_words = WrapLabel()
        self.clear_words.setProperty("role", "dim")
        self.models = self._line(self.tr("Models"), self.tr("ids, one after another, with commas"))
        self.ca_file = self._line(self.tr("Certificates"), self.tr("a file of your own"))
        self.headers = QPlainTextEdit()
        self.headers.setAccessibleName(self.tr("Further headers"))
        self.headers.setPlaceholderText(self.tr("X-Team: red"))
        self.headers.setTabChangesFocus(True)
        none = self.tr("none")
        self.price_in = NumberField(
            self.tr("Price of a million tokens read"), 0, _MOST_PRICE, decimals=4, blank=none
        )
        self.price_out = NumberField(
            self.tr("Price of a million tokens written"), 0, _MOST_PRICE, decimals=4, blank=none
        )
        self.failure = label("", "failed", wrap=True)
        self.keep_button = push_button("", "primary", run=self._keep)
        self.cancel_button = push_button(self.tr("Cancel"), run=self.hide)
        self._lay_out()
        self.no_key.toggled.connect(self._look_at_key)
        self.url.textChanged.connect(self._look_at_address)
        self.trust.toggled.connect(self._look_at_address)
        self.hide()

    def open_for(self, server: Server | None = None, *, has_key: bool = False) -> None:
        """Let a new one be added, or one be changed.

        Args:
            server: What is known of it; None for nothing.
            has_key: Its key is kept; it is not shown.
        """
        self._before = before = server or Server(name="", url="")
        is_new = server is None
        self._title.setText(self.tr("Add a server") if is_new else self.tr("Change this server"))
        set_words(self.keep_button, self.tr("Add and test") if is_new else self.tr("Keep and test"))
        self._has_key = has_key
        self._fill(before)
        is_priced = before.price_in is not None or before.price_out is not None
        self.fold.set_open(bool(before.models or before.ca_file or before.headers or is_priced))
        self.say("")
        self.show()
        self.name.setFocus()

    def offer(self, server: Server) -> None:
        """Let a server be added of which something is known already."""
        self.open_for()
        self.name.setText(server.name)
        self.url.setText(server.url)
        unknown = (line for line in (self.name, self.url) if not line.text())
        next(unknown, self.key).setFocus()

    def say(self, failure: str) -> None:
        """Tell what is wrong with what was filled in; nothing if it is empty."""
        self.failure.setText(failure)
        self.failure.setVisible(bool(failure))

    # --- parts ----------------------------------------------------------------------------

    @staticmethod
    def _line(name: str, example: str) -> QLineEdit:
        line = QLineEdit()
        line.setAccessibleName(name)
        line.setPlaceholderText(example)
        return line

    def _lay_out(self) -> None:
        sign = self.fontMetrics().averageCharWidth()
        for line in (self.name, self.url, self.key, self.models, self.ca_file):
            line.setMinimumWidth(sign * 16)
        lines = self.fontMetrics().height() * _HEADER_LINES + GRID * 2
        self.headers.setFixedHeight(lines)
        choose = push_button(self.tr("Choose …"), run=self._choose_certificates)
        prices = QWidget()
        for field in (self.price_in, self.price_out):
            field.setFixedWidth(sign * 12)
        in_row(
            label(self.tr("read"), "dim"),
            self.price_in,
            label(self.tr("written"), "dim"),
            self.price_out,
            1,
            on=prices,
        )
        more = QWidget()
        words = label(
            self.tr(
                "Models are typed where the server lists none. Values of headers are kept as the"
                " key is. Prices are for a million tokens, in your own currency: then a"
                " measurement says what it cost."
            ),
            "dim",
            wrap=True,
        )
        certificates = in_row((self.ca_file, 1), choose)
        rows = (
            (self.tr("Models"), self.models),
            (self.tr("Certificates"), certificates),
            (self.tr("Further headers"), self.headers),
            (self.tr("Prices"), prices),
        )
        in_column(words, self._grid(rows), on=more)
        self.fold = Fold(self.tr("Models, certificates, headers, prices"), more)
        self._clear = QWidget()
        in_column(self.clear_words, self.trust, on=self._clear, spacing=GRID // 2)
        first = (
            (self.tr("Name"), self.name),
            (self.tr("Address"), self.url),
            (self.tr("Key"), in_row((self.key, 1), self.no_key)),
        )
        in_column(
            self._title,
            self._grid(first),
            self._clear,
            self.fold,
            self.failure,
            in_row(self.keep_button, self.cancel_button, 1),
            on=self,
            margins=GRID,
        )

    def _grid(self, rows: tuple[tuple[str, object], ...]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(GRID)
        grid.setColumnStretch(1, 1)
        for number, (name, part) in enumerate(rows):
            grid.addWidget(label(name, "dim"), number, 0)
            if isinstance(part, QWidget):
                grid.addWidget(part, number, 1)
            else:
                grid.addLayout(part, number, 1)  # type: ignore[arg-type]
        return grid

    # --- what is filled in ----------------------------------------------------------------

    def _fill(self, server: Server) -> None:
        self.name.setText(server.name)
        self.url.setText(server.url)
        self.key.clear()
        self.no_key.setChecked(False)
        self._look_at_key()
        self.trust.setChecked(server.allows_plain_http)
        self.models.setText(", ".join(server.models))
        self.ca_file.setText(server.ca_file)
        self.headers.setPlainText("\n".join(f"{name}: {_KEPT}" for name in server.headers))
        self.price_in.set_value(server.price_in)
        self.price_out.set_value(server.price_out)
        self._look_at_address()

    def _look_at_key(self) -> None:
        """Say what an empty field means; what is to be forgotten is not replaced."""
        is_kept = self._has_key and not self.no_key.isChecked()
        self.no_key.setVisible(self._has_key)
        if self.no_key.isChecked():
            self.key.clear()
        self.key.setEnabled(not self.no_key.isChecked())
        self.key.setPlaceholderText(
            self.tr("as it is") if is_kept else self.tr("none, if it asks for none")
        )

    def _look_at_address(self) -> None:
        """Ask once where what is said there would travel in the clear."""
        try:
            url = server_address(self.url.text())
        except PersonError:
            url = ""
        is_open = bool(url) and is_open_to_readers(url)
        self._clear.setVisible(is_open)
        self.clear_words.setText(
            self.tr(
                "What is said to {host} travels in the clear, for everyone on the way to read."
            ).format(host=host_of(url))
        )
        self.keep_button.setEnabled(not is_open or self.trust.isChecked())

    def _choose_certificates(self) -> None:
        title = self.tr("Choose a file with certificates")
        kinds = self.tr("Certificates (*.pem *.crt *.cer)") + ";;" + self.tr("All files (*)")
        name, _ = QFileDialog.getOpenFileName(self.window(), title, QDir.homePath(), kinds)
        if name:
            self.ca_file.setText(str(Path(name)))

    def _keep(self) -> None:
        for price in (self.price_in, self.price_out):
            price.commit()
        try:
            filled = self._filled()
        except PersonError as error:
            self.say(sentence(error))
            return
        self.say("")
        self.filled.emit(filled)

    def _filled(self) -> Filled:
        headers = self._header_values()
        url = server_address(self.url.text())
        models = (each.strip() for each in self.models.text().split(","))
        key = "" if self.no_key.isChecked() else self.key.text().strip() or None
        server = msgspec.structs.replace(
            self._before,
            name=self.name.text().strip() or host_of(url),
            url=url,
            ca_file=self.ca_file.text().strip(),
            headers=tuple(headers),
            allows_plain_http=is_open_to_readers(url) and self.trust.isChecked(),
            models=tuple(dict.fromkeys(each for each in models if each)),
            price_in=self.price_in.value,
            price_out=self.price_out.value,
            # One that is typed takes its place.
            key_variable="" if key else self._before.key_variable,
        )
        return Filled(self._before.name, checked(server), key, headers)

    def _header_values(self) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        for line in self.headers.toPlainText().splitlines():
            name, colon, value = line.partition(":")
            if not line.strip():
                continue
            if not colon:
                raise PersonError(say("servers.header_line"))
            value = value.strip()
            found[name.strip()] = None if value == _KEPT else value
        return found
