"""A program of its own: reads one image file of a stranger's, and writes it as a plain picture.

Contents come on standard input; the words are the folder for the picture and the file's name. What
came of it goes to standard output as one line of JSON, a :class:`PictureReading`. Nothing else is
done here, so that nothing is lost when a decoder fails.
"""

from __future__ import annotations

import contextlib
import os
import sys
from hashlib import sha256
from pathlib import Path

import msgspec

from app.base.files import write_whole
from app.core.chats.pictures import (
    MOST_BYTES,
    MOST_SOURCE_BYTES,
    MOST_SOURCE_PIXELS,
    Picture,
    PictureReading,
    kept_size,
)
from app.core.words.sentence import say

_NICENESS = 5
_MEMORY_BYTES = 2 << 30
_PROCESSOR_SECONDS = 40
_ALLOCATION_MB = 768
# What cameras, screens and the web hold; no drawings that run instructions, no documents.
_KINDS = frozenset({"png", "jpg", "jpeg", "gif", "bmp", "webp", "tif", "tiff", "ppm", "pgm", "pbm"})


def main(words: list[str]) -> int:
    """Read one picture; the exit status is 0 whether it could be read or not."""
    _settle_in()
    folder, name = words
    data = sys.stdin.buffer.read(MOST_SOURCE_BYTES + 1)
    try:
        reading = _read(data, Path(folder), name)
    except ImportError as error:  # a system library that Qt needs
        reading = PictureReading(said=say("pictures.no_reader", name=name), detail=str(error))
    except (MemoryError, OSError) as error:
        reading = PictureReading(said=say("pictures.not_kept", name=name), detail=str(error))
    sys.stdout.buffer.write(msgspec.json.encode(reading) + b"\n")
    sys.stdout.buffer.flush()
    return 0


def _settle_in() -> None:
    with contextlib.suppress(OSError, AttributeError):
        os.nice(_NICENESS)
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        limits = {
            resource.RLIMIT_DATA: _MEMORY_BYTES,
            resource.RLIMIT_CPU: _PROCESSOR_SECONDS,
            resource.RLIMIT_CORE: 0,
        }
        for limit, most in limits.items():
            _, hard = resource.getrlimit(limit)
            resource.setrlimit(limit, (most, hard))


def _read(data: bytes, folder: Path, name: str) -> PictureReading:
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize
    from PySide6.QtGui import QColorSpace, QImage, QImageIOHandler, QImageReader, QPainter

    QImageReader.setAllocationLimit(_ALLOCATION_MB)
    reader = QImageReader()  # named before its source, to go before it: TIFF's still asks for it
    source = QBuffer()
    source.setData(QByteArray(data))
    source.open(QIODevice.OpenModeFlag.ReadOnly)
    reader.setDevice(source)
    reader.setAutoTransform(True)
    kind = bytes(reader.format().data()).decode("ascii", "replace").lower()
    if kind not in _KINDS:
        return PictureReading(said=say("pictures.other_kind", name=name), detail=kind or "unknown")
    held = reader.size()
    if held.width() * held.height() > MOST_SOURCE_PIXELS:
        return PictureReading(
            said=say("pictures.too_many_pixels", name=name, most=MOST_SOURCE_PIXELS)
        )
    rotate = QImageIOHandler.Transformation.TransformationRotate90
    frames = max(1, reader.imageCount())
    is_turned = bool(reader.transformation().value & rotate.value)
    if not held.isEmpty():
        reader.setScaledSize(QSize(*kept_size(held.width(), held.height())))
    image, error = reader.read(), reader.errorString()
    if image.isNull() or _is_cut(data, kind):
        return PictureReading(said=say("pictures.broken", name=name), detail=error)
    width, height = kept_size(image.width(), image.height())
    usual = QColorSpace(QColorSpace.NamedColorSpace.SRgb)
    if image.colorSpace().isValid() and image.colorSpace() != usual:
        image.convertToColorSpace(usual, QImage.Format.Format_RGBA8888_Premultiplied)
    # Onto white, where it is transparent; and nothing else of the file comes along.
    plain = QImage(width, height, QImage.Format.Format_RGB888)
    plain.fill(0xFFFFFFFF)
    painter = QPainter(plain)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(plain.rect(), image)
    painter.end()
    target = QBuffer()
    target.open(QIODevice.OpenModeFlag.WriteOnly)
    if not plain.save(target, "PNG") or target.size() > MOST_BYTES:  # pyright: ignore[reportCallIssue, reportArgumentType]
        return PictureReading(said=say("pictures.not_kept", name=name))
    found = bytes(target.data().data())
    shown = held.transposed() if is_turned else held
    picture = Picture(
        sha256(found).hexdigest(),
        width,
        height,
        name,
        source_width=max(shown.width(), width),
        source_height=max(shown.height(), height),
        frames=frames,
    )
    write_whole(folder / picture.file_name, found)
    return PictureReading(picture)


def _is_cut(data: bytes, kind: str) -> bool:
    """Whether a JPEG ends before its picture does: the rest would be grey."""
    return kind in ("jpg", "jpeg") and data.rfind(b"\xff\xd9") < data.rfind(b"\xff\xda")
