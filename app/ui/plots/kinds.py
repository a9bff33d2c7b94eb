"""What the plots show, for whom and in which colours. No pyqtgraph here: it loads slowly."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from app.core.candidates.candidate import COLOURS
from app.ui.kit.tokens import Tokens, candidate_edge, current_tokens
from app.ui.kit.words.text import translate

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


@dataclass(frozen=True, slots=True)
class PlotTheme:
    """The colours around the lines, #RRGGBB; named as in `app.ui.kit.tokens.Tokens`."""

    ground: str
    surface: str
    line: str
    text: str
    dim: str
    accent: str

    @classmethod
    def of(cls, tokens: Tokens) -> PlotTheme:
        """The plots' part of a theme."""
        return cls(
            tokens.ground, tokens.surface, tokens.line, tokens.text, tokens.dim, tokens.accent
        )


class LineStyle(Enum):
    """How a line is drawn; says what it is without colour."""

    SOLID = "solid"
    DASHED = "dashed"
    DOTTED = "dotted"


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
