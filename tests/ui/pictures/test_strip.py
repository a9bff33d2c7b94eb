"""Pictures from the person's hand to chips, small ones and large ones.

Tests app.ui.pictures.door, app.ui.pictures.drop, app.ui.pictures.thumbnail, app.ui.pictures.window
and app.ui.pictures.words, over the real reader of pictures.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QByteArray, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QPixmapCache,
)
from PySide6.QtWidgets import QApplication, QWidget

from app.core.chats.pictures import MOST_PICTURES, Picture
from app.lab.pictures.shelf import PictureShelf
from app.ui.pictures.door import PictureDoor
from app.ui.pictures.drop import PictureDrop
from app.ui.pictures.strip import WITH_TEXTS, PictureStrip
from app.ui.pictures.thumbnail import Thumbnail
from app.ui.pictures.window import PictureWindow
from tests.helpers import pictures as made

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.ui.kit.jobs import Jobs

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

PATIENCE_MS = 60_000


class Files:
    """Answers the question for files."""

    def __init__(self) -> None:
        self.chosen: list[Path] = []

    def pictures(self) -> list[Path]:
        return self.chosen


@pytest.fixture
def files() -> Files:
    return Files()


@pytest.fixture
def shelf(tmp_path: Path) -> PictureShelf:
    return PictureShelf(tmp_path / "kept")


@pytest.fixture
def door(jobs: Jobs, shelf: PictureShelf, files: Files) -> PictureDoor:
    QPixmapCache.clear()
    return PictureDoor(jobs, shelf, files)  # pyright: ignore[reportArgumentType]


@pytest.fixture
def strip(qtbot: QtBot, door: PictureDoor) -> PictureStrip:
    widget = PictureStrip(door)
    qtbot.addWidget(widget)
    widget.resize(800, 100)
    return widget


def png(folder: Path, name: str = "sea.png", width: int = 120, height: int = 80) -> Path:
    file = folder / name
    file.write_bytes(made.file_of(made.painted(width, height), "PNG"))
    return file


def dragged(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def read(strip: PictureStrip, qtbot: QtBot) -> list[Picture]:
    qtbot.waitUntil(lambda: not strip.reading, timeout=PATIENCE_MS)
    return strip.pictures()


# --- taken ------------------------------------------------------------------------------------


def test_a_chosen_file_is_a_chip_that_says_what_became_of_it(
    strip: PictureStrip, files: Files, qtbot: QtBot, tmp_path: Path
) -> None:
    files.chosen = [png(tmp_path, "large & wide.png", 3000, 2000)]
    assert not strip.isVisible()

    strip.choose()
    strip.show()

    (chip,) = strip.chips()
    assert strip.reading
    assert (chip.name.text, chip.facts.text) == ("large & wide.png", "being read …")
    (picture,) = read(strip, qtbot)
    said = f"{picture.width} × {picture.height}, scaled from 3000 × 2000"
    assert chip.facts.text == said
    assert chip.accessibleName() == f"large & wide.png · {said}"
    assert chip.thumbnail.accessibleName() == f"Picture: large & wide.png · {said}"
    assert chip.remove_button.accessibleName() == "Take large & wide.png out"


def test_what_is_pasted_or_dropped_is_taken(
    strip: PictureStrip, qtbot: QtBot, tmp_path: Path
) -> None:
    image, browser, office, words = QMimeData(), QMimeData(), QMimeData(), QMimeData()
    image.setImageData(made.painted(90, 60))
    browser.setData("image/gif", QByteArray(made.animated_gif(3)))
    office.setImageData(made.painted(30, 30))
    office.setText("A cell of a table")
    words.setText("Words")

    assert strip.take_from(image)
    assert strip.take_from(browser)
    assert strip.take_from(dragged(png(tmp_path), tmp_path / "notes.txt"))
    for other in (office, words, QMimeData(), dragged(tmp_path / "model.gguf")):
        assert not strip.take_from(other)

    pictures = read(strip, qtbot)
    assert [(each.name, each.frames) for each in pictures] == [("", 1), ("", 3), ("sea.png", 1)]
    facts = [chip.facts.text for chip in strip.chips()]
    assert facts == ["90 × 60", "2 × 2, the first of 3 pictures", "120 × 80"]


def test_one_picture_goes_once(strip: PictureStrip, qtbot: QtBot, tmp_path: Path) -> None:
    strip.take([png(tmp_path), png(tmp_path, "again.png")])

    assert len(read(strip, qtbot)) == 1
    assert len(strip.chips()) == 1


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("cut.jpg", made.file_of(made.painted(), "JPEG")[:-40], "damaged"),
        ("photo.heic", b"\0\0\0\x18ftypheic" + bytes(64), "no picture that can be read"),
        ("bomb.png", made.claiming_png(60_000, 60_000), "pixels"),
    ],
)
def test_what_cannot_be_taken_is_a_sentence(
    strip: PictureStrip, qtbot: QtBot, tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(data)

    with qtbot.waitSignal(strip.refused, timeout=PATIENCE_MS) as refused:
        assert strip.take_from(dragged(tmp_path / name))

    assert said in refused.args[0]
    assert name in refused.args[0]
    assert strip.chips() == []
    assert strip.isHidden()


def test_no_more_than_a_message_takes(strip: PictureStrip, qtbot: QtBot, tmp_path: Path) -> None:
    sources = [png(tmp_path, f"{n}.png", 10 + n, 10) for n in range(MOST_PICTURES + 1)]

    with qtbot.waitSignal(strip.refused) as refused:
        strip.take(sources)

    assert refused.args == [f"No more than {MOST_PICTURES} pictures go with one message."]
    assert len(read(strip, qtbot)) == MOST_PICTURES
    # So many have no texts beside them.
    assert len(sources) > WITH_TEXTS
    assert all(chip.texts.isHidden() for chip in strip.chips())


def test_what_was_taken_out_comes_back(strip: PictureStrip, qtbot: QtBot, tmp_path: Path) -> None:
    strip.take([png(tmp_path, "a.png", 10, 10), png(tmp_path, "b.png", 20, 10)])
    both = read(strip, qtbot)

    with qtbot.waitSignal(strip.taken_out) as out:
        strip.chips()[0].remove_button.click()
    assert strip.pictures() == both[1:]

    out.args[0]()
    assert strip.pictures() == both


def test_one_that_is_taken_out_while_it_is_read_does_not_come(
    strip: PictureStrip, qtbot: QtBot, jobs: Jobs, tmp_path: Path
) -> None:
    strip.take([png(tmp_path)])
    strip.chips()[0].remove_button.click()

    assert strip.chips() == []
    assert jobs.running == 0


# --- seen -------------------------------------------------------------------------------------


def test_pixels_come_when_they_are_looked_at_and_go_when_there_are_others(
    door: PictureDoor, shelf: PictureShelf, qtbot: QtBot, jobs: Jobs, tmp_path: Path
) -> None:
    picture = shelf.take(png(tmp_path, "sea.png", 1200, 800))
    shown = Thumbnail(picture, door, 40)
    qtbot.addWidget(shown)
    assert jobs.running == 0
    with qtbot.waitSignal(door.came, timeout=PATIENCE_MS):
        shown.show()

    image = shown.grab().toImage()
    colours = [image.pixelColor(8, 8).name(), image.pixelColor(image.width() - 8, 30).name()]
    assert colours == [made.BLUE, made.RED]
    assert (shown.width(), shown.height()) == (60, 40)
    assert QPixmapCache.cacheLimit() <= 10_240


@pytest.mark.parametrize("size", [(5000, 2), (2, 5000), (1, 1)])
def test_odd_shapes_are_shown(
    door: PictureDoor, shelf: PictureShelf, qtbot: QtBot, tmp_path: Path, size: tuple[int, int]
) -> None:
    shown = Thumbnail(shelf.take(png(tmp_path, "odd.png", *size)), door, 40)
    qtbot.addWidget(shown)
    with qtbot.waitSignal(door.came, timeout=PATIENCE_MS):
        shown.show()
    assert not door.is_gone(shown.picture)
    assert 20 <= shown.width() <= 100
    shown.grab()


def test_a_click_shows_it_large(
    door: PictureDoor, shelf: PictureShelf, qtbot: QtBot, tmp_path: Path
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    small = Thumbnail(shelf.take(png(tmp_path)), door, 40, parent)
    parent.show()
    small.setFocus()
    qtbot.keyClick(small, Qt.Key.Key_Space)
    (large,) = parent.findChildren(PictureWindow)
    assert large.windowTitle() == "sea.png"
    qtbot.waitUntil(large.copy_button.isEnabled, timeout=PATIENCE_MS)
    assert not large.view.image.isNull()
    large.grab()
    large.copy_button.click()
    assert QGuiApplication.clipboard().image().size() == large.view.image.size()
    QGuiApplication.clipboard().clear()
    large.close()


def test_a_file_that_is_gone_is_said(
    door: PictureDoor, shelf: PictureShelf, qtbot: QtBot, tmp_path: Path
) -> None:
    picture = shelf.take(png(tmp_path))
    Path(shelf.file_of(picture)).unlink()
    parent = QWidget()
    qtbot.addWidget(parent)
    small = Thumbnail(picture, door, 40, parent)
    with qtbot.waitSignal(door.came, timeout=PATIENCE_MS):
        parent.show()
    assert "not there any more" in small.toolTip()
    small.grab()
    small.click()
    (large,) = parent.findChildren(PictureWindow)
    qtbot.waitUntil(lambda: "not there" in large.facts.text(), timeout=PATIENCE_MS)
    assert not large.copy_button.isEnabled()
    large.close()


# --- dragged over -----------------------------------------------------------------------------


def enter(data: QMimeData) -> QDragEnterEvent:
    return QDragEnterEvent(
        QPoint(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )


def test_a_drag_shows_where_pictures_land_and_lets_others_pass(
    strip: PictureStrip, qtbot: QtBot, tmp_path: Path
) -> None:
    page, target = QWidget(), QWidget()
    target.setParent(page)
    qtbot.addWidget(page)
    page.show()
    drop = PictureDrop(page, target, strip)
    pictures, models = dragged(png(tmp_path)), dragged(tmp_path / "model.gguf")

    other = enter(models)
    other.ignore()
    QApplication.sendEvent(page, other)
    assert not other.isAccepted()
    assert not drop.hint.isVisible()

    over = enter(pictures)
    QApplication.sendEvent(page, over)
    assert over.isAccepted()
    assert drop.hint.isVisible()
    assert drop.hint.parentWidget() is target
    drop.hint.grab()
    QApplication.sendEvent(page, QDragLeaveEvent())
    assert not drop.hint.isVisible()

    QApplication.sendEvent(page, enter(pictures))
    QApplication.sendEvent(
        page,
        QDropEvent(
            QPointF(5, 5),
            Qt.DropAction.CopyAction,
            pictures,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        ),
    )
    assert not drop.hint.isVisible()
    assert len(read(strip, qtbot)) == 1
