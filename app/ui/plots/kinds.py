"""What the plots show, for whom, in which colours and lines. No pyqtgraph here: it loads slowly."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from app.core.candidates.candidate import COLOURS
from app.ui.kit.tokens import candidate_edge, current_tokens
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from app.ui.plots.lines import Line

_THICK = 1.6
# Qt has a quick way for broken lines of one real pixel, and takes sixty times as long above that.
_THIN = 1.0
SPANS_S = (30, 60, 300)
DEFAULT_SPAN_S = 60


@dataclass(frozen=True, slots=True)
class PlotCandidate:
    """A candidate as the plots name it.

    Attributes:
        key: Names it in samples and speeds.
        letter: Stands at the end of its lines.
        label: Its quantization level or name.
        colour: Its colour, #RRGGBB.
    """

    key: str
    letter: str
    label: str
    colour: str

    @property
    def name(self) -> str:
        """Letter and label in one."""
        return f"{self.letter} {self.label}".strip()

    @property
    def line_colour(self) -> str:
        """The colour made fit for thin lines on the surface of the theme in use."""
        if COLOURS.get(self.letter) != self.colour:
            return self.colour
        return candidate_edge(self.letter, current_tokens())


class LineStyle(Enum):
    """How a line is drawn; says what it is without colour."""

    SOLID = "solid"
    DASHED = "dashed"
    DOTTED = "dotted"


_DASHES = {LineStyle.DASHED: [4.0, 3.0], LineStyle.DOTTED: [1.0, 3.0]}


class Metric(Enum):
    """What one plot can show."""

    MEMORY = "memory"
    SPEED = "speed"
    CPU = "cpu"
    GPU_MEMORY = "gpu-memory"
    GPU_LOAD = "gpu-load"

    @property
    def needs_gpu(self) -> bool:
        """Whether there is nothing to show without a GPU."""
        return self in (Metric.GPU_MEMORY, Metric.GPU_LOAD)

    @property
    def title(self) -> str:
        """Its name for the person."""
        return {
            Metric.MEMORY: translate("Plots", "Memory"),
            Metric.SPEED: translate("Plots", "Speed"),
            Metric.CPU: translate("Plots", "CPU"),
            Metric.GPU_MEMORY: translate("Plots", "GPU memory"),
            Metric.GPU_LOAD: translate("Plots", "GPU load"),
        }[self]

    @property
    def long_title(self) -> str:
        """Its name with all that is needed to read the plot without the window around it."""
        return {
            Metric.MEMORY: translate("Plots", "Memory: private solid, mapped dashed"),
            Metric.SPEED: translate("Plots", "Speed: tokens per second"),
            Metric.CPU: translate("Plots", "CPU: 100% is one core"),
            Metric.GPU_MEMORY: translate("Plots", "GPU memory in use"),
            Metric.GPU_LOAD: translate("Plots", "GPU load"),
        }[self]

    @property
    def nothing(self) -> str:
        """What an empty plot says."""
        if self is Metric.SPEED:
            return translate("Plots", "No tokens in this time")
        return translate("Plots", "Nothing measured in this time")


def styled_pen(style: LineStyle, colour: QColor, pixel_ratio: float = 1.0) -> QPen:
    """A pen for a style.

    Args:
        style: Thick and solid, or thin and broken.
        colour: Its colour.
        pixel_ratio: Makes it thicker, for pens whose width Qt takes in real pixels.
    """
    pen = QPen(colour, (_THICK if style is LineStyle.SOLID else _THIN) * pixel_ratio)
    # Solid lines are drawn in segments, which must meet without notches.
    solid = style is LineStyle.SOLID
    pen.setCapStyle(Qt.PenCapStyle.SquareCap if solid else Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)
    if style in _DASHES:
        pen.setDashPattern(_DASHES[style])
    return pen


def line_pen(line: Line, pixel_ratio: float) -> QPen:
    """A pen for a line that is as wide at any scale of the axes."""
    pen = styled_pen(line.style, line_colour(line), pixel_ratio)
    pen.setCosmetic(True)
    return pen


def line_colour(line: Line) -> QColor:
    """The candidate's colour; the PC's and the GPUs' lines have none of their own."""
    if line.candidate is not None:
        return QColor(line.candidate.line_colour)
    tokens = current_tokens()
    return QColor(tokens.dim if line.style is LineStyle.DOTTED else tokens.text)
