"""The picture reader through ``app.lab.pictures.shelf``, and ``app.core.chats.pictures``."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from app.core.chats.pictures import MOST_PIXELS, MOST_SIDE, MOST_SOURCE_BYTES, Picture, kept_size
from app.core.errors import PersonError
from app.lab.pictures.shelf import PictureShelf
from tests.helpers import pictures as made


@pytest.fixture
def shelf(tmp_path: Path) -> PictureShelf:
    return PictureShelf(tmp_path / "pictures")


def corners(shelf: PictureShelf, picture: Picture) -> tuple[str, str]:
    """The colours at the upper left and the lower right."""
    image = QImage(shelf.file_of(picture))
    assert (image.width(), image.height()) == (picture.width, picture.height)
    assert image.format() in (QImage.Format.Format_RGB888, QImage.Format.Format_RGB32)
    found = [image.pixelColor(2, 2), image.pixelColor(image.width() - 3, image.height() - 3)]
    return _near(found[0].name()), _near(found[1].name())


def _near(colour: str) -> str:
    """A colour without what a lossy file adds to it."""
    return "#" + "".join("ff" if colour[at] in "ef" else "00" for at in (1, 3, 5))


@pytest.mark.parametrize(
    ("data", "size", "seen"),
    [
        (lambda: made.file_of(made.painted(), "PNG"), (120, 80), (made.BLUE, made.RED)),
        (lambda: made.file_of(made.painted(), "WEBP"), (120, 80), (made.BLUE, made.RED)),
        (lambda: made.file_of(made.painted(), "TIFF"), (120, 80), (made.BLUE, made.RED)),
        (made.cmyk_jpeg, (120, 80), (made.BLUE, made.RED)),
        (lambda: made.turned_jpeg(3), (120, 80), (made.RED, made.BLUE)),
        (lambda: made.turned_jpeg(5), (80, 120), (made.BLUE, made.RED)),
    ],
    ids=["png", "webp", "tiff", "cmyk", "upside down", "turned"],
)
def test_pictures_are_kept_upright_and_plain(
    shelf: PictureShelf,
    data: Callable[[], bytes],
    size: tuple[int, int],
    seen: tuple[str, str],
) -> None:
    picture = shelf.take_bytes(data(), "a.jpg")

    assert (picture.width, picture.height) == size
    assert (picture.source_width, picture.source_height) == size
    assert corners(shelf, picture) == seen
    assert picture.name == "a.jpg"
    assert not picture.is_scaled


def test_the_same_picture_is_kept_once(shelf: PictureShelf, tmp_path: Path) -> None:
    file = tmp_path / "größe 1.png"
    file.write_bytes(made.file_of(made.painted(), "PNG"))

    one, other = shelf.take(file), shelf.take_bytes(file.read_bytes())

    assert one.digest == other.digest
    assert one.name == "größe 1.png"
    assert len(list((tmp_path / "pictures").iterdir())) == 1


def test_what_is_transparent_is_white(shelf: PictureShelf) -> None:
    clear = QImage(20, 20, QImage.Format.Format_ARGB32)
    clear.fill(0)

    picture = shelf.take_bytes(made.file_of(clear, "PNG"))

    assert corners(shelf, picture) == (made.WHITE, made.WHITE)


def test_of_several_pictures_the_first_is_taken(shelf: PictureShelf) -> None:
    picture = shelf.take_bytes(made.animated_gif(3))

    assert picture.frames == 3
    assert QImage(shelf.file_of(picture)).pixelColor(0, 0).name() == made.RED


def test_large_pictures_are_scaled(shelf: PictureShelf) -> None:
    picture = shelf.take_bytes(made.file_of(made.painted(4000, 3000), "JPEG"))

    assert (picture.source_width, picture.source_height) == (4000, 3000)
    assert picture.width * picture.height <= MOST_PIXELS
    assert picture.width / picture.height == pytest.approx(4 / 3, rel=0.01)
    assert picture.is_scaled
    assert corners(shelf, picture) == (made.BLUE, made.RED)


def test_sizes_are_kept_within_bounds() -> None:
    assert kept_size(1920, 1080) == (1920, 1080)
    assert kept_size(30000, 1) == (MOST_SIDE, 1)
    width, height = kept_size(9000, 9000)
    assert width == height
    assert width * height <= MOST_PIXELS


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (lambda: b"", "is no picture that can be read"),
        (lambda: b"words", "is no picture that can be read"),
        (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is no picture that can be read"),
        (lambda: made.claiming_png(60_000, 60_000), "has more than 100,000,000 pixels"),
        (lambda: made.claiming_png(9_000, 9_000), "it is damaged"),
        (lambda: made.file_of(made.painted(), "PNG")[:-40], "it is damaged"),
        (lambda: made.turned_jpeg(6)[:-400], "it is damaged"),
        (lambda: bytes(MOST_SOURCE_BYTES + 1), "is larger than"),
    ],
    ids=["empty", "text", "drawing", "huge", "hollow", "cut png", "cut jpeg", "heavy"],
)
def test_what_cannot_be_read_is_said(
    shelf: PictureShelf, tmp_path: Path, data: Callable[[], bytes], said: str
) -> None:
    with pytest.raises(PersonError) as caught:
        shelf.take_bytes(data(), "x.png")

    assert said in caught.value.sentence
    assert "x.png" in caught.value.sentence
    assert not list(tmp_path.glob("pictures/*"))


def test_files_that_are_none_are_said(shelf: PictureShelf, tmp_path: Path) -> None:
    for path in (tmp_path / "gone.png", tmp_path):
        with pytest.raises(PersonError, match="cannot be read"):
            shelf.take(path)


def test_pictures_that_nothing_shows_go_after_a_day(shelf: PictureShelf, tmp_path: Path) -> None:
    shown = shelf.take_bytes(made.file_of(made.painted(), "PNG"))
    old = shelf.take_bytes(made.file_of(made.painted(60, 60), "PNG"))
    new = shelf.take_bytes(made.file_of(made.painted(70, 70), "PNG"))
    long_ago = time.time() - 100_000
    for picture in (shown, old):
        os.utime(shelf.file_of(picture), (long_ago, long_ago))

    shelf.sweep({shown.digest})

    kept = {path.stem for path in (tmp_path / "pictures").iterdir()}
    assert kept == {shown.digest, new.digest}
