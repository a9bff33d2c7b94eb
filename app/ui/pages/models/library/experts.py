"""Which experts of a mixture work on a text: asked for by a button, shown as a small map."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QColor, QHelpEvent, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.kit.plain import show_tip
from app.ui.kit.theme import GRID, current_tokens
from app.ui.kit.tokens import mix
from app.ui.kit.widgets import ProgressLine, label, push_button
from app.ui.kit.widgets.layouts import in_column
from app.ui.kit.words.format import count, percent
from app.ui.kit.words.sentences import sentence

if TYPE_CHECKING:
    from app.core.errors import PersonError
    from app.core.models.family import LibraryModel
    from app.core.models.model_file import ModelFile
    from app.core.shrink.usage import ExpertUsage
    from app.ui.kit.jobs import Job, JobContext, Jobs

_LEAST_CELL_PX, _MOST_CELL_PX = 3, GRID
_HEIGHT_PX = 20 * GRID

CountExperts = Callable[["ModelFile", "JobContext"], "ExpertUsage"]
"""Lets a mixture read a text in an engine; on a job thread, reporting shares of the way."""


class ExpertMap(QWidget):
    """A line a layer, a cell an expert: the more of its layer's work, the stronger the colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._usage: ExpertUsage | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_usage(self, usage: ExpertUsage) -> None:
        """Show what was counted."""
        self._usage = usage
        self.updateGeometry()
        self.update()

    def words_at(self, x: int, y: int) -> str:
        """What the cell at a point says; empty beside the map."""
        usage = self._usage
        if usage is None or not (0 <= x < self.width() and 0 <= y < self.height()):
            return ""
        layer = usage.layers[y * len(usage.layers) // self.height()]
        expert = x * usage.experts // self.width()
        return self.tr("Layer {layer}, expert {expert}: {share} of the layer’s work").format(
            layer=count(layer.layer), expert=count(expert), share=percent(layer.shares[expert], 1)
        )

    # Qt's own names from here on.

    def sizeHint(self) -> QSize:
        layers = len(self._usage.layers) if self._usage else 0
        cell_px = max(_LEAST_CELL_PX, min(_MOST_CELL_PX, _HEIGHT_PX // max(1, layers)))
        return QSize(GRID, layers * cell_px)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            words = self.words_at(event.pos().x(), event.pos().y())
            show_tip(event.globalPos(), words, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        usage = self._usage
        if usage is None:
            return
        tokens = current_tokens()
        picture = QImage(usage.experts, len(usage.layers), QImage.Format.Format_RGB32)
        for y, layer in enumerate(usage.layers):
            shares = layer.shares
            most = max(shares) or 1.0
            for x, share in enumerate(shares):
                picture.setPixelColor(x, y, QColor(mix(tokens.line, tokens.accent, share / most)))
        QPainter(self).drawImage(self.rect(), picture)


class ExpertsCard(QWidget):
    """Offers to count for a mixture, and shows what was counted; hidden for other models.

    Args:
        jobs: The door to background work.
        count_experts: Counts.
    """

    def __init__(
        self, jobs: Jobs, count_experts: CountExperts, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._count_experts = count_experts
        self._model: LibraryModel | None = None
        self._known: dict[tuple[object, int], ExpertUsage] = {}
        self._job: Job[ExpertUsage] | None = None
        self.button = push_button(self.tr("Which experts work?"), run=self._start)
        self.progress = ProgressLine(self.tr("Counting the experts that work"))
        self.map = ExpertMap()
        self.words = label("", "small-dim", wrap=True)
        in_column(
            self.button, self.progress, self.map, self.words, on=self, margins=0, spacing=GRID // 2
        )
        self.hide()

    def show_model(self, model: LibraryModel) -> None:
        """Another model is chosen; what was counted for it before is shown again."""
        if self._model is not None and self._key(model) == self._key(self._model):
            return
        self._end()
        self._model = model
        facts = model.model
        self.setVisible(facts is not None and facts.expert_count > 0 and not model.why_not)
        self._show(self._known.get(self._key(model)))

    def _key(self, model: LibraryModel) -> tuple[object, int]:
        return model.path, model.modified_ns

    def _start(self) -> None:
        model = self._model
        if model is None or model.model is None or self._job is not None:
            return
        facts, key = model.model, self._key(model)
        self.button.setEnabled(False)
        self.words.setText(self.tr("It reads a text of several languages and code."))
        self.words.show()
        self.progress.set_share(None)

        def done(usage: ExpertUsage) -> None:
            self._known[key] = usage
            self._end()
            self._show(usage)

        self._job = self._jobs.run(
            lambda context: self._count_experts(facts, context),
            done=done,
            failed=self._fail,
            progress=self.progress.set_share,
        )

    def _fail(self, error: PersonError) -> None:
        self._end()
        self.words.setText(sentence(error))
        self.words.show()

    def _end(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            job.cancel()
        self.progress.clear()
        self.button.setEnabled(True)

    def _show(self, usage: ExpertUsage | None) -> None:
        self.button.setVisible(usage is None)
        self.progress.setVisible(usage is None)
        self.map.setVisible(usage is not None)
        self.words.setVisible(usage is not None)
        if usage is None:
            return
        self.map.show_usage(usage)
        words = self.tr(
            "Layers downwards, experts to the right; the stronger, the more of {tokens} tokens."
            " About {half} of {experts} do half of a layer’s work; {idle} of {all} had none."
        ).format(
            tokens=count(usage.tokens),
            half=count(round(usage.half)),
            experts=count(usage.experts),
            idle=count(usage.idle),
            all=count(usage.experts * len(usage.layers)),
        )
        self.words.setText(words)
        self.map.setAccessibleName(words)
