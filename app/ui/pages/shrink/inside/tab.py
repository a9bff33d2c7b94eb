"""Look inside a file: which matrices were hurt, and what raising them would cost."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QWidget

from app.core.errors import PersonError
from app.core.shrink.inside.savings import savings_of
from app.core.shrink.inside.tensor_map import Figure, TensorMap, again_with, map_of, raising
from app.core.shrink.recipe import MatrixUse, Recipe, level_of_bits
from app.lab.shrink.full_versions import is_full
from app.lab.shrink.inspecting import write_table
from app.ui.kit.plain import add_choice, set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import ChoiceBox, ProgressLine, in_lines, label, push_button
from app.ui.kit.widgets.layouts import in_column, in_row, scroll_down
from app.ui.kit.words.format import byte_size, count, number, parameters, percent
from app.ui.kit.words.sentences import sentence
from app.ui.pages.shrink.inside.histogram import Histogram
from app.ui.pages.shrink.inside.map_view import MapView
from app.ui.pages.shrink.inside.savings_bars import SavingsCard
from app.ui.pages.shrink.inside.table import TensorTable
from app.ui.pages.shrink.making.source import SourceChoice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.core.models.family import LibraryModel
    from app.core.shrink.inside.inspection import InspectedTensor, Inspection
    from app.ui.kit.jobs import Job, JobContext, Jobs

    Inspect = Callable[[Path, Path | None, Callable[[float], None]], Inspection]


@dataclass(frozen=True, slots=True)
class Raise:
    """A version with some matrices raised is wanted.

    Attributes:
        source: The original.
        title: What it is called.
        recipe: How.
        file_bytes: About its size.
    """

    source: Path
    title: str
    recipe: Recipe
    file_bytes: int


class InsideTab(QWidget):
    """Main thread.

    Signals:
        raise_wanted: A :class:`Raise`.

    Args:
        jobs: The door to background work.
        inspect: Counts in a job what is in a file, beside another one or alone, and tells shares
            of the way.
        ask_target: Asks where a table is to be written, of an offered name.
    """

    raise_wanted = Signal(object)

    def __init__(
        self,
        jobs: Jobs,
        inspect: Inspect,
        ask_target: Callable[[str], Path | None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._jobs, self._inspect, self._ask_target = jobs, inspect, ask_target
        self._job: Job[list[Inspection]] | None = None
        self._found: Inspection | None = None
        self._other: Inspection | None = None
        self._map = TensorMap((), 1, {})
        self._other_map = TensorMap((), 1, {})
        self._reference: Path | None = None
        self._models: Sequence[LibraryModel] = ()
        self.file = SourceChoice(any_level=True)
        self.file.setAccessibleName(self.tr("The file to look into"))
        self.against = SourceChoice(any_level=True, blank=self.tr("nothing"))
        self.against.setAccessibleName(self.tr("The file that it is compared with"))
        self.beside = SourceChoice(any_level=True, blank=self.tr("nothing"))
        self.beside.setAccessibleName(self.tr("The file that is shown beside it"))
        self.figure = ChoiceBox()
        self.figure.setAccessibleName(self.tr("What the colours tell"))
        for text, figure in (
            (self.tr("what was lost"), Figure.LOST),
            (self.tr("bits a weight"), Figure.BITS),
            (self.tr("zeros"), Figure.ZEROS),
            (self.tr("outliers"), Figure.OUTLIERS),
        ):
            add_choice(self.figure, text, figure)
        self.look_button = push_button(
            self.tr("Look inside"), "primary", icon_name="search", run=self.look
        )
        self.progress = ProgressLine(self.tr("Counting"))
        self.words = label(
            self.tr(
                "Counts what is in every matrix of a file. Compared with its original, it shows"
                " where most was lost."
            ),
            "dim",
            wrap=True,
        )
        self.map = MapView()
        self.title, self.other_title = label("", "strong"), label("", "strong")
        self.other_map = MapView()
        self.other_map.setAccessibleName(self.tr("Map of the file beside it"))
        self.table = TensorTable()
        self.save_button = push_button(
            self.tr("Save as a table …"), icon_name="download", run=self._save
        )
        for each in (self.title, self.other_title, self.other_map, self.save_button):
            each.hide()
        self.legend = label("", "small-dim", wrap=True)
        self.facts = label("", wrap=True, selectable=True)
        self.histogram = Histogram()
        self.histogram.hide()
        self.savings = SavingsCard()
        self.raise_button = push_button("", icon_name="add", run=self._raise)
        self.raise_button.hide()
        self._lay_out()
        self.file.activated.connect(lambda _place: self._suggest())
        self.figure.activated.connect(lambda _place: self._show())
        self.map.chosen_changed.connect(self._show_chosen)
        self.other_map.chosen_changed.connect(self._show_chosen)
        self.table.row_chosen.connect(self._choose_named)

    def show_models(self, models: Sequence[LibraryModel]) -> None:
        """Other models are on this PC than before."""
        had = self.file.path
        self._models = models
        self.file.show_models(models)
        self.against.show_models(models)
        self.beside.show_models(models)
        if had is None:
            self._suggest()

    def look(self) -> None:
        """Count what is in the file."""
        path, against = self.file.path, self.against.path
        if path is None:
            return
        self.stop()
        self.progress.set_share(0.0)
        self.look_button.setEnabled(False)
        reference = against if against != path else None
        beside = self.beside.path if self.beside.path != path else None
        paths = [path] if beside is None else [path, beside]

        def look(context: JobContext) -> list[Inspection]:
            def counted(number: int, each: Path) -> Inspection:
                def tell(share: float) -> None:
                    context.check()
                    context.report((number + share) / len(paths))

                return self._inspect(each, reference if reference != each else None, tell)

            return [counted(number, each) for number, each in enumerate(paths)]

        def done(found: list[Inspection]) -> None:
            self._ended()
            self.savings.show_savings(savings_of(found[0]))
            self._found, self._reference = found[0], reference
            self._other = found[1] if len(found) > 1 else None
            self.figure.setCurrentIndex(0 if reference is not None else 1)
            self._map = map_of(found[0])
            self._other_map = map_of(found[-1]) if self._other else TensorMap((), 1, {})
            self._show()

        self._job = self._jobs.run(
            look, done=done, failed=self._fail, progress=self.progress.set_share
        )

    def stop(self) -> None:
        """Count no more."""
        if self._job is not None:
            self._job.cancel()
            self._job = None

    # --- within ---------------------------------------------------------------------------

    def _lay_out(self) -> None:
        parts: list[QWidget] = []
        for name, control in (
            (self.tr("File"), self.file),
            (self.tr("compared with"), self.against),
            (self.tr("beside it"), self.beside),
            (self.tr("Colours"), self.figure),
        ):
            parts.append(QWidget())
            in_row(label(name, "dim"), control, on=parts[-1], spacing=GRID // 2)
        head = in_lines(*parts, self.look_button)
        holder = QWidget()
        holder.setProperty("role", "plain")
        in_column(
            self.title,
            self.map,
            self.other_title,
            self.other_map,
            self.legend,
            self.facts,
            self.histogram,
            in_row(self.raise_button, 1),
            self.savings,
            self.table,
            in_row(self.save_button, 1),
            1,
            on=holder,
            spacing=GRID,
        )
        area = QScrollArea()
        scroll_down(area)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        area.setWidget(holder)
        margins = (GRID * 2, GRID, GRID * 2, GRID)
        in_column(
            head, self.progress, self.words, (area, 1), on=self, margins=margins, spacing=GRID
        )

    def _suggest(self) -> None:
        """Compare a shrunken file with an original of the same model, where there is one."""
        own = next((each.model for each in self._models if each.path == self.file.path), None)
        if own is None or is_full(own):
            self.against.choose(None)
            return
        for each in self._models:
            model = each.model
            if model is not None and is_full(model) and model.family_key == own.family_key:
                self.against.choose(each.path)
                return
        self.against.choose(None)

    def _ended(self) -> None:
        self._job = None
        self.progress.clear()
        self.look_button.setEnabled(True)

    def _fail(self, error: PersonError) -> None:
        self._ended()
        self.words.setText(sentence(error))

    def _show(self) -> None:
        found = self._found
        if found is None:
            return
        types = ", ".join(
            self.tr("{type}: {n} ({size})").format(
                type=each.type, n=count(each.tensors), size=byte_size(each.bytes)
            )
            for each in found.types
        )
        pruned = found.model.pruned
        said = [
            self.tr("{n} weights in {size}.").format(
                n=parameters(found.model.parameters), size=byte_size(found.model.file_bytes)
            ),
            types + ".",
        ]
        if pruned:
            said.append(self.tr("Pruned: {what}.").format(what=pruned))
        if found.unmatched:
            said.append(
                self.tr("{n} tensors have none of the same shape to be compared with.").format(
                    n=count(len(found.unmatched))
                )
            )
        self.words.setText(" ".join(said))
        other, figure = self._other, self.figure.currentData()
        self.map.show_map(self._map, figure, self._other_map)
        self.other_map.show_map(self._other_map, figure, self._map)
        self.title.setText(self.tr("{name}").format(name=found.model.path.name))
        self.other_title.setText(other.model.path.name if other is not None else "")
        for each in (self.title, self.other_title, self.other_map):
            each.setVisible(other is not None)
        self.table.show_tensors(found, other)
        self.save_button.show()
        self.legend.setText(self.map.legend)

    def _choose_named(self, name: str) -> None:
        """Choose in the maps what was chosen in the table."""
        for view, found in ((self.map, self._map), (self.other_map, self._other_map)):
            view.choose([at for at, each in found.cells.items() if each.info.name == name])

    def _save(self) -> None:
        found = self._found
        target = self._ask_target(found.model.path.stem + ".csv") if found is not None else None
        if found is None or target is None:
            return
        try:
            write_table(found, self._other, target)
        except PersonError as error:
            self.words.setText(sentence(error))

    def _show_chosen(self) -> None:
        chosen = self.map.chosen
        last = chosen[-1] if chosen else None
        figures = last.figures if last is not None else None
        self.histogram.show_bins(figures.histogram if figures is not None else ())
        others = self.other_map.chosen[-1:] if self._other is not None else []
        both = [(self._found, each) for each in chosen[-1:]]
        both += [(self._other, each) for each in others]
        self.facts.setText("\n".join(self._facts_of(*each) for each in both))
        rules, more_bytes = raising(chosen)
        can = bool(rules) and self._reference is not None and self._found is not None
        self.raise_button.setVisible(can)
        if can:
            words = self.tr("Make it with these {n} raised: +{size}")
            self.raise_button.setText(words.format(n=len(rules), size=byte_size(more_bytes)))
            set_tip(self.raise_button, "\n".join(f"{name}: {kind}" for name, kind in rules))

    def _facts_of(self, found: Inspection | None, tensor: InspectedTensor) -> str:
        info, figures = tensor.info, tensor.figures
        shape = " × ".join(count(each) for each in info.dimensions)
        said = [f"{info.name}: {tensor.type_name}, {shape}, {byte_size(info.n_bytes)}"]
        if found is not None:
            words = self.tr("{share} of the file")
            said[0] += ", " + words.format(share=percent(found.bytes_share(tensor), 1))
        if found is not None and self._other is not None:
            said[0] = f"{found.model.path.name}: {said[0]}"
        if figures is not None:
            if figures.relative_error is not None and found is not None:
                share = found.error_share(tensor)
                words = self.tr("{error} off its original, {share} of all that was lost")
                said.append(
                    words.format(error=percent(figures.relative_error, 2), share=percent(share, 1))
                )
            said.append(
                self.tr("{zeros} zeros, {near} nearly zero, {outliers} outliers").format(
                    zeros=percent(tensor.zero_fraction, 2),
                    near=percent(tensor.near_zero_fraction, 1),
                    outliers=percent(tensor.outlier_fraction, 3),
                )
            )
            said.append(
                self.tr("RMS {rms}, largest {largest}").format(
                    rms=number(figures.rms, 5), largest=number(figures.largest, 4)
                )
            )
        return "\n".join(said)

    def _raise(self) -> None:
        found, source = self._found, self._reference
        if found is None or source is None:
            return
        rules, more_bytes = raising(self.map.chosen)
        model = found.model
        recipe = Recipe(
            level_of_bits(model.bits_per_weight),  # whatever it is called: each has its own rule
            matrix=MatrixUse.OWN if model.has_importance_matrix else MatrixUse.AUTO,
            rules=tuple(again_with(found.tensors, dict(rules))),
        )
        title = self.tr("{version}, {n} raised").format(version=model.level_name, n=len(rules))
        size = model.file_bytes + more_bytes
        self.raise_wanted.emit(Raise(source, title, recipe, size))
