"""What the votes say so far: a line a candidate, the picture of one, sentences."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QStandardPaths, Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QFrame, QWidget

from app.core.candidates.candidate import COLOURS
from app.core.errors import PersonError
from app.ui.kit.theme import GRID, candidate_edge, current_tokens
from app.ui.kit.widgets import label, push_button
from app.ui.kit.widgets.layouts import empty, in_column, in_row
from app.ui.kit.wishes import remark
from app.ui.kit.words.sentences import sentence
from app.ui.pages.ladder.votes.band import BandPicture
from app.ui.pages.ladder.votes.band_drawing import BandContent
from app.ui.pages.ladder.votes.standing_row import StandingRow
from app.ui.pages.ladder.votes.words import (
    finding_words,
    left_out_words,
    more_words,
    rate_words,
    score_words,
)

if TYPE_CHECKING:
    from app.ui.pages.ladder.votes.backend import VotesBackend
    from app.ui.pages.ladder.votes.candidate import VoteCandidate


class StandingView(QFrame):
    """Shows what is known of every candidate against one of them."""

    def __init__(self, backend: VotesBackend) -> None:
        super().__init__()
        self._backend = backend
        self._reference: VoteCandidate | None = None
        self._candidates: list[VoteCandidate] = []
        self._chosen = ""
        self._shown: tuple[object, ...] | None = None
        self.setProperty("role", "surface")
        self.setAccessibleName(self.tr("What the votes say"))
        self.heading = label(self.tr("What the votes say"), "strong")
        self._rows = QWidget()
        self._row_column = in_column(on=self._rows, spacing=2)
        self.picture = BandPicture()
        self.finding = label(role="strong", wrap=True)
        self.score = label(wrap=True)
        self.more = label(wrap=True)
        self.rate = label(role="dim", wrap=True)
        self.left_out = label(role="small-dim", wrap=True)
        self.always = label(
            self.tr("The interval holds whenever you look: stop when you like."),
            "small-dim",
            wrap=True,
        )
        self.export_button = push_button(self.tr("Export votes …"), "link", run=self._export)
        in_column(
            in_row((self.heading, 1), self.export_button),
            self._rows,
            (self.picture, 1),
            self.finding,
            self.score,
            self.more,
            self.rate,
            self.left_out,
            self.always,
            0,
            on=self,
            margins=(2 * GRID, GRID, 2 * GRID, 2 * GRID),
        )

    def show_standings(
        self, reference: VoteCandidate | None, candidates: Sequence[VoteCandidate]
    ) -> None:
        """Show these candidates against the reference."""
        self._reference = reference
        self._candidates = [each for each in candidates if each != reference]
        if self._chosen not in {each.key for each in self._candidates}:
            self._chosen = self._candidates[0].key if self._candidates else ""
        self.refresh()

    def choose(self, key: str) -> None:
        """Show a candidate's picture."""
        if key != self._chosen and any(each.key == key for each in self._candidates):
            self._chosen = key
            self.refresh()

    def refresh(self) -> None:
        """Count anew; nothing is built where everything is as it was."""
        reference, candidates = self._reference, self._candidates
        if reference is None or not candidates:
            self._shown = None
            empty(self._row_column)
            return
        told = [self._backend.booth.standing(each.key, reference.key) for each in candidates]
        shown = (reference, list(candidates), self._chosen, told, current_tokens())
        if shown == self._shown:
            return
        self._shown = shown
        focus = QApplication.focusWidget()
        had_focus = focus is not None and self._rows.isAncestorOf(focus)
        empty(self._row_column)
        for candidate, standing in zip(candidates, told, strict=True):
            row = StandingRow(candidate, reference.name, standing.tally, self._rows)
            row.setChecked(candidate.key == self._chosen)
            row.clicked.connect(lambda _=False, key=candidate.key: self.choose(key))
            self._row_column.addWidget(row)
            if had_focus and row.isChecked():
                row.setFocus(Qt.FocusReason.OtherFocusReason)
        self._rows.setVisible(len(candidates) > 1)
        chosen = next(each for each in candidates if each.key == self._chosen)
        self._show_one(chosen, reference)

    def _show_one(self, candidate: VoteCandidate, reference: VoteCandidate) -> None:
        standing = self._backend.booth.standing(candidate.key, reference.key)
        tally = standing.tally
        tokens, letter = current_tokens(), candidate.letter
        colour = candidate_edge(letter, tokens) if letter in COLOURS else tokens.dim
        self.picture.set_content(BandContent(standing.band, candidate.name, reference.name, colour))
        self.finding.setText(finding_words(tally, candidate.name, reference.name))
        texts = (
            (self.score, score_words(tally, candidate.name, reference.name) if tally.total else ""),
            (self.more, more_words(tally)),
            (self.rate, rate_words(tally, candidate.name)),
            (self.left_out, left_out_words(standing)),
        )
        for part, words in texts:
            part.setText(words)
            part.setVisible(bool(words))
        self.export_button.setVisible(bool(tally.total or standing.taken_back))

    def _export(self) -> None:
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        name, kind = QFileDialog.getSaveFileName(
            self,
            self.tr("Export every vote"),
            str(Path(folder, "shrinkscope-votes.csv")),
            "CSV (*.csv);;JSON (*.json)",
        )
        if not name:
            return
        path = Path(name)
        if path.suffix.lower() not in (".csv", ".json"):
            path = path.with_name(path.name + (".json" if "json" in kind else ".csv"))
        self.export_to(path)

    def export_to(self, path: Path) -> None:
        """Write every vote to a file and say what became of it."""
        try:
            self._backend.export(path)
        except PersonError as error:
            remark(self, sentence(error))
        else:
            remark(self, self.tr("The votes are saved at {0}.").format(path))

    # Qt's own names from here on.

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == event.Type.PaletteChange and hasattr(self, "always"):
            self.refresh()
