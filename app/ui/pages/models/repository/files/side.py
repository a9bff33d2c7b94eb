"""A repository's files with their predictions, and the buttons that download the chosen ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from app.core.candidates.candidate import MAX_CANDIDATES
from app.core.hub.listed_choice import NoSuchFileError, find_file
from app.core.models.kinds import WHOLE_MODELS, ModelKind, why_no_candidate
from app.core.models.levels import FULL_PRECISION_BITS
from app.core.words.sentence import say
from app.ui.kit.plain import set_tip
from app.ui.kit.timers import later
from app.ui.kit.widgets import ProgressLine, label, push_button
from app.ui.kit.widgets.buttons import set_words
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.words.format import byte_size
from app.ui.kit.words.sentences import sentence, told
from app.ui.pages.models.repository.files.model import FilesModel
from app.ui.pages.models.repository.files.table import FilesTable
from app.ui.pages.models.repository.predictions import Predictions
from app.ui.pages.models.words import DOT, kind_word

if TYPE_CHECKING:
    from app.core.hub_names import HubAddress
    from app.core.listing import ListedFile
    from app.hub.repositories import Repository
    from app.lab.hub.fit import HubFitter
    from app.ui.kit.jobs import Jobs


REST_MS = 20_000
"""How long an engine is kept for the next question, in ms."""


class FilesSide(QWidget):
    """Main thread.

    Signals:
        download_wanted: Files (a list) of the repository, and whether they are to be compared.
        night_wanted: Files (a list) of the repository are to be measured overnight.
        compare_wanted: Model files (paths) that are on this PC are to be opened side by side.
        refused: The headers cannot be had: a ``PersonError``.
    """

    download_wanted = Signal(list, bool)
    night_wanted = Signal(list)
    compare_wanted = Signal(list)
    refused = Signal(object)

    def __init__(self, fitter: HubFitter, jobs: Jobs, memory_bytes: int = 0) -> None:
        """``memory_bytes`` is this PC's."""
        super().__init__()
        self.predictions = Predictions(fitter, jobs, self)
        self.model = FilesModel(self.predictions.of, memory_bytes, self)
        self.table = FilesTable(self.model)
        self.progress = ProgressLine(self.tr("Predictions"))
        self.advice = label("", wrap=True)
        self.measuring = label(
            self.tr("Speeds follow: this PC’s own is being measured, once."), "small-dim", wrap=True
        )
        self.measuring.hide()
        self.others = label("", "small-dim", wrap=True)
        self.choice = label("", "dim", wrap=True)
        self.original = QCheckBox()
        self.original.clicked.connect(self._on_original)
        set_tip(
            self.original,
            self.tr("What shrinking costs shows beside the version that lost least."),
        )
        self.original.hide()
        self.download_button = push_button(self.tr("Download"), icon_name="download")
        self.compare_button = push_button(
            self.tr("Download and compare"), "primary", icon_name="compare"
        )
        self.night_button = push_button(self.tr("Overnight …"), icon_name="sleep")
        set_tip(
            self.night_button,
            self.tr("Download, measure and delete the ticked versions one by one, while you sleep"),
        )
        self.night_button.clicked.connect(lambda: self.night_wanted.emit(self.model.checked()))
        self.download_button.clicked.connect(lambda: self._download(compare=False))
        self.compare_button.clicked.connect(lambda: self._download(compare=True))
        self._fitter = fitter
        self._jobs = jobs
        self.rest_timer = later(self, REST_MS, self._rest)
        self._repository: Repository | None = None
        self._free_bytes: int | None = None
        self._held = False
        self._problem = ""
        self._lay_out()
        self.model.checked_changed.connect(self._follow_choice)
        self.predictions.changed.connect(self._on_prediction)
        self.predictions.judged.connect(self._on_judged)
        self.predictions.ended.connect(self._on_ended)
        self.predictions.refused.connect(self.refused)
        self._follow_choice()

    def show_repository(
        self, repository: Repository, address: HubAddress, context_tokens: int, kv_type: str
    ) -> None:
        """Show its files, check the one that was asked for, and begin to predict."""
        self._repository = repository
        models = [file for file in repository.files if file.kind in WHOLE_MODELS]
        self.model.set_files(models, repository.facts.parameters)
        self._say_others(repository)
        self._choose(address.file_name or address.level)
        self.predict(context_tokens, kv_type)

    def predict(self, context_tokens: int, kv_type: str) -> None:
        """Predict anew, under other assumptions."""
        if self._repository is not None:
            self.rest_timer.stop()
            self.model.set_recommended(None)
            self.measuring.hide()
            self.predictions.start(self._repository, self.model.files(), context_tokens, kv_type)
            self._say_what_is_done()

    def stop(self) -> None:
        """Another repository is coming, or none."""
        self.rest_timer.stop()
        self.predictions.cancel()
        self.measuring.hide()
        self.progress.clear()

    def set_held(self, held: bool) -> None:
        """Say that predictions wait for answers in progress, or that they go on."""
        self._held = held
        self._say_what_is_done()

    def set_free_bytes(self, free_bytes: int | None) -> None:
        """What the disk has left."""
        self._free_bytes = free_bytes
        self._follow_choice()

    def _lay_out(self) -> None:
        foot = in_row(
            (self.choice, 1), self.night_button, self.download_button, self.compare_button
        )
        in_column(
            self.advice,
            self.progress,
            (self.table, 1),
            self.measuring,
            self.others,
            self.original,
            foot,
            on=self,
        )

    def _choose(self, wanted: str | None) -> None:
        """Check the file that an address names; where it names none, say what there is."""
        self._problem = ""
        if wanted and self._repository is not None:
            try:
                file = find_file(self._repository.files, wanted)
            except NoSuchFileError as error:
                self._problem = sentence(error)
            else:
                self.model.check(file.name)
                self.table.setCurrentIndex(self.table.row_of(file.name))
        self._follow_choice()

    def _say_others(self, repository: Repository) -> None:
        words = [
            f"{file.name} ({kind_word(file.kind)}, {byte_size(file.size_bytes)})"
            for file in repository.files
            if file.kind not in WHOLE_MODELS
        ]
        sentences: list[str] = []
        if words:
            sentences.append(self.tr("Also there: {files}.").format(files=", ".join(words)))
        if repository.skipped:
            sentences.append(
                self.tr("Not touched, because their names are unsafe: {n} files.").format(
                    n=len(repository.skipped)
                )
            )
        if repository.unsized:
            sentences.append(
                self.tr(
                    "Left out, because the Hub says no size that can be right: {n} files."
                ).format(n=len(repository.unsized))
            )
        self.others.setText(" ".join(sentences))
        self.others.setVisible(bool(sentences))

    def _on_prediction(self, name: str) -> None:
        self.model.note_prediction(name)
        if self.predictions.of(name).kind is not None:
            self._follow_choice()
        share = self.predictions.share
        if share is not None and share < 1:
            self.progress.set_share(share)
        else:
            self.progress.clear()

    def _say_what_is_done(self) -> None:
        share = self.predictions.share
        if share is None or share == 1:
            return
        self.advice.setText(
            self.tr("Waiting for the engine, or for answers that this would disturb …")
            if self._held
            else self.tr("Reading the headers to see what fits this PC …")
        )

    def _rest(self) -> None:
        # It waits for an engine to end.
        self._jobs.run(lambda _context: self._fitter.rest())

    def _on_ended(self) -> None:
        self.rest_timer.start()
        self.measuring.hide()

    def _on_judged(self) -> None:
        self.measuring.setVisible(self.predictions.measuring)
        self.model.sort_by_bits()
        name, reason = self.predictions.recommendation()
        self.model.set_recommended(name)
        self.progress.clear()
        file = next((each for each in self.model.files() if each.name == name), None)
        if file is not None:
            level = self.predictions.level_of(file) or file.name
            self.advice.setText(
                self.tr("Recommended: {level}. {reason}").format(level=level, reason=reason)
            )
        else:
            self.advice.setText(reason or self.tr("What these files need could not be found out."))
        self._follow_choice()
        layout = self.layout()
        assert layout is not None
        layout.activate()  # the table has given way to what is said below it
        current = self.table.currentIndex()  # the one that was asked for, or is being looked at
        self.table.scrollTo(current if current.isValid() else self.table.row_of(name or ""))

    def _on_original(self, on: bool) -> None:
        file = self.predictions.least_shrunken()
        if file is not None:
            self.model.check(file.name, on=on)

    def _offer_original(self, chosen: list[ListedFile]) -> None:
        """One tick for what the others are best compared with."""
        file = self.predictions.least_shrunken()
        self.original.setVisible(file is not None)
        if file is None:
            return
        level = self.predictions.level_of(file) or file.name
        fit = self.predictions.of(file.name).fit
        is_original = fit is not None and fit.model.bits_per_weight > FULL_PRECISION_BITS
        text = self.tr("Compare with the original too ({level})")
        if not is_original:
            text = self.tr("Compare with the least shrunken too ({level})")
        set_words(self.original, text.format(level=level))
        self.original.setChecked(file in chosen)

    def _follow_choice(self) -> None:
        chosen = self.model.checked()
        missing = [file for file in chosen if self.model.place_of(file) is None]
        size_bytes = sum(file.size_bytes for file in missing)
        if not chosen:
            text = self._problem or self.tr("Tick the versions that you want.")
        else:
            counted = told(say("counted.levels", n=len(chosen)))
            there = str(byte_size(size_bytes)) if missing else self.tr("on this PC already")
            text = DOT.join([counted, there])
            free = self._free_bytes
            if free is not None and free < size_bytes:
                text += " " + self.tr("More than the {free} that the disk has free.").format(
                    free=byte_size(free)
                )
            elif len(chosen) > MAX_CANDIDATES:
                text += " " + self.tr("At most {n} can be compared at once.").format(
                    n=MAX_CANDIDATES
                )
        others = [why for file in chosen if (why := self._why_no_candidate(file))]
        self.choice.setText(" ".join([text, *others[:1]]))
        complete = bool(chosen) and all(file.complete for file in chosen)
        self.download_button.setVisible(not chosen or bool(missing))
        self.download_button.setEnabled(complete)
        self.night_button.setVisible(len(chosen) > 1 and bool(missing))
        self.night_button.setEnabled(complete and not others)
        self.compare_button.setEnabled(complete and len(chosen) <= MAX_CANDIDATES and not others)
        words = {
            (False, False): self.tr("Chat"),
            (False, True): self.tr("Compare"),
            (True, False): self.tr("Download and chat"),
            (True, True): self.tr("Download and compare"),
        }
        set_words(self.compare_button, words[bool(missing) or not chosen, len(chosen) != 1])
        self._offer_original(chosen)

    def _why_no_candidate(self, file: ListedFile) -> str:
        """Why a file can be downloaded, but not compared; empty where it can."""
        known = self.predictions.of(file.name)
        kind = known.kind or file.kind
        if kind is ModelKind.LANGUAGE_MODEL:
            return ""
        return known.problem or told(why_no_candidate(kind, file.name.rpartition("/")[2]))

    def _download(self, *, compare: bool) -> None:
        chosen = self.model.checked()
        here = [path for file in chosen if (path := self.model.place_of(file)) is not None]
        if compare and len(here) == len(chosen):
            self.compare_wanted.emit(here)
        elif compare:
            self.download_wanted.emit(chosen, True)
        else:
            missing = [file for file in chosen if self.model.place_of(file) is None]
            self.download_wanted.emit(missing, False)
