"""Both themes: contrast, completeness, switching while widgets are shown.

Tests app.ui.kit.tokens.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetricsF, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from app.core.candidates.candidate import LETTERS
from app.ui.kit.theme import (
    DARK,
    LIGHT,
    Theme,
    ThemeChoice,
    Tokens,
    build_style_sheet,
    candidate_edge,
    contrast,
    current_tokens,
    small_font,
    small_px,
    tabular,
)
from app.ui.kit.tokens import EDGE_CONTRAST, TEXT_CONTRAST, mix

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

# The screen of the tests has no window manager to tell sizes to.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

GROUNDS = ("ground", "surface", "raised")
BOTH = pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda tokens: tokens.name)


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(qapp, ThemeChoice.LIGHT)
    yield made
    made.set_choice(ThemeChoice.LIGHT)


def test_contrast_is_what_the_guideline_defines() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
    assert contrast("#2B6CB0", "#2B6CB0") == 1.0


@BOTH
@pytest.mark.parametrize("ink", ["text", "dim", "accent", "ready", "working", "failed"])
@pytest.mark.parametrize("ground", GROUNDS)
def test_text_stands_out_from_every_ground(tokens: Tokens, ink: str, ground: str) -> None:
    assert contrast(getattr(tokens, ink), getattr(tokens, ground)) >= TEXT_CONTRAST


@BOTH
@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("accent_text", "accent"),
        ("selection_text", "selection"),
        ("text", "hover"),
        ("dim", "hover"),
        ("text", "code"),
        ("code_keyword", "code"),
        ("code_string", "code"),
        ("code_number", "code"),
        ("code_comment", "code"),
        ("code_name", "code"),
    ],
)
def test_text_stands_out_from_its_own_ground(tokens: Tokens, ink: str, ground: str) -> None:
    assert contrast(getattr(tokens, ink), getattr(tokens, ground)) >= TEXT_CONTRAST


@BOTH
def test_text_on_a_tinted_notice_stands_out(tokens: Tokens) -> None:
    for tint in ("accent", "working", "failed"):
        ground = mix(tokens.surface, getattr(tokens, tint), 0.08)
        assert contrast(tokens.text, ground) >= TEXT_CONTRAST
        assert contrast(tokens.dim, ground) >= TEXT_CONTRAST


@BOTH
def test_a_marked_word_stands_out(tokens: Tokens) -> None:
    assert contrast(tokens.text, mix(tokens.surface, tokens.accent, 0.18)) >= TEXT_CONTRAST


@BOTH
@pytest.mark.parametrize("ground", GROUNDS)
def test_edges_of_controls_stand_out(tokens: Tokens, ground: str) -> None:
    assert contrast(tokens.edge, getattr(tokens, ground)) >= EDGE_CONTRAST


@BOTH
@pytest.mark.parametrize("letter", LETTERS)
def test_a_candidates_thin_lines_stand_out_and_keep_their_hue(tokens: Tokens, letter: str) -> None:
    edge = candidate_edge(letter, tokens)
    assert contrast(edge, tokens.surface) >= EDGE_CONTRAST
    from app.core.candidates.candidate import COLOURS

    assert abs(QColor(edge).hslHue() - QColor(COLOURS[letter]).hslHue()) <= 2


@BOTH
def test_candidates_stay_apart(tokens: Tokens) -> None:
    assert len({candidate_edge(letter, tokens) for letter in LETTERS}) == len(LETTERS)


def test_both_themes_name_every_token_as_a_colour() -> None:
    for tokens in (LIGHT, DARK):
        for field in fields(tokens):
            if field.name != "name":
                assert QColor(getattr(tokens, field.name)).isValid(), field.name


@BOTH
def test_the_style_sheet_is_filled_completely(tokens: Tokens) -> None:
    sheet = build_style_sheet(tokens, 13)
    assert "$" not in sheet.split("*/", 1)[1]
    assert tokens.accent in sheet


def test_a_switch_reaches_what_is_shown(qtbot: QtBot, theme: Theme) -> None:
    label, button = QLabel("words"), QPushButton("Go")
    for widget in (label, button):
        qtbot.addWidget(widget)
        widget.show()
    with qtbot.waitSignal(theme.changed):
        theme.set_choice(ThemeChoice.DARK)
    assert theme.tokens is DARK
    assert current_tokens() is DARK
    assert label.palette().color(QPalette.ColorRole.WindowText) == QColor(DARK.text)
    assert button.palette().color(QPalette.ColorRole.ButtonText) == QColor(DARK.text)


def test_a_theme_that_stays_says_only_that_the_choice_changed(qtbot: QtBot, theme: Theme) -> None:
    with qtbot.assertNotEmitted(theme.changed), qtbot.waitSignal(theme.choice_changed):
        theme.set_choice(ThemeChoice.SYSTEM)  # the tests' screen has no scheme: light
    assert theme.tokens is LIGHT


def test_the_systems_scheme_is_followed_live(
    qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    theme.set_choice(ThemeChoice.SYSTEM)
    monkeypatch.setattr(theme, "system_scheme", lambda: Qt.ColorScheme.Dark)
    with qtbot.waitSignal(theme.changed):
        QGuiApplication.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.tokens is DARK


def test_a_fixed_theme_does_not_follow_the_system(
    qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(theme, "system_scheme", lambda: Qt.ColorScheme.Dark)
    with qtbot.assertNotEmitted(theme.changed):
        QGuiApplication.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.tokens is LIGHT


def test_figures_have_one_width(qapp: QApplication) -> None:
    metrics = QFontMetricsF(tabular(QFont("Inter")))
    widths = {round(metrics.horizontalAdvance(digit), 3) for digit in "0123456789"}
    assert len(widths) == 1


def test_small_text_is_smaller_and_not_too_small(qapp: QApplication) -> None:
    font = QFont(qapp.font())
    font.setPixelSize(16)
    assert 11 <= small_font(font).pixelSize() < 16
    font.setPixelSize(11)
    assert small_font(font).pixelSize() == 11


def test_text_is_as_large_as_the_person_wants(qapp: QApplication, dressed: Theme) -> None:
    usual = QFontInfo(qapp.font()).pixelSize()
    dressed.set_text_percent(150)
    try:
        assert QFontInfo(qapp.font()).pixelSize() == round(usual * 1.5)
        assert f"font-size: {small_px(round(usual * 1.5))}px" in qapp.styleSheet()
    finally:
        dressed.set_text_percent(100)
    assert QFontInfo(qapp.font()).pixelSize() == usual
