"""What is made, waits or was made: a row a version."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from app.core.candidates.candidate import candidate_of
from app.core.candidates.settings import COMPARE_GREEDY
from app.core.chats.elsewhere import Elsewhere, llama_server_command
from app.core.errors import PersonError
from app.core.shrink.recipe import Step
from app.core.words.sentence import from_kept
from app.lab.engines.opened import context_of
from app.lab.works.work import ENDED, WorkState
from app.library.model_files import open_model_file
from app.monitor.machine import physical_core_count
from app.ui.kit.elsewhere import ElsewherePopover
from app.ui.kit.outside import open_outside
from app.ui.kit.plain import set_spoken, set_tip
from app.ui.kit.theme import GRID, tabular
from app.ui.kit.tokens import current_tokens
from app.ui.kit.widgets import (
    ElidedLabel,
    IconButton,
    ProgressLine,
    in_lines,
    label,
    push_button,
)
from app.ui.kit.widgets.fold import Fold
from app.ui.kit.widgets.labels import set_role
from app.ui.kit.widgets.layouts import Gap, in_column, in_row, scroll_down
from app.ui.kit.words.format import about, byte_size, duration, number
from app.ui.kit.words.sentences import told
from app.ui.kit.words.text import translate
from app.ui.pages.shrink.making.chosen import ChosenTypes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from app.lab.works.making.makes import Makes
    from app.lab.works.making.work import Make

# What is through sooner needs no word of it.
_SOON_SECONDS = 10


class WorksPanel(QWidget):
    """Main thread.

    Signals:
        chat_wanted: A version (candidate) is to be opened in Compare.
        measure_wanted: Candidates are to be measured, the original first.

    Args:
        makes: The queue.
        source_of: Where the model that a version was made of is now.
    """

    chat_wanted = Signal(object)
    measure_wanted = Signal(list)

    def __init__(
        self,
        makes: Makes,
        source_of: Callable[[Make], Path],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._makes = makes
        self._source_of = source_of
        self._rows: dict[Make, MakeRow] = {}
        self.measure_button = push_button(
            self.tr("Measure what they lose"), icon_name="ladder", run=self._measure_all
        )
        set_tip(self.measure_button, self.tr("All that were made of one model, with its original"))
        self.clear_button = push_button(self.tr("Clear finished"), "quiet", run=self._clear)
        set_tip(self.clear_button, self.tr("Takes them off this list; the files stay"))
        head = in_row(
            (label(self.tr("Made here"), "strong"), 1), self.measure_button, self.clear_button
        )
        holder = QWidget()
        holder.setProperty("role", "plain")
        self._list = in_column(spacing=GRID // 2)
        in_column(self._list, 1, on=holder, spacing=None)
        self._scroll = QScrollArea()
        scroll_down(self._scroll)
        self._scroll.setWidget(holder)
        in_column(head, (self._scroll, 1), on=self, spacing=GRID // 2)

    def show_works(self, works: Sequence[Make]) -> None:
        """Show these, in their order."""
        wanted = [work for work in works if not work.is_cancelled]
        shown = sorted(wanted, key=lambda work: work.state is WorkState.DONE)
        for work in list(self._rows):
            if work not in shown:
                row = self._rows.pop(work)
                self._list.removeWidget(row)
                row.hide()
                row.deleteLater()
        for place, work in enumerate(shown):
            row = self._rows.get(work)
            if row is None:
                row = self._rows[work] = self._make_row(work)
            if self._list.indexOf(row) != place:
                self._list.insertWidget(place, row)
            row.show_work(work)
            row.show()
        self.measure_button.setVisible(bool(_measurable(shown)))
        self.clear_button.setVisible(any(work.state is WorkState.DONE for work in shown))
        self.setVisible(bool(shown))

    @property
    def rows(self) -> Sequence[MakeRow]:
        """From top to bottom."""
        return sorted(self._rows.values(), key=self._list.indexOf)

    def _make_row(self, work: Make) -> MakeRow:
        row = MakeRow(work)
        row.chat.clicked.connect(
            lambda: self.chat_wanted.emit(candidate_of(Path(work.order.target)))
        )
        row.measure.clicked.connect(lambda: self._measure([work]))
        row.stop.clicked.connect(lambda: self._makes.queue.cancel(work))
        row.again.clicked.connect(lambda: self._makes.queue.resume(work))
        row.forget.clicked.connect(lambda: self._makes.queue.forget([work]))
        return row

    def _clear(self) -> None:
        self._makes.queue.forget([work for work in self._makes.all if work.state in ENDED])

    def _measure_all(self) -> None:
        done = _measurable(self._rows)
        self._measure([work for work in done if work.order.source == done[-1].order.source])

    def _measure(self, works: Sequence[Make]) -> None:
        paths = [self._source_of(works[0]), *(work.order.target for work in works)]
        self.measure_wanted.emit([candidate_of(Path(path)) for path in paths])


class MakeRow(QFrame):
    """One version: what it is, how far, what can be done with it."""

    def __init__(self, work: Make, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "surface")
        self.title = ElidedLabel("", least_characters=12)
        self.words = ElidedLabel(
            "", dim=True, mode=Qt.TextElideMode.ElideRight, least_characters=20
        )
        self.words.setFont(tabular(self.words.font()))
        self.remarks = label("", "dim", wrap=True, selectable=True)
        self.chosen = ChosenTypes()
        self.why = Fold(self.tr("What was chosen, and why"), self.chosen)
        self.why.hide()
        self.progress = ProgressLine(self.tr("Making it"))
        self.chat = push_button(self.tr("Chat"), icon_name="chat")
        self.measure = push_button(self.tr("Measure"), icon_name="ladder")
        set_tip(self.measure, self.tr("Holds it against its original"))
        self.elsewhere = IconButton("external", self.tr("Use it elsewhere"))
        self.elsewhere.clicked.connect(lambda: self._show_elsewhere(work))
        self.folder = IconButton("folder", self.tr("Show it in its folder"))
        self.folder.clicked.connect(
            lambda: open_outside(QUrl.fromLocalFile(str(Path(work.order.target).parent)))
        )
        self.again = IconButton("reload", self.tr("Try again"))
        self.stop = IconButton("close", self.tr("Stop; nothing of it is left"), size_px=16)
        self.forget = IconButton("close", self.tr("Take off the list; the file stays"), size_px=16)
        done = (self.chat, self.measure, self.elsewhere, self.folder)
        buttons = (*done, self.again, self.stop, self.forget)
        texts, acts = QWidget(), QWidget()
        in_row((self.title, 3), Gap(GRID), (self.words, 4), on=texts, spacing=GRID // 2)
        centre = Qt.AlignmentFlag.AlignVCenter
        in_row(*((each, 0, centre) for each in buttons), on=acts, spacing=GRID // 2)
        in_column(
            in_lines(texts, acts, grows=texts),
            self.remarks,
            self.why,
            self.progress,
            on=self,
            margins=(GRID, GRID // 2, GRID // 2, GRID // 2),
            spacing=GRID // 2,
        )

    def show_work(self, work: Make) -> None:
        """Show how far it is now."""
        state, order = work.state, work.order
        source = order.name or Path(order.source).name
        self.title.set_text(
            self.tr("{version}  –  of {source}").format(version=order.title, source=source)
        )
        words = _words(work)
        self.words.set_text(words)
        set_spoken(self, f"{order.title}: {words}")
        failed, done = state is WorkState.FAILED, state is WorkState.DONE
        remarks = [work.error] if failed else work.made.remarks if done else []
        self.remarks.setText("\n".join(told(from_kept(each)) for each in remarks))
        self.remarks.setVisible(bool(remarks))
        set_role(self.remarks, "failed" if failed else "dim")
        if done and work.made.parts and self.why.isHidden():
            self.chosen.show_chosen(work.made.parts, work.made.chosen_by, work.made.tried)
        self.why.setVisible(done and bool(work.made.parts))
        tokens = current_tokens()
        self.progress.set_colour(tokens.failed if failed else tokens.ready if done else "")
        progress = work.progress
        if done:
            self.progress.set_share(1.0)
        elif state is WorkState.RUNNING and progress is not None and progress.total:
            self.progress.set_share(progress.done / progress.total)
        elif state in (WorkState.RUNNING, WorkState.STOPPING):
            self.progress.set_share(None)
        else:
            self.progress.clear()
        for button in (self.chat, self.elsewhere, self.folder, self.forget):
            button.setVisible(done)
        self.measure.setVisible(done and not order.of_weights)
        self.again.setVisible(failed)
        self.stop.setVisible(not done and state is not WorkState.STOPPING)

    def _show_elsewhere(self, work: Make) -> None:
        """The file's path and the command that serves it, to be copied."""
        found = _elsewhere(Path(work.order.target))
        popover = ElsewherePopover(work.order.title, found, self)
        popover.show_below(self.elsewhere.mapToGlobal(self.elsewhere.rect().bottomLeft()))


