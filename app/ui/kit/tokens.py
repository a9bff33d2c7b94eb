"""The colours of the two themes, and the arithmetic of contrast."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from PySide6.QtGui import QColor, QGuiApplication, QPalette

from app.core.candidates.candidate import COLOURS

TEXT_CONTRAST = 4.5
EDGE_CONTRAST = 3.0


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a colour is for, as #RRGGBB; the same names in both themes.

    Attributes:
        name: "light" or "dark".
        ground: Behind everything.
        surface: Panes, fields and lists.
        raised: What floats: menus, tool tips, the command palette, the person's own messages.
        hover: A surface under the pointer.
        line: Separators; quiet, carries no meaning.
        edge: Borders of things that can be used; stands out 3:1.
        text: Words and numbers.
        dim: Units, hints, what is less important.
        accent: What can be acted on; focus; links.
        accent_text: Text on the accent.
        ready: State: ready, done.
        working: State: loading, generating, a warning.
        failed: State: failed.
        selection: Behind selected text and rows.
        selection_text: Selected text.
        code: Behind code.
        code_keyword: Syntax colours on ``code``, from here on.
    """

    name: str
    ground: str
    surface: str
    raised: str
    hover: str
    line: str
    edge: str
    text: str
    dim: str
    accent: str
    accent_text: str
    ready: str
    working: str
    failed: str
    selection: str
    selection_text: str
    code: str
    code_keyword: str
    code_string: str
    code_number: str
    code_comment: str
    code_name: str

    @property
    def is_dark(self) -> bool:
        """Whether this is the dark theme."""
        return self.name == "dark"


LIGHT = Tokens(
    name="light",
    ground="#F6F6F4",
    surface="#FFFFFF",
    raised="#FAFAF8",
    hover="#EEEEEB",
    line="#E2E1DD",
    edge="#85898F",
    text="#1D2126",
    dim="#5F6772",
    accent="#2B6CB0",
    accent_text="#FFFFFF",
    ready="#1E7B45",
    working="#8A5A00",
    failed="#B3261E",
    selection="#CFE2F7",
    selection_text="#1D2126",
    code="#F3F3F0",
    code_keyword="#8A2F8F",
    code_string="#1E6E42",
    code_number="#8A4B00",
    code_comment="#5F6772",
    code_name="#1F5F9E",
)

DARK = Tokens(
    name="dark",
    ground="#15171B",
    surface="#1D2026",
    raised="#252932",
    hover="#2A2F38",
    line="#2D323B",
    edge="#757D89",
    text="#E7E9EC",
    dim="#9FA8B4",
    accent="#7AB0F5",
    accent_text="#10141A",
    ready="#6CC78F",
    working="#E3B341",
    failed="#FF8A80",
    selection="#2F4B70",
    selection_text="#F2F4F6",
    code="#16181D",
    code_keyword="#D6A0E0",
    code_string="#8FCB9B",
    code_number="#E5B878",
    code_comment="#98A1AD",
    code_name="#8DBDF7",
)


def current_tokens() -> Tokens:
    """The tokens of the theme that the application shows now; main thread.

    Read from the application's palette, so that painting code needs no theme passed in.
    """
    window = QGuiApplication.palette().color(QPalette.ColorRole.Window)
    return DARK if window.lightness() < 128 else LIGHT


@cache
def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours as WCAG 2 defines it, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    q = QColor(colour)

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(q.redF()) + 0.7152 * linear(q.greenF()) + 0.0722 * linear(q.blueF())


@cache
def candidate_edge(letter: str, tokens: Tokens) -> str:
    """A candidate's colour for thin lines and outlines: 3:1 against the surface.

    The palette's own colour (``app.core.candidates.candidate.COLOURS``) fills dots and areas; where
    it is too pale or too dark for a thin line it is taken down or up in lightness, its hue kept.
    """
    colour = QColor(COLOURS[letter])
    hue, saturation = colour.hslHueF(), colour.hslSaturationF()
    lightness = colour.lightnessF()
    step = 0.01 if tokens.is_dark else -0.01
    while contrast(colour.name(), tokens.surface) < EDGE_CONTRAST and 0.0 < lightness < 1.0:
        lightness = min(1.0, max(0.0, lightness + step))
        colour = QColor.fromHslF(hue, saturation, lightness)
    return colour.name()


def mix(one: str, other: str, share: float) -> str:
    """The colour ``share`` (0 to 1) of the way from ``one`` to ``other``."""
    a, b = QColor(one), QColor(other)
    return QColor.fromRgbF(
        a.redF() + (b.redF() - a.redF()) * share,
        a.greenF() + (b.greenF() - a.greenF()) * share,
        a.blueF() + (b.blueF() - a.blueF()) * share,
    ).name()
