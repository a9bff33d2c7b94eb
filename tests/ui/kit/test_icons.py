"""Icons: every one can be drawn, in the colours of the theme."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage

from app.resources import resource_path
from app.ui.kit.icons import APP_ICON_SIZES, Tone, app_icon, app_pixmap, icon, pixmap
from app.ui.kit.theme import DARK, LIGHT, Theme, ThemeChoice
from app.ui.kit.widgets import IconButton

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot


NAMES = sorted(
    path.stem for path in resource_path("icons").glob("*.svg") if not path.stem.startswith("app")
)


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(qapp, ThemeChoice.LIGHT)
    yield made
    made.set_choice(ThemeChoice.LIGHT)


def test_all_icons_that_the_design_names_are_there(qapp: QApplication) -> None:
    wanted = (
        "compare models ladder shrink history send stop add close settings chat search copy edit "
        "refresh pause play save more drag sleep warning error check thinking chevron-down star "
        "reference folder download log plot sun moon command eye"
    )
    assert set(wanted.split()) <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_icon_is_a_line_drawing_on_one_grid(theme: Theme, name: str) -> None:
    source = resource_path("icons", f"{name}.svg").read_text(encoding="utf-8")
    assert 'viewBox="0 0 24 24"' in source
    assert 'stroke="currentColor"' in source
    assert re.findall(r"#[0-9a-fA-F]{3,6}", source) == []
    assert _inked(pixmap(name, 24).toImage()) > 0


def test_an_icon_made_once_follows_the_theme(theme: Theme) -> None:
    made = icon("add")
    assert _ink(made) == QColor(LIGHT.text)
    theme.set_choice(ThemeChoice.DARK)
    assert _ink(made) == QColor(DARK.text)


def test_tones_and_modes_choose_the_colour(theme: Theme) -> None:
    assert _ink(icon("add", Tone.ACCENT)) == QColor(LIGHT.accent)
    assert _ink(icon("add", Tone.FAILED)) == QColor(LIGHT.failed)
    assert _ink(icon("add"), QIcon.Mode.Disabled) == QColor(LIGHT.edge)


def test_an_icon_is_sharp_at_twice_the_scale(theme: Theme) -> None:
    picture = icon("add").pixmap(QSize(24, 24), 2.0)
    assert picture.size() == QSize(48, 48)
    assert picture.devicePixelRatio() == 2.0


def test_a_name_that_does_not_exist_says_so(qapp: QApplication) -> None:
    with pytest.raises(FileNotFoundError):
        icon("no-such-icon")


def test_the_programs_icon_has_every_size(qapp: QApplication) -> None:
    sizes = {size.width() for size in app_icon().availableSizes()}
    assert sizes == set(APP_ICON_SIZES)


def test_the_programs_icon_reads_at_16_pixels(qapp: QApplication) -> None:
    image = app_pixmap(16).toImage()
    colours = {image.pixelColor(x, y).name() for x in range(16) for y in range(16)}
    # The bars and the lens are whole pixels there, not a blur.
    assert "#9cc9f7" in colours
    assert "#1b4f86" in colours
    assert image.pixelColor(3, 2).name() == "#9cc9f7"
    assert image.pixelColor(9, 8).name() == "#f2b134"


def _ink(made: QIcon, mode: QIcon.Mode = QIcon.Mode.Normal) -> QColor:
    """The colour in the middle of the plus sign."""
    colour = made.pixmap(QSize(24, 24), 1.0, mode).toImage().pixelColor(12, 12)
    assert colour.alpha() > 200
    return QColor(colour.rgb())


def _inked(image: QImage) -> int:
    return sum(
        image.pixelColor(x, y).alpha() > 0
        for x in range(image.width())
        for y in range(image.height())
    )


def test_a_button_without_room_paints_no_icon(theme: Theme, qtbot: QtBot) -> None:
    button = IconButton("copy", "Copy")
    qtbot.addWidget(button)
    button.setFixedSize(30, 4)  # less than its padding, as before a first layout
    assert not button.grab().isNull()  # a warning of Qt fails the test
