"""Asks what a night may do: which levels, how much of the disk, until when, what stays."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSignalBlocker, QSize, Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QScrollArea, QWidget

from app.core.candidates.candidate import Candidate
from app.core.ladder.night import REFERENCE_BYTES, Keep
from app.core.listing import eyes_beside
from app.core.models.kinds import ModelKind
from app.lab.works.nights.chosen import Chosen
from app.lab.works.nights.hour import until_ns
from app.ui.kit.plain import add_choice, caption, set_title
from app.ui.kit.theme import GRID
from app.ui.kit.timers import later
from app.ui.kit.widgets import ChoiceBox, ElidedLabel, label, push_button
from app.ui.kit.widgets.labels import set_role
from app.ui.kit.widgets.layouts import empty, in_column, in_grid, in_row, scroll_down
from app.ui.kit.widgets.number_field import NumberField
from app.ui.kit.words.format import byte_size
from app.ui.kit.words.sentences import sentence, told
from app.ui.pages.ladder.picking.how_sure import HowSure
from app.ui.picking.pick_model import with_settings

if TYPE_CHECKING:
    from app.core.errors import PersonError
    from app.core.listing import ListedFile
    from app.hub.repositories import Repository
    from app.lab.ladder.picked import PickFile
    from app.lab.ladder.plan import Profile
    from app.lab.works.nights.planner import PlannedNight
    from app.ui.kit.jobs import Job, Jobs

_SIZE_PX = (GRID * 76, GRID * 78)
_MARGIN_PX = GRID * 3
_WAIT_MS = 250
_MORNING = "07:00"
_GB, _MOST_GB = 1e9, 100_000
_FEWEST = 2


class NightDialog(QDialog):
    """Over its window, for one night. Main thread.

    Args:
        parent: The page over which it is asked.
        jobs: The door to background work.
        plan: Says what a wish comes to; job thread.

    Attributes:
        boxes: A tick for each version, with its file.

    Signals:
        begun: A night (:class:`LadderOrder`) is to begin.
    """

    begun = Signal(object)

    def __init__(
        self, parent: QWidget, jobs: Jobs, plan: Callable[[Chosen, Profile], PlannedNight]
    ) -> None:
        super().__init__(parent)
        self._over = parent
        self._jobs = jobs
        self._plan = plan
        self._repository: Repository | None = None
        self._here: list[PickFile] = []
        self.boxes: list[tuple[QCheckBox, ListedFile]] = []
        self._job: Job[PlannedNight] | None = None
        self._planned: PlannedNight | None = None
        set_title(self, self.tr("Measure overnight"))
        self.name = ElidedLabel("", strong=True, least_characters=16)
        self.explained = label(
            self.tr(
                "Each version is downloaded, measured and deleted again before the next one comes."
                " What is on this PC already is used, and stays."
            ),
            "small-dim",
            wrap=True,
        )
        self._levels = QWidget()
        self._column = in_column(1, on=self._levels, margins=GRID, spacing=GRID // 2)
        self.area = QScrollArea()
        scroll_down(self.area)
        self.area.setWidget(self._levels)
        self.reference_box = ChoiceBox(self.tr("Compared with"), least_characters=12)
        self.disk = NumberField(self.tr("Gigabytes of the disk at most"), 1, _MOST_GB)
        self.free = label("", "small-dim")
        self.until_box = ChoiceBox(self.tr("Ends at"), least_characters=5)
        self.keep_box = ChoiceBox(self.tr("What stays"), least_characters=12)
        for keep, words in (
            (Keep.WINNER, self.tr("The one to run")),
            (Keep.ALL, self.tr("All of them")),
            (Keep.NONE, self.tr("None of them")),
        ):
            add_choice(self.keep_box, words, keep)
        self.sure = HowSure()
        self.pictures_box = QCheckBox()
        self.will = label("", wrap=True)
        self.begin_button = push_button(
            self.tr("Begin"), "primary", icon_name="sleep", run=self._begin
        )
        self.cancel_button = push_button(self.tr("Cancel"), run=self.reject)
        self._timer = later(self, _WAIT_MS, self._look)
        self._lay_out()
        for box in (self.reference_box, self.until_box, self.keep_box):
            box.activated.connect(lambda _place: self._follow())
        self.disk.value_changed.connect(lambda _value: self._follow())
        self.sure.changed.connect(self._follow)
        self.pictures_box.toggled.connect(lambda _on: self._follow())
        self.finished.connect(lambda _code: self._forget())

    def ask(
        self,
        repository: Repository,
        ticked: Sequence[ListedFile],
        free_bytes: int | None,
        here: Sequence[PickFile] = (),
    ) -> None:
        """Open over the window.

        Args:
            repository: Whose versions they are.
            ticked: Those that the person wants.
            free_bytes: What the disk has left; None where that is not known.
            here: What of this PC they may be compared with in place of one of them.
        """
        self._repository = repository
        # Those that are called like the repository are likely of the same model.
        self._here = sorted(here, key=lambda file: not _is_named(file.family, repository.repo_id))
        self.name.set_text(repository.repo_id)
        self._show_levels(repository, ticked)
        self._show_eyes(repository)
        self.free.setText(
            "" if free_bytes is None else self.tr("{size} are free").format(
                size=byte_size(free_bytes)
            )
        )  # fmt: skip
        self.disk.set_value(self._usual_gigabytes(free_bytes))
        self._show_hours()
        self._place()
        self._follow()
        self.open()

    # --- within -------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        grid = in_grid(across=GRID * 2, down=GRID, grows=1)
        for row, (words, part) in enumerate(
            (
                (self.tr("Compared with"), self.reference_box),
                (self.tr("Disk at most (GB)"), in_row((self.disk, 1), self.free)),
                (self.tr("Ends at"), self.until_box),
                (self.tr("What stays"), self.keep_box),
            )
        ):
            grid.addWidget(label(words, "strong"), row, 0)
            if isinstance(part, QWidget):
                grid.addWidget(part, row, 1)
            else:
                grid.addLayout(part, row, 1)
        in_column(
            self.name,
            self.explained,
            (self.area, 1),
            grid,
            label(self.tr("How sure?"), "strong"),
            self.sure,
            self.pictures_box,
            self.will,
            in_row(1, self.cancel_button, self.begin_button),
            on=self,
            margins=GRID * 2,
            spacing=GRID,
        )

    def _place(self) -> None:
        window = self._over.window()
        width = min(_SIZE_PX[0], window.width() - 2 * _MARGIN_PX)
        height = min(_SIZE_PX[1], window.height() - 2 * _MARGIN_PX)
        corner = QPoint((window.width() - width) // 2, (window.height() - height) // 2)
        self.setGeometry(QRect(window.mapToGlobal(corner), QSize(width, height)))

    def _show_levels(self, repository: Repository, ticked: Sequence[ListedFile]) -> None:
        empty(self._column)
        self.boxes = []
        for file in repository.files:
            if file.kind is not ModelKind.LANGUAGE_MODEL or not file.complete:
                continue
            words = self.tr("{level} · {size}").format(
                level=file.level or file.name, size=byte_size(file.size_bytes)
            )
            box = QCheckBox(caption(words))
            box.setChecked(file in ticked)
            box.toggled.connect(lambda _on: self._follow())
            self.boxes.append((box, file))
            self._column.addWidget(box)
        self._column.addStretch(1)

    def _show_eyes(self, repository: Repository) -> None:
        """Offer to ask about pictures where a projector lies beside what is listed."""
        found = (eyes_beside(repository.files, file) for _, file in self.boxes)
        eyes = next((each for each in found if each is not None), None)
        self.pictures_box.setVisible(eyes is not None)
        if eyes is not None:
            words = self.tr("Ask about pictures, too: with the projector, {size}")
            self.pictures_box.setText(caption(words.format(size=byte_size(eyes.size_bytes))))

    def _show_hours(self) -> None:
        """Every half hour of a day, from the next one on; the morning is chosen."""
        now = datetime.now()
        first = now.replace(minute=0, second=0, microsecond=0)
        halves = [first + timedelta(minutes=30 * place) for place in range(2, 50)]
        with QSignalBlocker(self.until_box):
            self.until_box.clear()
            for half in halves[:48]:
                add_choice(self.until_box, half.strftime("%H:%M"), half.strftime("%H:%M"))
            self.until_box.setCurrentIndex(self.until_box.findData(_MORNING))

    def _usual_gigabytes(self, free_bytes: int | None) -> int:
        """As much as lets the reference stay beside the largest of the others, where it is free."""
        sizes = sorted((file.size_bytes for file in self._ticked()), reverse=True)
        wanted = math.ceil((sum(sizes[:2]) + REFERENCE_BYTES) / _GB)
        if free_bytes is None:
            return max(1, wanted)
        return max(1, min(wanted, math.floor(free_bytes * 0.9 / _GB)))

    def _ticked(self) -> list[ListedFile]:
        return [file for box, file in self.boxes if box.isChecked()]

    def _follow(self) -> None:
        """Say anew what will happen, in a moment."""
        self._show_references()
        self._planned = None
        self.begin_button.setEnabled(False)
        ticked, here = len(self._ticked()), self._chosen_here
        few = ticked + (here is not None) < _FEWEST
        set_role(self.will, "dim")
        self.will.setText(
            self.tr("Looking at the headers …")
            if not few
            else self.tr("Tick at least one version.")
            if here is not None
            else self.tr("Tick at least two versions; the others are compared with one of them.")
        )
        if self._job is not None:
            self._job.cancel()
            self._job = None
        if few:
            self._timer.stop()
        else:
            self._timer.start()

    def _show_references(self) -> None:
        ticked = self._ticked()
        largest = max(ticked, key=lambda file: file.size_bytes, default=None)
        kept = self.reference_box.currentData()
        choices: list[tuple[str, str | Candidate]] = [
            (file.level or file.name, file.name) for file in ticked
        ]
        for file in self._here:
            words = self.tr("{name} · {size} · on this PC").format(
                name=with_settings(file, file.name), size=byte_size(file.size_bytes or 0)
            )
            choices.append((words, file.candidate))
        values = [value for _, value in choices]
        usual = largest.name if largest is not None else None
        chosen = kept if kept in values else usual
        with QSignalBlocker(self.reference_box):
            self.reference_box.clear()
            for words, value in choices:
                add_choice(self.reference_box, words, value)
            self.reference_box.setCurrentIndex(values.index(chosen) if chosen in values else -1)

    @property
    def _chosen_here(self) -> Candidate | None:
        """What of this PC they are compared with; None where it is one of the versions."""
        chosen = self.reference_box.currentData()
        return chosen if isinstance(chosen, Candidate) else None

    def _look(self) -> None:
        repository = self._repository
        if repository is None:
            return
        here = self._chosen_here
        chosen = Chosen(
            [(repository, file) for file in self._ticked()],
            until_ns(self.until_box.currentData(), int(datetime.now().timestamp() * 1e9)),
            self.reference_box.currentData() if here is None else None,
            int((self.disk.value or 1) * _GB),
            Keep(self.keep_box.currentData()),  # Qt gives the bare word back
            here,
            not self.pictures_box.isHidden() and self.pictures_box.isChecked(),
        )
        plan, profile = self._plan, self.sure.profile
        self._job = self._jobs.run(
            lambda _context: plan(chosen, profile), done=self._show, failed=self._refuse
        )

    def _show(self, planned: PlannedNight) -> None:
        self._planned = planned
        set_role(self.will, "")
        self.will.setText("\n".join(map(told, planned.told)))
        self.begin_button.setEnabled(True)

    def _refuse(self, error: PersonError) -> None:
        set_role(self.will, "failed")
        self.will.setText(sentence(error))

    def _begin(self) -> None:
        planned = self._planned
        if planned is not None:
            self.accept()
            self.begun.emit(planned.order)

    def _forget(self) -> None:
        """Nobody waits for what a wish comes to."""
        self._timer.stop()
        if self._job is not None:
            self._job.cancel()
            self._job = None


def _is_named(family: str, repo_id: str) -> bool:
    """Whether a repository is called like a family of models."""
    ours, theirs = ("".join(filter(str.isalnum, name)).casefold() for name in (family, repo_id))
    return bool(ours) and ours in theirs
