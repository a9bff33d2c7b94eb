"""Prompts as rows, models as columns; each cell begins an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from app.core.text.clean import clean_line
from app.ui.kit.plain import plain_data
from app.ui.kit.theme import GRID, current_tokens
from app.ui.kit.views.tables import dress_table
from app.ui.kit.views.titled import NOWHERE, TitledTable

if TYPE_CHECKING:
    from app.core.batch.prompts import BatchPrompt
    from app.core.candidates.candidate import Candidate
    from app.lab.batch.run import BatchAnswer, BatchResult
    from app.ui.kit.views.rows import Index

_SHOWN_CHARACTERS = 200
_LEAST_SIGNS = 18


class AnswersModel(TitledTable):
    """Main thread; follows a result that another thread adds to.

    Attributes:
        prompts: What is asked.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.prompts: Sequence[BatchPrompt] = ()
        self._names: Sequence[str] = ()
        self._candidates: Sequence[Candidate] = ()
        self._answers: list[Sequence[BatchAnswer]] = []
        self._known: list[int] = []

    def begin(
        self, prompts: Sequence[BatchPrompt], names: Sequence[str], candidates: Sequence[Candidate]
    ) -> None:
        """Show other prompts and models, of which no answer is there yet."""
        self.beginResetModel()
        self.prompts, self._names, self._candidates = prompts, names, candidates
        self._answers = [() for _ in candidates]
        self._known = [0] * len(candidates)
        self.__dict__.pop("_titles", None)
        self.endResetModel()

    def follow(self, result: BatchResult) -> None:
        """Show the answers that have come since the last time."""
        for place, candidate in enumerate(self._candidates):
            self._answers[place] = answers = result.answers.get(candidate, ())
            before, now = self._known[place], len(answers)
            if now > before:
                self._known[place] = now
                self.dataChanged.emit(self.index(before, place + 1), self.index(now - 1, place + 1))

    def answer(self, row: int, place: int) -> BatchAnswer | None:
        """What a model said to a prompt; None as long as it has not."""
        answers = self._answers[place]
        return answers[row] if row < self._known[place] else None

    def titles(self) -> tuple[str, ...]:
        return (self.tr("Prompt"), *self._names)

    def count(self) -> int:
        return len(self.prompts)

    # Qt's own names from here on.

    @plain_data()
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(index.column())
        answer = self.answer(index.row(), index.column() - 1) if index.column() else None
        if role == Qt.ItemDataRole.ForegroundRole:
            failed = answer is not None and answer.error
            return QColor(current_tokens().failed) if failed else None
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if index.column() == 0:
            return clean_line(self.prompts[index.row()].prompt, _SHOWN_CHARACTERS)
        if answer is None:
            return ""
        said = answer.error or answer.text
        return clean_line(said, _SHOWN_CHARACTERS) or self.tr("(nothing)")


class AnswersView(QTableView):
    """The table; columns share its width."""

    def __init__(self, model: AnswersModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        dress_table(self, self.fontMetrics().height() + GRID)
        self.setSortingEnabled(False)
        self.setAccessibleName(self.tr("Answers"))
        header = self.horizontalHeader()
        header.setMinimumSectionSize(self.fontMetrics().averageCharWidth() * _LEAST_SIGNS)
        model.modelReset.connect(
            lambda: header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        )

    @property
    def row(self) -> int | None:
        """The prompt that is chosen."""
        index = self.currentIndex()
        return index.row() if index.isValid() else None

    def choose(self, row: int) -> None:
        """Choose a prompt, if there is one."""
        self.setCurrentIndex(self.model().index(row, 0, NOWHERE))
