"""The look: Fusion, one palette and one style sheet, light or dark, switched live."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from enum import StrEnum
from string import Template
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QFontMetrics, QPalette

from app.resources import resource_path
from app.ui.kit.tokens import (
    DARK,
    LIGHT,
    Tokens,
    candidate_edge,
    contrast,
    current_tokens,
    mix,
)

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget


SMALL_SHARE = 0.88
LARGE_SHARE = 1.23
__all__ = [
    "DARK",
    "GRID",
    "LIGHT",
    "Theme",
    "ThemeChoice",
    "Tokens",
    "candidate_edge",
    "code_font",
    "contrast",
    "current_tokens",
    "small_font",
    "tabular",
]

GRID = 8
"""Every distance in the window is a multiple of this, or half of it; in pixels."""

_SMALLEST_TEXT_PX = 13


class ThemeChoice(StrEnum):
    """What the person chose; the system's scheme, or always the same."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Theme(QObject):
    """Dresses the application and keeps it in step with the system's colour scheme.

    Main thread only. Widgets need no reference to it: colours come from ``current_tokens()``,
    and a switch reaches every widget as ``QEvent.PaletteChange``.

    Attributes:
        choice: What the person chose.

    Signals:
        changed: The tokens are others now; palette and style sheet are applied already.
        choice_changed: The person chose; the tokens may have stayed the same.
    """

    changed = Signal()
    choice_changed = Signal()

    def __init__(self, application: QApplication, choice: ThemeChoice = ThemeChoice.SYSTEM) -> None:
        super().__init__(application)
        self._application = application
        self.choice = choice
        self._tokens: Tokens | None = None
        self._text_percent = 100
        self._sheet = ""
        self._parts: Callable[[], Iterable[QWidget]] | None = None
        application.setStyle("Fusion")
        self._font = _interface_font(application)
        application.setFont(self._font)
        self._hints = application.styleHints()
        self._request_scheme()
        self._apply()
        self._hints.colorSchemeChanged.connect(self._apply)

    @property
    def tokens(self) -> Tokens:
        """The colours in use."""
        return self._tokens or LIGHT

    def set_choice(self, choice: ThemeChoice) -> None:
        """Follow the system or fix a theme; takes effect at once."""
        if choice is self.choice:
            return
        self.choice = choice
        self._request_scheme()
        self._apply()
        self.choice_changed.emit()

    def set_text_percent(self, percent: int) -> None:
        """Make text larger than the system's, in per cent of it; before any widget is made."""
        if percent == self._text_percent:
            return
        self._text_percent = percent
        font = QFont(self._font)
        font.setPixelSize(round(_pixel_size(self._font) * percent / 100))
        self._application.setFont(font)
        self._tokens = None
        self._apply()

    def dress(self, parts: Callable[[], Iterable[QWidget]] | None) -> None:
        """Let changes from now on reach these parts of the window alone.

        Qt polishes every widget as often as it has parents when the application's style sheet
        changes, and those too that nobody sees. A part's own style sheet has precedence over it.

        Args:
            parts: Says what is seen now, each without its parents; None lets changes reach all.
        """
        self._parts = parts
        if parts is not None and self._application.styleSheet() != self._sheet:
            self._application.setStyleSheet(self._sheet)

    def catch_up(self, part: QWidget) -> None:
        """Dress a part that was not seen when the theme changed."""
        wanted = "" if self._application.styleSheet() == self._sheet else self._sheet
        if part.styleSheet() != wanted:
            part.setStyleSheet(wanted)

    def system_scheme(self) -> Qt.ColorScheme:
        """What the system asks for; unknown where it does not say."""
        return self._hints.colorScheme()

    def _request_scheme(self) -> None:
        # Native title bars and file dialogs follow the request too.
        self._hints.setColorScheme(
            {
                ThemeChoice.SYSTEM: Qt.ColorScheme.Unknown,
                ThemeChoice.LIGHT: Qt.ColorScheme.Light,
                ThemeChoice.DARK: Qt.ColorScheme.Dark,
            }[self.choice]
        )

    def _wanted(self) -> Tokens:
        if self.choice is ThemeChoice.SYSTEM:
            return DARK if self.system_scheme() is Qt.ColorScheme.Dark else LIGHT
        return DARK if self.choice is ThemeChoice.DARK else LIGHT

    def _apply(self) -> None:
        wanted = self._wanted()
        if wanted is self._tokens:
            return
        self._tokens = wanted
        self._application.setPalette(build_palette(wanted))
        base_px = round(_pixel_size(self._application.font()))
        self._sheet = build_style_sheet(wanted, base_px)
        if self._parts is None:
            self._application.setStyleSheet(self._sheet)
        else:
            for part in self._parts():
                self.catch_up(part)
        self.changed.emit()


