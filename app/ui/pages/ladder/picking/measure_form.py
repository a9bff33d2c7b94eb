"""What few people change of a measurement: on which text, and how what is lost is measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from app.core.words.sentence import say
from app.lab.quality.plan import QualityMode
from app.lab.quality.texts import TextChoice, TextSource
from app.ui.kit.plain import add_choice, set_choice_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import ChoiceBox, label
from app.ui.kit.widgets.buttons import set_words
from app.ui.kit.widgets.layouts import in_grid
from app.ui.kit.words.format import byte_size
from app.ui.kit.words.sentences import told


class MeasureForm(QWidget):
    """Three choices with what each means below it.

    Signals:
        changed: Another choice.
    """

    changed = Signal()

    def __init__(self, choose_file: Callable[[str, str], Path | None]) -> None:
        """``choose_file`` asks for a file: a title, and which ones."""
        super().__init__()
        self._choose_file = choose_file
        self._text_path: Path | None = None
        self._choices: dict[TextSource, TextChoice] = {}
        self.text_box = ChoiceBox(self.tr("Text"), least_characters=16)
        self.mode_box = ChoiceBox(self.tr("How quality is measured"), least_characters=16)
        self.mode_box.addItem(self.tr("Until it is known well enough"), QualityMode.QUICK)
        self.mode_box.addItem(self.tr("Exactly as llama-perplexity"), QualityMode.COMPARABLE)
        self.text_help = label("", "small-dim", wrap=True)
        self.mode_help = label("", "small-dim", wrap=True)
        self.thinking_box = QCheckBox()
        set_words(self.thinking_box, self.tr("Let models think first, where they can"))
        self.thinking_box.clicked.connect(lambda _on: self.changed.emit())
        self.thinking_help = label(
            self.tr("Answers may become better; each takes many times as long."),
            "small-dim",
            wrap=True,
        )
        self.all_box = QCheckBox()
        set_words(self.all_box, self.tr("Ask all questions, also where it is decided"))
        self.all_help = label(
            self.tr("Otherwise a version that clearly loses is asked tens of them."),
            "small-dim",
            wrap=True,
        )
        self.set_texts(())
        self._lay_out()
        self.text_box.activated.connect(lambda _at: self._on_text())
        self.mode_box.activated.connect(lambda _at: self._explain())
        self._explain()

    @property
    def text(self) -> TextSource:
        """What quality is measured on."""
        return TextSource(self.text_box.currentData())

    @property
    def text_path(self) -> Path | None:
        """The file, where one is to be measured on."""
        return self._text_path if self.text is TextSource.FILE else None

    @property
    def mode(self) -> QualityMode:
        """How quality is measured; the comparable way is one of a text file."""
        if self.text is not TextSource.FILE:
            return QualityMode.QUICK
        return QualityMode(self.mode_box.currentData())

    @property
    def thinking(self) -> bool:
        """Whether models think before they answer."""
        return self.thinking_box.isChecked()

    @property
    def stops(self) -> bool:
        """Whether asking a version stops where it is decided."""
        return not self.all_box.isChecked()

    @property
    def missing(self) -> bool:
        """Whether a file is still to be chosen."""
        return self.text is TextSource.FILE and self._text_path is None

    def set_texts(self, choices: Sequence[TextChoice]) -> None:
        """Offer these; before they are known all but those of History."""
        self._choices = {choice.source: choice for choice in choices}
        chosen = self.text_box.currentData()
        with QSignalBlocker(self.text_box):
            self.text_box.clear()
            for source, words in self._sources():
                known = self._choices.get(source)
                add_choice(self.text_box, words, source)
                refused = known is not None and known.why_not is not None
                if refused or (known is None and source is TextSource.HISTORY):
                    self._disable(self.text_box.count() - 1, known)
            at = self.text_box.findData(chosen)
            self.text_box.setCurrentIndex(max(0, at))
        self._explain()

    def _sources(self) -> tuple[tuple[TextSource, str], ...]:
        return (
            (TextSource.USUAL, self.tr("Bundled texts and my chats")),
            (TextSource.BUNDLED, self.tr("Bundled texts")),
            (TextSource.FILE, self.tr("My own file …")),
            (TextSource.HISTORY, self.tr("My chats alone")),
        )

    def _disable(self, row: int, choice: TextChoice | None) -> None:
        item = self.text_box.model().index(row, 0)
        model = self.text_box.model()
        model.setData(item, 0, Qt.ItemDataRole.UserRole - 1)  # how QComboBox disables a line
        if choice is not None and choice.why_not:
            set_choice_tip(self.text_box, row, told(choice.why_not))

    def _lay_out(self) -> None:
        grid = in_grid(self, across=GRID, down=GRID // 2, grows=1)
        lines = (
            (self.tr("Text"), self.text_box, self.text_help),
            (self.tr("Method"), self.mode_box, self.mode_help),
        )
        for number, (words, box, explained) in enumerate(lines):
            name = label(words, "dim")
            name.setBuddy(box)  # a reader calls a box by its label
            grid.addWidget(name, 2 * number, 0)
            grid.addWidget(box, 2 * number, 1)
            grid.addWidget(explained, 2 * number + 1, 1)
        grid.addWidget(self.thinking_box, 2 * len(lines), 0, 1, 2)
        grid.addWidget(self.thinking_help, 2 * len(lines) + 1, 0, 1, 2)
        grid.addWidget(self.all_box, 2 * len(lines) + 2, 0, 1, 2)
        grid.addWidget(self.all_help, 2 * len(lines) + 3, 0, 1, 2)

    def _on_text(self) -> None:
        if self.text is TextSource.FILE:
            title = self.tr("A text to measure on")
            path = self._choose_file(title, self.tr("Texts (*.txt *.md *.jsonl)"))
            self._text_path = path or self._text_path
            if self._text_path is None:
                self.text_box.setCurrentIndex(0)
        self._explain()

    def _explain(self) -> None:
        self.text_help.setText(self._text_words())
        self._explain_mode()
        self.changed.emit()

    def _explain_mode(self) -> None:
        of_a_file = self.text is TextSource.FILE
        self.mode_box.setEnabled(of_a_file)
        if not of_a_file:
            self.mode_box.setCurrentIndex(0)
        if self.mode is QualityMode.COMPARABLE:
            words = self.tr("The whole text, to lay beside published figures. Takes long.")
        elif of_a_file:
            words = self.tr("At most 48 chunks of 256 tokens.")
        else:
            words = self.tr("A text file of your own can be measured as llama-perplexity does.")
        self.mode_help.setText(words)

    def _text_words(self) -> str:
        source = self.text
        if source is TextSource.FILE:
            return self._text_path.name if self._text_path is not None else ""
        known = self._choices.get(source)
        if known is None:
            return ""
        words = str(byte_size(known.size_bytes))
        if source is TextSource.USUAL:
            words = self.tr("{size}; the demo model has its own.").format(size=words)
        if known.chats and source is TextSource.HISTORY:
            words += ", " + told(say("counted.chats", n=known.chats))
        return words
