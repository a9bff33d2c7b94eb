"""What is chosen on this PC: its facts, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QPushButton, QWidget

from app.core.candidates.candidate import MAX_CANDIDATES, Candidate, candidate_of
from app.core.memory.fit import Verdict
from app.core.models.bases import bases_of, is_adapter, with_and_without
from app.ui.kit.icons import Tone, icon
from app.ui.kit.plain import set_tip, words_of
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import FlowLayout, label, push_button
from app.ui.kit.widgets.buttons import ButtonRole, set_words
from app.ui.kit.widgets.layouts import in_column
from app.ui.kit.words.sentences import told
from app.ui.pages.models.library.details import LEAST_WIDTH_PX, LibraryDetails
from app.ui.pages.models.library.experts import ExpertsCard
from app.ui.pages.models.library.removal import RemovalQuestion
from app.ui.pages.models.words import source_words

if TYPE_CHECKING:
    from app.core.models.family import Family, LibraryModel
    from app.ui.kit.jobs import Jobs
    from app.ui.pages.models.library.feed import LibraryFeed


class LibrarySide(QWidget):
    """Hidden while nothing is chosen. Its actions are the tree's, too.

    Signals:
        compare_wanted: Model files (paths) are to be compared now.
        try_wanted: Candidates are to be compared now: models with an adapter and without it.
        measure_wanted: Candidates of one family are to be measured.
        shrink_wanted: Smaller versions of a model file are to be made.
        reveal_wanted: A file is to be shown in the system's file manager.
    """

    compare_wanted = Signal(list)
    try_wanted = Signal(list)
    measure_wanted = Signal(list)
    shrink_wanted = Signal(Path)
    reveal_wanted = Signal(Path)

    def __init__(self, library: LibraryFeed, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._chosen: list[LibraryModel] = []
        self._family: list[LibraryModel] = []
        self._tried: list[Candidate] = []
        counts = library.count_experts
        self.experts = ExpertsCard(jobs, counts) if counts is not None else None
        self.details = LibraryDetails(self.experts)
        self.question = RemovalQuestion(library, jobs)
        self.why_kept = label("", "small-dim", wrap=True)
        self.compare_action = self._action("compare", self.tr("Compare"), self.compare)
        self.measure_action = self._action("plot", self.tr("Measure"), self._measure)
        self.shrink_action = self._action("shrink", self.tr("Make smaller …"), self._shrink)
        self.reveal_action = self._action("folder", self.tr("Reveal in its folder"), self._reveal)
        self.remove_action = self._action("delete", self.tr("Remove …"), self._ask_removal)
        self.remove_action.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        self.remove_action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.compare_button = self._button(self.compare_action, "primary")
        self.measure_button = self._button(self.measure_action, "")
        self.shrink_button = self._button(self.shrink_action, "")
        self.reveal_button = self._button(self.reveal_action, "")
        self.remove_button = self._button(self.remove_action, "")
        buttons = QWidget()
        flow = FlowLayout(buttons, spacing_px=GRID)
        for each in (
            self.compare_button,
            self.measure_button,
            self.shrink_button,
            self.reveal_button,
            self.remove_button,
        ):
            flow.addWidget(each)
        self.setMinimumWidth(LEAST_WIDTH_PX)
        in_column(
            (self.details, 1),
            self.question,
            buttons,
            self.why_kept,
            on=self,
            margins=(GRID, 0, 0, 0),
        )

    @property
    def actions_of_files(self) -> list[QAction]:
        """What can be done with what is chosen."""
        return [
            self.compare_action,
            self.measure_action,
            self.shrink_action,
            self.reveal_action,
            self.remove_action,
        ]

    def follow(
        self, chosen: list[LibraryModel], family: list[LibraryModel], families: Sequence[Family]
    ) -> None:
        """Others are chosen.

        Args:
            chosen: From top to bottom.
            family: All versions of the first of them.
            families: All there are, for adapters to fit.
        """
        self._chosen, self._family = chosen, _runnable(family)
        self._tried = self._tries(chosen, families)
        self.setVisible(bool(chosen))
        if chosen:
            self.details.show_model(chosen[0], families)
        self._follow_compare(chosen)
        several = bool(_runnable(chosen)) and len(self._family) > 1
        self.measure_action.setEnabled(several or 0 < len(self._tried) <= MAX_CANDIDATES)
        if self._tried:
            tip = self.tr("Measure what the adapter changes")
        elif several:
            tip = self.tr("Measure which version of it to run")
        else:
            tip = self.tr("There is only one version of it: nothing to measure it against.")
        set_tip(self.measure_action, tip)
        self.reveal_action.setEnabled(len(chosen) == 1)
        self.shrink_action.setEnabled(len(chosen) == 1 and bool(_runnable(chosen)))
        removable = len(chosen) == 1 and self._library.can_remove(chosen[0])
        self.remove_action.setEnabled(removable)
        set_tip(self.remove_action, self.remove_action.text())
        self.why_kept.setVisible(len(chosen) == 1 and not removable)
        if len(chosen) == 1 and not removable:
            why = self.tr(
                "Not removed from here, because it is not in the Hugging Face cache but: {where}."
            ).format(where=source_words(chosen[0]))
            self.why_kept.setText(why)
            set_tip(self.remove_action, why)
        self.question.follow_choice(chosen)

    def _follow_compare(self, chosen: list[LibraryModel]) -> None:
        """What is chosen may be one, several, or an adapter, which is tried on its base."""
        wanted: Sequence[object] = _runnable(chosen)
        words = self.tr("Chat") if len(wanted) == 1 else self.tr("Compare")
        if any(map(is_adapter, chosen)):
            wanted, words = self._tried, self.tr("Try it on its base")
        tip = words
        if len(wanted) > MAX_CANDIDATES:
            tip = self.tr("At most {n} at once").format(n=MAX_CANDIDATES)
        elif self._tried:
            tip = self.tr(
                "Opens {model} without the adapter and with it. Select another version together"
                " with the adapter to try it on that one."
            ).format(model=self._tried[0].name)
        elif len(chosen) == 1 and not wanted:
            tip = told(why) if (why := chosen[0].why_not) else tip
        self.compare_action.setEnabled(0 < len(wanted) <= MAX_CANDIDATES)
        self.compare_action.setText(words)
        set_tip(self.compare_action, tip)

    def _tries(self, chosen: list[LibraryModel], families: Sequence[Family]) -> list[Candidate]:
        """The chosen adapters on the chosen models, else on what the first of them fits best."""
        adapters = [each for each in chosen if is_adapter(each)]
        models = _runnable(chosen)
        if adapters and not models:
            bases = bases_of(adapters[0], families)
            models = [self._best(_runnable(list(bases[0].models)))] if bases else []
        return with_and_without(adapters, models)

    def _best(self, versions: list[LibraryModel]) -> LibraryModel:
        """The least shrunken one that fits this PC, as far as that is known."""
        known = self._library.fits
        fitting = [
            model
            for model in versions
            if (fit := known.get(model.path)) and fit.judgement.verdict is not Verdict.NO
        ]
        return (fitting or versions[-1:])[0]

    def compare(self) -> None:
        """Open what is chosen side by side, or by itself."""
        if any(map(is_adapter, self._chosen)):
            if 0 < len(self._tried) <= MAX_CANDIDATES:
                self.try_wanted.emit(self._tried)
            return
        sound = _runnable(self._chosen)
        if 0 < len(sound) <= MAX_CANDIDATES:
            self.compare_wanted.emit([model.path for model in sound])

    def _measure(self) -> None:
        """What is chosen; where that is one, all versions of its family."""
        models = _runnable(self._chosen) if len(self._chosen) > 1 else self._family
        if wanted := self._tried or [candidate_of(model.path) for model in models]:
            self.measure_wanted.emit(wanted)

    def _shrink(self) -> None:
        if len(self._chosen) == 1:
            self.shrink_wanted.emit(self._chosen[0].path)

    def _reveal(self) -> None:
        if len(self._chosen) == 1:
            self.reveal_wanted.emit(self._chosen[0].path)

    def _ask_removal(self) -> None:
        if len(self._chosen) == 1 and self._library.can_remove(self._chosen[0]):
            self.question.plan(self._chosen[0])

    def _action(self, icon_name: str, text: str, run: Callable[[], object]) -> QAction:
        action = QAction(icon(icon_name), text, self)
        action.triggered.connect(lambda _checked=False: run())
        return action

    def _button(self, action: QAction, role: ButtonRole) -> QPushButton:
        button = push_button(action.text(), role)
        button.setIcon(action.icon())
        if role == "primary":
            button.setIcon(icon("compare", Tone.ON_ACCENT))
        button.clicked.connect(action.trigger)
        action.changed.connect(lambda: button.setEnabled(action.isEnabled()))
        action.changed.connect(lambda: set_words(button, words_of(action.text())))
        action.changed.connect(lambda: set_tip(button, action.toolTip()))
        return button


def _runnable(models: list[LibraryModel]) -> list[LibraryModel]:
    return [model for model in models if not model.why_not]
