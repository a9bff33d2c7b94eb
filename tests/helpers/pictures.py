"""Image files of every kind, made on the spot."""

from __future__ import annotations

import struct
import zlib

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage, QPainter

BLUE, RED, WHITE = "#0000ff", "#ff0000", "#ffffff"


def painted(width: int = 120, height: int = 80) -> QImage:
    """Red, with a blue quarter at the upper left."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(RED))
    painter = QPainter(image)
    painter.fillRect(0, 0, width // 2, height // 2, QColor(BLUE))
    painter.end()
    return image


def file_of(image: QImage, kind: str) -> bytes:
    """An image as a file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, kind)  # pyright: ignore[reportCallIssue, reportArgumentType]
    return bytes(buffer.data().data())


def turned_jpeg(orientation: int) -> bytes:
    """A JPEG whose camera was held otherwise, as EXIF numbers it."""
    data = file_of(painted(), "JPEG")
    entry = struct.pack("<HHHIHH", 1, 0x0112, 3, 1, orientation, 0)
    exif = b"Exif\0\0II*\0" + struct.pack("<I", 8) + entry + bytes(4)
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + data[2:]


def cmyk_jpeg() -> bytes:
    """A JPEG of four inks, as printers have it."""
    return file_of(painted().convertToFormat(QImage.Format.Format_CMYK8888), "JPEG")


def claiming_png(width: int, height: int, rows: bytes = b"") -> bytes:
    """A PNG of plain colours whose header claims a size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


def coloured_png(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    """A picture of one colour, in the form in which pictures are kept."""
    return claiming_png(width, height, (b"\0" + bytes(colour) * width) * height)


def animated_gif(frames: int) -> bytes:
    """A GIF of two by two pixels: its first picture red, all others blue."""
    colours = bytes.fromhex("ff0000 0000ff")
    head = b"GIF89a" + struct.pack("<HHBBB", 2, 2, 0x80, 0, 0) + colours
    picture = b"\x21\xf9\x04\0\x0a\0\0\0" + b"\x2c" + struct.pack("<HHHHB", 0, 0, 2, 2, 0) + b"\x02"
    red, blue = _lzw(0), _lzw(1)
    return head + picture + red + (picture + blue) * (frames - 1) + b"\x3b"


def _lzw(colour: int) -> bytes:
    # Codes of three bits; a clear one before each pixel keeps them so.
    bits, size = 0, 0
    for code in (4, colour, 4, colour, 4, colour, 4, colour, 5):
        bits |= code << size
        size += 3
    data = bits.to_bytes((size + 7) // 8, "little")
    return bytes([len(data)]) + data + b"\0"
