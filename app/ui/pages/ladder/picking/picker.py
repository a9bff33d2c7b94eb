"""A new measurement: one question a line, and how long the answer takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QScrollArea, QWidget

from app.core.candidates.candidate import MAX_CANDIDATES, Candidate, candidate_of
from app.core.models.levels import FULL_PRECISION_BITS
from app.core.tasks.reach import Reach, reach_of
from app.core.verdict import Limits
from app.core.words.sentence import say
from app.lab.ladder.pace import Pace
from app.lab.ladder.pickable import opened_files
from app.lab.ladder.picked import (
    PickFile,
    can_be_ladder,
    in_shrink_order,
    letters_of,
    reference_among,
    short_name,
    sizes_of,
)
from app.lab.ladder.plan import Profile
from app.lab.works.ladders.run import LadderOrder
from app.library.model_files import whole_sets
from app.ui.kit.plain import add_choice, set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import ChoiceBox, hrule, label, push_button
from app.ui.kit.widgets.layouts import Gap, in_column, in_row, scroll_down
from app.ui.kit.widgets.search_field import search_field
from app.ui.kit.words.levels import version_gloss
from app.ui.kit.words.sentences import told
from app.ui.pages.ladder.picking.how_sure import HowSure
from app.ui.pages.ladder.picking.measure_form import MeasureForm
from app.ui.pages.ladder.picking.what_matters import WhatMatters
from app.ui.picking.pick_model import PickModel, with_settings
from app.ui.picking.pick_tree import PickTree

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from app.lab.quality.texts import TextChoice

_MOST_PX = GRID * 120
_TREE_LINES = 7


class Picker(QWidget):
    """Main thread.

    Signals:
        measure_wanted: A ladder (:class:`LadderOrder`) is to be measured; and its letters, by key.
        costs_wanted: What this order (:class:`LadderOrder`) will use of servers is to be told;
            None: nothing is any more.
        tune_wanted: The best settings of a candidate (:class:`Candidate`) are to be found.
        hub_wanted: The person wants versions measured that are not here yet.
        closed: The person changed their mind.

    Args:
        choose_models: Asks for model files.
        choose_file: Asks for another file: a title, and which ones.
        threads: That engines compute with here.
        is_demo: Whether a file is a version of the demo model.
        memory_bytes: What engines may use of this PC; None where that is not known.
    """

    measure_wanted = Signal(object, object)
    costs_wanted = Signal(object)
    tune_wanted = Signal(object)
    hub_wanted = Signal()
    closed = Signal()

    def __init__(
        self,
        choose_models: Callable[[], Sequence[Path]],
        choose_file: Callable[[str, str], Path | None],
        *,
        threads: int = 1,
        is_demo: Callable[[Path], bool] = lambda _path: False,
        memory_bytes: int | None = None,
    ) -> None:
        super().__init__()
        self._choose_models = choose_models
        self._threads = threads
        self._is_demo = is_demo
        self._opened: list[Candidate] = []
        self._known: list[PickFile] = []
        self._reference: Candidate | None = None
        self._pace = Pace()
        self._costed: LadderOrder | None = None
        self.model = PickModel(self)
        self.model.memory_bytes = memory_bytes
        self.tree = PickTree(self.model)
        self.search = search_field(self.tr("Filter"), self.tr("Filter the models"))
        self.search.textChanged.connect(self.tree.filter_by)
        self.open_button = push_button(self.tr("Open files …"), icon_name="folder", run=self._open)
        self.hub_button = push_button(
            self.tr("Overnight, from the Hub …"),
            "link",
            run=self.hub_wanted,
        )
        self.reference_box = ChoiceBox(self.tr("Compared with"), least_characters=16)
        self.reference_help = label("", "small-dim", wrap=True)
        self.sure = HowSure()
        self.matters = WhatMatters(choose_file)
        self.form = MeasureForm(choose_file)
        self.form.hide()
        self.more_button = push_button(
            self.tr("More: text, method, thinking"), "link", run=self._unfold
        )
        self.costs = label("", "small-dim", wrap=True)
        self.costs.hide()
        self.advice = label("", "small-dim", wrap=True)
        self.measure_button = push_button(self.tr("Measure"), "primary", icon_name="play")
        self.tune_button = push_button(
            self.tr("Tune it for this PC …"), icon_name="preferences", run=self._tune
        )
        set_tip(
            self.tune_button,
            self.tr("Tries threads, types of the cache and other settings of this one model"),
        )
        self.cancel_button = push_button(self.tr("Cancel"), run=self.closed)
        self._lay_out()
        self.model.checked_changed.connect(self._follow)
        self.tree.typed.connect(self._type)
        self.tree.confirmed.connect(self.measure_button.click)
        self.reference_box.activated.connect(self._on_reference)
        for part in (self.sure, self.matters, self.form):
            part.changed.connect(self._follow)
        self.measure_button.clicked.connect(self._measure)
        self._follow()

    def set_files(self, files: Sequence[PickFile]) -> None:
        """Offer these, and those that the person opened here."""
        self._known = list(files)
        known = {file.candidate for file in files}
        opened = opened_files([each for each in self._opened if each not in known])
        self.model.set_files([*self._known, *opened])
        self._follow()

    def set_texts(self, choices: Sequence[TextChoice]) -> None:
        """Offer these texts."""
        self.form.set_texts(choices)

    def set_pace(self, pace: Pace) -> None:
        """How long measuring takes here is known."""
        self._pace = pace
        self._follow()

    def set_costs(self, order: LadderOrder, sentences: Sequence[str]) -> None:
        """Say what an order will use of servers, while it is what is set up here."""
        if order == self._costed:
            unknown = self.tr("How long servers take is not known beforehand.")
            self.costs.setText("\n".join([*map(told, sentences), unknown]))
            self.costs.setVisible(bool(sentences))

    def choose(self, candidates: Sequence[Candidate], reference: Candidate | None = None) -> None:
        """Check these and no others; the least shrunken is the reference if none is given."""
        known = {*self._opened, *(file.candidate for file in self.model.files)}
        self._opened += [each for each in candidates if each not in known]
        self._reference = None
        self.set_files(self._known)
        self.model.set_checked(candidates)
        self._reference = reference
        self._follow()

    @property
    def reference(self) -> Candidate | None:
        """The candidate that the others are measured against."""
        return reference_among(self._files(), self._reference)

    def _lay_out(self) -> None:
        lines = self.tree.fontMetrics().height() + GRID + GRID // 2
        self.tree.setMinimumHeight(lines * _TREE_LINES)
        content = QWidget()
        in_column(
            in_row((label(self.tr("Which versions?"), "strong"), 1), self.open_button),
            self.search,
            (self.tree, 1),
            in_row(self.hub_button, 1),
            Gap(GRID),
            *self._line(self.tr("Compared with"), self.reference_box, self.reference_help),
            Gap(GRID),
            *self._line(self.tr("How sure?"), self.sure),
            self.costs,
            Gap(GRID),
            *self._line(self.tr("What matters to me"), self.matters),
            Gap(GRID // 2),
            in_row(self.more_button, 1),
            self.form,
            on=content,
            margins=GRID * 2,
            spacing=GRID // 2,
        )
        self.area = QScrollArea()
        scroll_down(self.area)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(content)
        foot = in_row(
            (self.advice, 1),
            self.tune_button,
            self.cancel_button,
            self.measure_button,
            margins=GRID * 2,
        )
        inner = QWidget()
        inner.setMaximumWidth(_MOST_PX)
        in_column((self.area, 1), hrule(), foot, on=inner, spacing=0)
        in_row(inner, on=self)

    def _line(self, words: str, *parts: QWidget) -> tuple[QWidget, ...]:
        name = label(words, "strong")
        name.setBuddy(parts[0])  # a reader calls a box by its label
        return name, *parts

    def _files(self) -> list[PickFile]:
        return in_shrink_order(self.model.checked)

    def _follow(self) -> None:
        files = self._files()
        if self._reference not in [file.candidate for file in files]:
            self._reference = None
        self._show_references(files)
        here = [file for file in files if file.candidate.server is None]
        demo = bool(here) and all(self._is_demo(file.path) for file in here)
        if demo != self.matters.demo:
            self.matters.set_demo(demo)
            return  # it has told of it
        self._show_times(files, demo=demo)
        missing = self.form.missing or self.matters.missing
        self.measure_button.setEnabled(can_be_ladder(files) and not missing)
        self.tune_button.setVisible(len(here) == len(files) == 1)
        self.advice.setText(self._advice(files))
        self._ask_for_costs()

    def _ask_for_costs(self) -> None:
        """Have it told what servers will be asked, where that has changed."""
        files, order = self._files(), self._order()
        if not self.measure_button.isEnabled() or all(each.candidate.local for each in files):
            order = None
        if order != self._costed:
            self._costed = order
            self.costs.hide()
            self.costs_wanted.emit(order)

    def _show_references(self, files: Sequence[PickFile]) -> None:
        chosen = self.reference
        with QSignalBlocker(self.reference_box):
            self.reference_box.clear()
            for file in files:
                name = with_settings(file, short_name(file, files))
                add_choice(self.reference_box, name, file.candidate)
            place = next((i for i, file in enumerate(files) if file.candidate == chosen), -1)
            self.reference_box.setCurrentIndex(place)
        self.reference_box.setEnabled(bool(files))
        file = files[place] if place >= 0 else None
        self.reference_help.setText(self._about_reference(file, is_first=place == 0))

    def _about_reference(self, file: PickFile | None, *, is_first: bool) -> str:
        if file is None:
            return self.tr("What the others lose is what they answer worse than this one.")
        gloss = version_gloss(file.level, file.bits)
        if file.candidate.server is not None and not file.level:
            words = self.tr(
                "How far it is shrunken itself is not told: what it lost stays hidden then."
            )
        elif not is_first:
            words = self.tr("Not the least shrunken of them: what it lost itself stays hidden.")
        elif file.bits is not None and file.bits <= FULL_PRECISION_BITS:
            words = self.tr(
                "The least shrunken of them, but shrunken itself: what it lost stays hidden."
            )
        else:
            words = self.tr("The least shrunken: what the others answer worse is their loss.")
        return f"{gloss}. {words}" if gloss else words

    def _show_times(self, files: Sequence[PickFile], *, demo: bool) -> None:
        seconds, reaches = dict[Profile, float](), dict[Profile, Reach]()
        if can_be_ladder(files):
            sizes = [sizes_of(file) for file in files if file.candidate.server is None]
            for profile in Profile:
                items = self._pace.items(profile, self.matters.kinds, demo=demo)
                kinds = self._pace.kinds(self.matters.kinds, demo=demo)
                if items and kinds:
                    reaches[profile] = reach_of(items, kinds, len(files) - 1)
                if sizes:
                    seconds[profile] = self._pace.seconds(
                        sizes, profile, self._threads, items, thinking=self.form.thinking
                    )
        self.sure.show_times(seconds, measured=self._pace.is_measured, reaches=reaches)

    def _advice(self, files: Sequence[PickFile]) -> str:
        if len(files) > MAX_CANDIDATES:
            return self.tr("At most {n} versions are measured together.").format(n=MAX_CANDIDATES)
        if not can_be_ladder(files):
            return self.tr("Tick at least two versions; the others are compared with one of them.")
        return told(say("counted.versions_measured", n=len(files)))

    def _on_reference(self) -> None:
        self._reference = self.reference_box.currentData()
        self._follow()

    def _unfold(self) -> None:
        self.form.setVisible(self.form.isHidden())

    def _type(self, letters: str) -> None:
        """Letters belong into the field that filters."""
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)
        self.search.insert(letters)

    def _open(self) -> None:
        paths = whole_sets(Path(path) for path in self._choose_models())
        if paths:
            opened = [candidate_of(path) for path in paths]
            known = {file.candidate for file in self.model.files}
            self._opened += [each for each in opened if each not in known]
            checked = [file.candidate for file in self.model.checked]
            self.set_files(self._known)
            able = [file.candidate for file in self.model.files if not file.why_not]
            wanted = dict.fromkeys([*checked, *opened])
            self.model.set_checked([each for each in wanted if each in able])

    def _order(self) -> LadderOrder | None:
        """What is set up here; None while nothing can be compared with anything."""
        files, reference = self._files(), self.reference
        if reference is None:
            return None
        return LadderOrder(
            reference,
            tuple(file.candidate for file in files),
            Limits(),
            self.sure.profile,
            text=self.form.text_path,
            items=self.matters.items,
            source=self.form.text,
            quality_mode=self.form.mode,
            kinds=self.matters.kinds,
            thinking=self.form.thinking,
            stops=self.form.stops,
        )

    def _tune(self) -> None:
        (file,) = self._files()
        self.tune_wanted.emit(file.candidate)

    def _measure(self) -> None:
        if (order := self._order()) is not None:
            self.measure_wanted.emit(order, letters_of(self._files()))

    # Qt's own names from here on.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
