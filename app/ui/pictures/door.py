"""Where widgets have pictures from: read, kept and brought by background work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage, QImageReader, QPixmap, QPixmapCache

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.core.chats.pictures import Picture
    from app.core.errors import PersonError
    from app.lab.pictures.shelf import PictureShelf
    from app.ui.kit.file_dialogs import FileDialogs
    from app.ui.kit.jobs import Job, Jobs

# What a person may take for a picture; of those that cannot be read a sentence says so.
_ENDINGS = {
    *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".webp", ".bmp", ".tif", ".tiff"),
    *(".ppm", ".pgm", ".pbm", ".heic", ".heif", ".avif", ".jxl", ".svg", ".ico", ".psd"),
}
_AS_IT_IS = ("image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp")
_QUICKLY = 90
"""Quality of a PNG that is read again at once: hardly packed."""


class PictureDoor(QObject):
    """Main thread; files and pixels are other threads' and processes' work.

    Small pictures lie in Qt's own cache, whose room is bounded: what scrolled out of sight long ago
    is read again.

    Signals:
        came: A picture that was asked for small can be had now, or never (its digest).

    Attributes:
        files: Asks for files.
    """

    came = Signal(str)

    def __init__(
        self, jobs: Jobs, shelf: PictureShelf, files: FileDialogs, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.files = files
        self._jobs = jobs
        self._shelf = shelf
        self._asked: set[str] = set()
        self._gone: set[str] = set()

    def file_of(self, picture: Picture) -> str:
        """Where a picture is kept. Any thread."""
        return self._shelf.file_of(picture)

    # --- from the person ------------------------------------------------------------------

    def take(
        self,
        source: Path | QImage | bytes,
        done: Callable[[Picture], object],
        failed: Callable[[PersonError], object],
    ) -> Job[Picture]:
        """Read a file, or what was pasted, and keep it."""
        shelf = self._shelf

        def work() -> Picture:
            if isinstance(source, Path):
                return shelf.take(source)
            return shelf.take_bytes(_as_file(source) if isinstance(source, QImage) else source)

        return self._jobs.run(lambda _context: work(), done=done, failed=failed)

    # --- for the eye ----------------------------------------------------------------------

    def small(self, picture: Picture, height_px: int) -> QPixmap | None:
        """A picture at a height in device pixels; None until ``came`` tells of it."""
        key = f"{picture.digest}/{height_px}"
        found = QPixmap()
        if QPixmapCache.find(key, found):
            return found
        if key not in self._asked and not self.is_gone(picture):
            self._asked.add(key)

            def done(image: QImage) -> None:
                self._asked.discard(key)
                if image.isNull():
                    self._gone.add(picture.digest)
                else:
                    QPixmapCache.insert(key, QPixmap.fromImage(image))
                self.came.emit(picture.digest)

            self._load(picture, height_px, done)
        return None

    def is_gone(self, picture: Picture) -> bool:
        """Whether its file could not be read."""
        return picture.digest in self._gone

    def large(self, picture: Picture, done: Callable[[QImage], object]) -> Job[QImage]:
        """All of a picture; one that is null where its file is not there."""
        return self._load(picture, picture.height, done)

    def _load(
        self, picture: Picture, height_px: int, done: Callable[[QImage], object]
    ) -> Job[QImage]:
        file = self._shelf.file_of(picture)
        size = QSize(picture.width, picture.height)
        if height_px < picture.height:
            width_px = max(1, round(picture.width * height_px / picture.height))
            size = QSize(width_px, height_px)
        return self._jobs.run(lambda _context: _read(file, size), done=done)


def pictures_in(data: QMimeData) -> list[Path | QImage | bytes]:
    """What is a picture among what is dragged or pasted; none where words were meant."""
    files = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    if data.hasUrls() and files:
        return list(picture_files(files))
    if data.hasText() and not data.hasUrls() and data.text().strip():
        return []  # an office program gives a picture of the words, too
    for kind in _AS_IT_IS:
        if data.hasFormat(kind):
            return [bytes(data.data(kind).data())]
    image = data.imageData() if data.hasImage() else None
    return [image] if isinstance(image, QImage) and not image.isNull() else []


def has_pictures(data: QMimeData) -> bool:
    """Whether :func:`pictures_in` would find one; does not look at its contents."""
    if data.hasUrls():
        local = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if local:
            return any(picture_files(local))
    return data.hasImage() and not data.text().strip()


def picture_files(paths: Iterable[Path]) -> list[Path]:
    """Those that a person takes for pictures, by their names."""
    return [path for path in paths if path.suffix.lower() in _ENDINGS]


def _as_file(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG", _QUICKLY)  # pyright: ignore[reportCallIssue, reportArgumentType]
    return bytes(buffer.data().data())


def _read(file: str, size: QSize) -> QImage:
    """One of the program's own files; any thread."""
    reader = QImageReader(file, b"png")
    if reader.size().width() * reader.size().height() > 1 << 24:
        return QImage()  # somebody else's: it is not looked at
    image = reader.read()
    if image.size() == size or image.isNull():
        return image
    return image.scaled(
        size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