def build_palette(tokens: Tokens) -> QPalette:
    """The palette that Fusion paints with."""
    role = QPalette.ColorRole
    colours = {
        role.Window: tokens.ground,
        role.WindowText: tokens.text,
        role.Base: tokens.surface,
        role.AlternateBase: tokens.ground,
        role.ToolTipBase: tokens.raised,
        role.ToolTipText: tokens.text,
        role.PlaceholderText: tokens.dim,
        role.Text: tokens.text,
        role.Button: tokens.surface,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.failed,
        role.Highlight: tokens.selection,
        role.HighlightedText: tokens.selection_text,
        role.Link: tokens.accent,
        role.LinkVisited: tokens.accent,
        role.Accent: tokens.accent,
        role.Light: tokens.raised,
        role.Midlight: tokens.line,
        role.Mid: tokens.line,
        role.Dark: tokens.edge,
        role.Shadow: "#000000",
    }
    palette = QPalette()
    for colour_role, colour in colours.items():
        palette.setColor(colour_role, QColor(colour))
    for colour_role in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, colour_role, QColor(tokens.edge))
    return palette


def tabular(font: QFont) -> QFont:
    """A copy of ``font`` whose digits all have one width, so that changing numbers stand still."""
    figures = QFont(font)
    figures.setFeature(QFont.Tag("tnum"), 1)
    return figures


def small_font(font: QFont) -> QFont:
    """The smaller of the two text sizes of a region."""
    small = QFont(font)
    small.setPixelSize(small_px(_pixel_size(font)))
    return small


def code_font(font: QFont) -> QFont:
    """The system's fixed-pitch font at the size that suits ``font``."""
    fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    fixed.setPixelSize(max(11, round(_pixel_size(font) * 0.94)))
    fixed.setStyleHint(QFont.StyleHint.Monospace)
    return fixed


def _interface_font(application: QApplication) -> QFont:
    """The system's interface font, not smaller than people can read a long answer in."""
    font = QFont(application.font())
    if _pixel_size(font) < _SMALLEST_TEXT_PX:
        font.setPixelSize(_SMALLEST_TEXT_PX)
    return font


def _pixel_size(font: QFont) -> float:
    return float(QFontInfo(font).pixelSize())


def build_style_sheet(tokens: Tokens, text_px: int) -> str:
    """Fill the template.

    Args:
        tokens: The theme's colours.
        text_px: Height of the interface font in device-independent pixels.

    Raises:
        KeyError: The template names a token that does not exist.
    """
    template = Template(resource_path("theme", "app.qss").read_text(encoding="utf-8"))
    font = QFont()
    font.setPixelSize(text_px)
    line_px = QFontMetrics(font).height()  # no control is lower than its words
    return template.substitute(
        asdict(tokens),
        accent_hover=mix(tokens.accent, tokens.text, 0.15),
        scroll=mix(tokens.ground, tokens.edge, 0.5),
        small_px=small_px(text_px),
        link_px=max(16, line_px),
        button_px=max(18, line_px),
        field_px=max(20, line_px),
        large_px=round(text_px * LARGE_SHARE),
        images=resource_path("theme", tokens.name).as_posix(),
    )


def small_px(text_px: float) -> int:
    """Height of the smaller of a region's two text sizes, never too small to read."""
    return max(11, round(text_px * SMALL_SHARE))
