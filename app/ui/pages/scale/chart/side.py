"""What the chart means for the chosen model, and two models at equal memory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QWidget

from app.core.candidates.candidate import candidate_of
from app.core.scale.points import meaning, no_meaning
from app.ui.kit.theme import GRID
from app.ui.kit.widgets.buttons import push_button
from app.ui.kit.widgets.choice_box import ChoiceBox
from app.ui.kit.widgets.labels import hrule, label
from app.ui.kit.widgets.layouts import in_column, in_row, scroll_down
from app.ui.kit.words.format import byte_size
from app.ui.kit.words.sentences import told
from app.ui.pages.scale.chart.content import ratio_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.core.scale.law import ScalingLaw
    from app.core.scale.pairs import EqualPair
    from app.core.scale.points import ScalePoint
    from app.core.scale.published import PublishedModel


class ScaleSide(QScrollArea):
    """Main thread only.

    Signals:
        chat_wanted: A candidate is to be opened in Compare.
        elsewhere_wanted: A file is to be carried over to other devices.
        measure_wanted: Candidates are to be measured.

    Args:
        law: Of the chart.
        published: To hold a model against.
        find_pair: Finds files of two models that need the same memory.
    """

    chat_wanted = Signal(object)
    elsewhere_wanted = Signal(Path)
    measure_wanted = Signal(list)

    def __init__(
        self,
        law: ScalingLaw,
        published: tuple[PublishedModel, ...],
        find_pair: Callable[[ScalePoint, ScalePoint], EqualPair | None],
    ) -> None:
        super().__init__()
        self._law, self._published = law, published
        self._point: ScalePoint | None = None
        inside = QWidget()
        self.name = label("", "title", wrap=True)
        self.meaning = label("", wrap=True, selectable=True)
        self._not_title = label(self.tr("What it does not say"), "strong")
        self.no_meaning = label("", "dim", wrap=True, selectable=True)
        self.source = label("", "small-dim", wrap=True, selectable=True)
        self._chat = push_button(self.tr("Chat"), icon_name="chat", run=self._on_chat)
        self._elsewhere = push_button(
            self.tr("On other devices"), icon_name="memory", run=self._on_elsewhere
        )
        self.pair = PairPanel(find_pair)
        self.pair.measure_wanted.connect(self.measure_wanted)
        in_column(
            self.name,
            self.meaning,
            self._not_title,
            self.no_meaning,
            self.source,
            in_row(self._chat, self._elsewhere, 1),
            hrule(),
            self.pair,
            1,
            on=inside,
            margins=(2 * GRID, GRID, GRID, GRID),
        )
        self.setWidget(inside)
        scroll_down(self)
        self.setAccessibleName(self.tr("About the chosen model"))
        self.setMinimumWidth(30 * GRID)
        self.show_point(None)

    def show_point(self, point: ScalePoint | None) -> None:
        """Say what the chart means for a model; None asks for one."""
        self._point = point
        there = point is not None
        for part in (self._not_title, self.no_meaning, self.source):
            part.setVisible(there)
        here = there and point.is_here
        self._chat.setVisible(here)
        self._elsewhere.setVisible(here)
        if point is None:
            self.name.setText(self.tr("Choose a model"))
            self.meaning.setText(
                self.tr(
                    "Right in the chart stand large models, high up those that were trained on"
                    " much text. Along a dotted line the law expects the same loss: a small model"
                    " can be as good as a large one that saw less text."
                )
            )
            return
        published = point.published
        self.name.setText(point.name)
        self.meaning.setText(told(meaning(point, self._published, self._law)))
        self.no_meaning.setText(told(no_meaning(point, self._law)))
        self.source.setText(
            self.tr("Tokens: {source}, looked at {date}. {address}").format(
                source=published.source, date=published.date.isoformat(), address=published.url
            )
        )

    def _on_chat(self) -> None:
        if self._point is not None and self._point.paths:
            self.chat_wanted.emit(candidate_of(self._point.paths[-1]))

    def _on_elsewhere(self) -> None:
        if self._point is not None and self._point.paths:
            self.elsewhere_wanted.emit(self._point.paths[-1])


class PairPanel(QWidget):
    """Two models of this PC: a pair of files at equal memory, and the way to a ladder.

    Signals:
        measure_wanted: Candidates are to be measured.
    """

    measure_wanted = Signal(list)

    def __init__(self, find: Callable[[ScalePoint, ScalePoint], EqualPair | None]) -> None:
        super().__init__()
        self._find = find
        self._points: dict[str, ScalePoint] = {}
        self._pair: EqualPair | None = None
        self.boxes = (
            ChoiceBox(self.tr("One model"), least_characters=8),
            ChoiceBox(self.tr("Another model"), least_characters=8),
        )
        self.words = label("", wrap=True)
        self.button = push_button(
            self.tr("Measure these two"), icon_name="ladder", run=self._on_measure
        )
        in_column(
            label(self.tr("Smaller and trained longer, or larger?"), "strong", wrap=True),
            in_row((self.boxes[0], 1), (self.boxes[1], 1)),
            self.words,
            (self.button, 0, Qt.AlignmentFlag.AlignLeft),
            on=self,
        )
        for box in self.boxes:
            box.activated.connect(self._refresh)
        self.show_points(())

    def show_points(self, points: Sequence[ScalePoint], likely: Sequence[str] = ()) -> None:
        """Offer these models of this PC; at first the two of these names."""
        self._points = {point.name: point for point in points}
        before = [box.currentText() for box in self.boxes]
        if not set(before) <= self._points.keys():
            before = list(likely)
        for box, name in zip(self.boxes, [*before, "", ""], strict=False):
            box.clear()
            box.addItems(list(self._points))
            box.setCurrentIndex(box.findText(name))
        for box in self.boxes:
            box.setVisible(len(points) > 1)
        self._refresh()

    def _refresh(self) -> None:
        one, other = (self._points.get(box.currentText()) for box in self.boxes)
        self._pair = None
        if len(self._points) < 2:
            self.words.setText(
                self.tr(
                    "With two models on this PC whose training is published, a pair of their"
                    " versions that need the same memory is named here."
                )
            )
        elif one is None or other is None or one is other:
            self.words.setText(self.tr("Choose two models."))
        else:
            self._pair = self._find(one, other)
            self.words.setText(self._pair_words(one, other))
        self.button.setVisible(self._pair is not None)

    def _pair_words(self, one: ScalePoint, other: ScalePoint) -> str:
        if self._pair is None:
            return self.tr("No two of their versions here need about the same memory.")
        smaller, larger = self._pair.smaller, self._pair.larger
        first = one if smaller.path in one.paths else other
        second = other if first is one else one
        return self.tr(
            "{small} at {small_level} needs {small_bytes}, {large} at {large_level}"
            " {large_bytes}. {small} saw {small_ratio} tokens for each parameter, {large}"
            " {large_ratio}: which of the two is better at this memory only measuring tells."
        ).format(
            small=first.name,
            small_level=smaller.level,
            small_bytes=byte_size(smaller.needed_bytes),
            large=second.name,
            large_level=larger.level,
            large_bytes=byte_size(larger.needed_bytes),
            small_ratio=ratio_words(first),
            large_ratio=ratio_words(second),
        )

    def _on_measure(self) -> None:
        if self._pair is not None:
            pair = (self._pair.smaller, self._pair.larger)
            self.measure_wanted.emit([candidate_of(each.path) for each in pair])
