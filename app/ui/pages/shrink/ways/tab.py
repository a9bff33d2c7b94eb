"""Compare the ways: what each would be at the same need of memory; make and measure them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.core.candidates.candidate import candidate_of
from app.core.errors import PersonError
from app.lab.works.comparing import Comparison, ComparisonOrder
from app.lab.works.making.orders import order_for
from app.lab.works.work import WorkState
from app.ui.kit.plain import set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import FullHeight, NumberField, in_lines, label, push_button
from app.ui.kit.widgets.labels import set_role
from app.ui.kit.widgets.layouts import in_column, in_row, split
from app.ui.kit.words.format import about, byte_size, count
from app.ui.kit.words.sentences import sentence, told
from app.ui.pages.shrink.making.source import SourceChoice
from app.ui.pages.shrink.ways.outcome import OutcomePanel
from app.ui.pages.shrink.ways.plan_model import MOST, WaysModel
from app.ui.pages.shrink.ways.plan_view import WaysView

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.core.models.family import LibraryModel
    from app.lab.shrink.ways import WaysPlan
    from app.lab.works.comparing import Comparisons
    from app.lab.works.ladders.entry import LadderEntry
    from app.lab.works.making.makes import Makes
    from app.ui.kit.jobs import Job, JobContext, Jobs
    from app.ui.pages.shrink.ways.measured import MeasuredLadder

_GB = 1_000_000_000
_MOST_GB, _MOST_TOKENS = 10_000, 1 << 24


@dataclass(frozen=True, slots=True)
class WaysBackends:
    """What the tab stands on.

    Attributes:
        jobs: The door to background work.
        plan: Called in a job with a model, bytes of memory and tokens of context, or None each for
            the usual ones.
        makes: What is made.
        comparisons: What is compared.
        ladder: Brings up what was measured.
        ladder_of: The ladder of a number where it is in the queue.
        folder_for: Where versions of a model go by themselves.
        free_bytes: What a folder's disk has left.
    """

    jobs: Jobs
    plan: Callable[[Path, int | None, int | None, JobContext], WaysPlan]
    makes: Makes
    comparisons: Comparisons
    ladder: MeasuredLadder
    ladder_of: Callable[[int], LadderEntry | None]
    folder_for: Callable[[Path], Path]
    free_bytes: Callable[[Path], int | None]


class WaysTab(QWidget):
    """Main thread.

    Signals:
        said: A sentence for the status line.
        ladder_wanted: A ladder of the store is to be shown: its number.
        go_on_wanted: It is to be measured on.
        chat_wanted: A version (candidate) is to be opened in Compare.
        ordered: Versions are to be made.
    """

    said = Signal(str)
    ladder_wanted = Signal(int)
    go_on_wanted = Signal(int)
    chat_wanted = Signal(object)
    ordered = Signal()

    def __init__(self, backends: WaysBackends, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._backends = backends
        self._job: Job[WaysPlan] | None = None
        self._plan: WaysPlan | None = None
        self._entry: LadderEntry | None = None
        self._looked = False
        self.source = SourceChoice()
        self.memory = NumberField(
            self.tr("Memory, GB"), 0.001, _MOST_GB, decimals=3, step=0.1, blank=self.tr("as Q4_K_M")
        )
        self.context = NumberField(
            self.tr("Context, tokens"), 1, _MOST_TOKENS, step=1024, blank=self.tr("usual")
        )
        self.note = label("", "dim", wrap=True)
        self.note.hide()
        self.model = WaysModel(self.font(), self)
        self.view = WaysView(self.model)
        self.facts = label("", "dim", wrap=True)
        self.make_button = push_button(
            self.tr("Make and measure them"), "primary", icon_name="ladder", run=self.make
        )
        self.outcome = OutcomePanel()
        self._lay_out()
        self.source.chosen.connect(lambda _path: self.look())
        self.memory.value_changed.connect(lambda _value: self.look())
        self.context.value_changed.connect(lambda _value: self.look())
        self.model.checked_changed.connect(self._refresh)
        self.outcome.ladder_wanted.connect(self.ladder_wanted)
        self.outcome.go_on_wanted.connect(self.go_on_wanted)
        self.outcome.chat_wanted.connect(lambda key: self.chat_wanted.emit(candidate_of(key)))
        backends.ladder.made.connect(self.outcome.show_view)
        self._refresh()

    def show_models(self, models: Sequence[LibraryModel]) -> None:
        """Other models are on this PC than before."""
        self.source.show_models(models)
        if self._looked and self._plan is None:
            self.look()

    def choose(self, path: Path) -> None:
        """Compare ways of this model."""
        self.source.choose(path)
        if self._looked:
            self.look()

    def open(self) -> None:
        """The tab is looked at: plan, where that was not done yet."""
        if not self._looked:
            self._looked = True
            self.look()

    def look(self) -> None:
        """Plan the ways of the chosen model."""
        self.stop()
        path = self.source.path
        self._plan = None
        self.model.show_rows(())
        self.show_works()
        if path is None:
            self._say("")
            self._refresh()
            return
        memory, context = self.memory.value, self.context.value
        n_bytes = round(memory * _GB) if memory else None
        tokens = int(context) if context else None
        self._say(self.tr("Planning what each way would be …"))

        def done(plan: WaysPlan) -> None:
            self._plan = plan
            self._say(self._about(plan))
            self.model.show_rows(plan.ways)

        def failed(error: PersonError) -> None:
            self._say(sentence(error))

        self._job = self._backends.jobs.run(
            lambda jobs_context: self._backends.plan(path, n_bytes, tokens, jobs_context),
            done=done,
            failed=failed,
        )

    def make(self) -> None:
        """Make what is ticked, and measure it then."""
        plan = self._plan
        wanted = self.model.checked
        if plan is None or not wanted:
            return
        makes, files = self._backends.makes, list[str]()
        taken = {work.order.target for work in makes.all if work.state is not WorkState.DONE}
        try:
            for each in wanted:
                if each.recipe is None:
                    files.append(str(each.source))
                    continue
                folder = self._backends.folder_for(each.source)
                order = order_for(
                    each.source, folder, each.title, each.recipe, each.file_bytes, taken
                )
                makes.add(order)
                taken.add(order.target)
                files.append(order.target)
            order = ComparisonOrder(str(plan.source), plan.memory_bytes, tuple(files))
            self._backends.comparisons.add(order)
        except PersonError as error:
            self.said.emit(sentence(error))
        self.ordered.emit()
        self.show_works()

    def show_works(self) -> None:
        """Show how far the comparison of the chosen model is."""
        backends, work = self._backends, self._comparison()
        number = work.so_far.number if work is not None else None
        entry = backends.ladder_of(number) if number is not None else None
        files = work.order.files if work is not None else ()
        makes = [make for make in backends.makes.all if make.order.target in files]
        self.outcome.show_state(work, makes, entry)
        backends.ladder.follow(number)
        # One that just left the queue knows its last result, too.
        for known in (self._entry, entry):
            if known is not None:
                backends.ladder.hear(known)
        self._entry = entry

    def stop(self) -> None:
        """Plan nothing more."""
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _comparison(self) -> Comparison | None:
        """The latest one of the chosen model."""
        path = self.source.path
        own = [
            work
            for work in self._backends.comparisons.all
            if work.order.source == str(path) and not work.is_cancelled
        ]
        return own[-1] if own else None

    def _lay_out(self) -> None:
        sign = self.fontMetrics().averageCharWidth()
        self.memory.setFixedWidth(sign * 14)
        self.context.setFixedWidth(sign * 12)
        set_tip(
            self.memory,
            self.tr("What each version may need while it runs. Empty: what a Q4_K_M would need."),
        )
        head = in_row(label(self.tr("Every way to shrink"), "strong"), (self.source, 1))
        wish = in_lines(
            label(self.tr("to the same memory:")),
            self.memory,
            label(self.tr("GB, with a context of")),
            self.context,
            label(self.tr("tokens")),
        )
        upper = FullHeight()
        end = in_row((self.facts, 1), self.make_button)
        in_column(head, wish, self.note, (self.view, 1), end, on=upper)
        splitter = split(upper, self.outcome, grows=1, sizes=(400, 360), vertical=True)
        in_column((splitter, 1), on=self, margins=(GRID * 2, GRID, GRID * 2, GRID))

    def _say(self, words: str) -> None:
        self.note.setText(words)
        self.note.setVisible(bool(words))

    def _about(self, plan: WaysPlan) -> str:
        said = self.tr(
            "The original needs {own}; each of these {memory} at most, with a context of {tokens}"
            " tokens."
        ).format(
            own=byte_size(plan.source_bytes),
            memory=byte_size(plan.memory_bytes),
            tokens=count(plan.context_tokens),
        )
        return " ".join([said, *(told(remark) for remark in plan.remarks)])

    def _refresh(self) -> None:
        wanted = self.model.checked
        self.make_button.setEnabled(bool(wanted))
        made = [each for each in wanted if each.recipe is not None]
        needed = sum(each.file_bytes for each in made)
        source = self.source.path
        free = self._backends.free_bytes(self._backends.folder_for(source)) if source else None
        lacks = free is not None and needed > free
        said = list[str]()
        if made:
            said.append(self.tr("{size} on the disk").format(size=byte_size(needed)))
            seconds = max(1.0, sum(each.seconds for each in made))
            said.append(self.tr("about {time} to make").format(time=about(seconds)))
        if lacks:
            said.append(self.tr("only {size} are free").format(size=byte_size(free)))
        if len(wanted) == MOST:
            said.append(self.tr("{n} at most are compared").format(n=count(MOST)))
        if not wanted and self._plan is not None:
            said = [self.tr("Tick the ways that you want to compare.")]
        self.facts.setText(", ".join(said))
        set_role(self.facts, "failed" if lacks else "dim")
