"""The search's words and filters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget

from app.hub.catalogue import SearchQuery, SearchSort
from app.ui.kit.plain import set_tip
from app.ui.kit.widgets.choice_box import ChoiceBox
from app.ui.kit.widgets.flow import FlowLayout
from app.ui.kit.widgets.layouts import in_column
from app.ui.kit.widgets.search_field import search_field
from app.ui.kit.words.format import parameters

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

_SIZES = tuple(int(n * 10**9) for n in (0.5, 1, 2, 4, 8, 15, 35, 80))


class SearchFilters(QWidget):
    """Words on a line of their own; order, licence, author and size below.

    Signals:
        changed: Something else is looked for, see :meth:`query`.
        entered: Enter was pressed in the words.
        left_downwards: The Down key was pressed in the words: to the results.
    """

    changed = Signal()
    entered = Signal()
    left_downwards = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.words = self._make_words()
        self.author = self._make_author()
        self.sort = _combo(
            self.tr("Order"),
            (
                (self.tr("Trending"), SearchSort.TRENDING),
                (self.tr("Most downloads"), SearchSort.DOWNLOADS),
                (self.tr("Most likes"), SearchSort.LIKES),
                (self.tr("Newest"), SearchSort.NEWEST),
            ),
        )
        sizes = tuple((str(parameters(size)), size) for size in _SIZES)
        self.least = _combo(
            self.tr("Fewest parameters"),
            (
                (self.tr("min. size"), None),
                *((self.tr("≥ {n}").format(n=words), size) for words, size in sizes),
            ),
        )
        self.most = _combo(
            self.tr("Most parameters"),
            (
                (self.tr("max. size"), None),
                *((self.tr("≤ {n}").format(n=words), size) for words, size in sizes),
            ),
        )
        self.gated = _combo(
            self.tr("Licence"),
            (
                (self.tr("Open and gated"), None),
                (self.tr("Open only"), False),
                (self.tr("Gated only"), True),
            ),
        )
        self.fits = QCheckBox(self.tr("Fits this PC"))
        self.fits.toggled.connect(self._on_changed)
        self._largest: int | None = None
        self._lay_out()
        for combo in (self.sort, self.least, self.most, self.gated):
            combo.currentIndexChanged.connect(self._on_changed)
        self.words.textChanged.connect(self._on_changed)
        self.author.textChanged.connect(self._on_changed)
        self.words.returnPressed.connect(self.entered)
        self.author.returnPressed.connect(self.entered)

    def query(self) -> SearchQuery:
        """What is looked for."""
        return SearchQuery(
            words=self.words.text().strip(),
            author=self.author.text().strip(),
            sort=self.sort.currentData(),
            least_parameters=self.least.currentData(),
            most_parameters=self._most(),
            gated=self.gated.currentData(),
        )

    def set_largest(self, parameters_: int, words: str) -> None:
        """How large a model fits this PC, and how that is said."""
        set_tip(self.fits, words)
        if parameters_ != self._largest:
            self._largest = parameters_
            if self.fits.isChecked():
                self.changed.emit()

    def _most(self) -> int | None:
        chosen: int | None = self.most.currentData()
        if not self.fits.isChecked() or self._largest is None:
            return chosen
        return self._largest if chosen is None else min(chosen, self._largest)

    @property
    def narrowed(self) -> bool:
        """Whether anything but the words and the order is chosen."""
        if self.fits.isChecked():
            return True
        chosen = (self.least.currentData(), self.most.currentData(), self.gated.currentData())
        return bool(self.author.text().strip()) or any(each is not None for each in chosen)

    def widen(self) -> None:
        """Take all filters away but the words."""
        self.author.clear()
        self.fits.setChecked(False)
        for combo in (self.least, self.most, self.gated):
            combo.setCurrentIndex(0)

    def _make_words(self) -> QLineEdit:
        words = search_field(
            self.tr("Search the Hub, or paste a model’s address"), self.tr("Search the Hub")
        )
        set_tip(
            words, self.tr("Words of a name; or ORG/REPO, a page’s address, hf.co/ORG/REPO:LEVEL")
        )
        words.setMaxLength(2000)
        return words

    def _make_author(self) -> QLineEdit:
        author = QLineEdit()
        author.setPlaceholderText(self.tr("Author"))
        author.setAccessibleName(self.tr("Author"))
        author.setClearButtonEnabled(True)
        return author

    def _lay_out(self) -> None:
        choices = QWidget()
        flow = FlowLayout(choices, fills=True)
        for each in (self.sort, self.gated, self.least, self.most, self.author, self.fits):
            flow.addWidget(each)
        in_column(self.words, choices, on=self)

    def _on_changed(self) -> None:
        least, most = self.least.currentData(), self.most.currentData()
        if least is not None and most is not None and most < least:
            # The one that was not touched gives way.
            other = self.most if self.sender() is self.least else self.least
            other.setCurrentIndex(0)
            return
        self.changed.emit()

    # Qt's own names from here on.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.words.text():
            self.words.clear()
            return
        if event.key() == Qt.Key.Key_Down and self.words.hasFocus():
            self.left_downwards.emit()
            return
        super().keyPressEvent(event)


def _combo(name: str, choices: tuple[tuple[str, object], ...]) -> QComboBox:
    combo = ChoiceBox(name)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    for text, value in choices:
        combo.addItem(text, value)
    return combo