def _elsewhere(path: Path) -> Elsewhere:
    """How another program runs a version; there is no command where it is gone."""
    try:
        model = open_model_file(path)
    except PersonError:
        return Elsewhere(str(path), "")
    candidate = candidate_of(path)
    context, threads = context_of(candidate.engine, model), physical_core_count()
    command = llama_server_command(candidate, COMPARE_GREEDY, context, threads, os.name)
    return Elsewhere(str(path), command)


def _measurable(works: Iterable[Make]) -> list[Make]:
    """Those that are there, and have a model file that they can be held against."""
    return [work for work in works if work.state is WorkState.DONE and not work.order.of_weights]


def _words(work: Make) -> str:
    made = work.made
    match work.state:
        case WorkState.DONE:
            return translate("Shrink", "{size}, {bits} bits a weight, in {time}").format(
                size=byte_size(made.file_bytes),
                bits=number(made.bits_per_weight, 2),
                time=duration(made.elapsed_ns),
            )
        case WorkState.FAILED:
            return translate("Shrink", "not made")
        case WorkState.STOPPING:
            return translate("Shrink", "stopping")
        case WorkState.RUNNING if work.progress is not None:
            left = work.progress.seconds_left
            words = step_words(work.progress.step)
            if left is None or left < _SOON_SECONDS:
                return words
            return translate("Shrink", "{step}, about {time} left").format(
                step=words, time=about(left)
            )
        case WorkState.RUNNING:
            return translate("Shrink", "beginning")
        case _:
            return translate("Shrink", "waits for its turn")


def step_words(step: Step) -> str:
    """What is done now, as people read it."""
    return {
        Step.QUANTIZING: translate("Shrink", "turning the weights into fewer bits"),
        Step.FETCHING: translate("Shrink", "getting the converter"),
        Step.CONVERTING: translate("Shrink", "turning the original weights into a model file"),
        Step.MERGING: translate("Shrink", "adding the adapters to the weights"),
        Step.WEIGHING: translate("Shrink", "reading a text to see which weights matter"),
        Step.COMPARING_LAYERS: translate("Shrink", "reading a text to see which layers matter"),
        Step.COUNTING_EXPERTS: translate("Shrink", "reading a text to see which experts work"),
        Step.MEASURING: translate("Shrink", "measuring what each part would lose"),
        Step.PRUNING: translate("Shrink", "leaving out what is to go"),
        Step.PROBING: translate("Shrink", "measuring which parts matter most"),
        Step.TRYING: translate("Shrink", "measuring which mixture loses least"),
        Step.LEARNING: translate("Shrink", "learning again from its original"),
        Step.LOOKING: translate("Shrink", "looking into the new file"),
    }[step]
