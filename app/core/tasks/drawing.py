"""Pictures of questions, drawn from a line of words: the same ones wherever they are drawn.

``circle red 60 60 30; number black 150 60 8 42`` draws, on white, a red circle of radius 30 around
(60, 60) and the number 42 in black around (150, 60), each dot of its digits 8 pixels wide.
``square`` and ``triangle`` are as large as the circle of that radius.
"""

from __future__ import annotations

import struct
import zlib

SIDE = 224
"""Width and height in pixels."""
COLOURS = {
    "red": (220, 30, 30),
    "green": (30, 150, 50),
    "blue": (30, 60, 220),
    "yellow": (245, 205, 30),
    "black": (20, 20, 20),
    "purple": (140, 40, 170),
}
SHAPES = ("circle", "square", "triangle")
_NUMBER = "number"
_MOST_PARTS, _MOST_DIGITS = 40, 3
_WHITE = b"\xff\xff\xff"
# Three dots wide and five high, a row after the other.
_DIGITS = (
    *("111101101101111", "010110010010111", "111001111100111", "111001111001111"),
    *("101101111001001", "111100111001111", "111100111101111", "111001010010010"),
    *("111101111101111", "111101111001111"),
)
_WIDE, _HIGH = 3, 5


def drawn(words: str) -> bytes:
    """A picture as a PNG file.

    Raises:
        ValueError: The words draw nothing.
    """
    return _png(pixel_rows(words))


def is_drawing(words: str) -> bool:
    """Whether words draw something."""
    try:
        return bool(pixel_rows(words))
    except ValueError:
        return False


def pixel_rows(words: str) -> list[bytearray]:
    """A picture's rows from the top, of three bytes a pixel.

    Raises:
        ValueError: The words draw nothing.
    """
    rows = [bytearray(_WHITE * SIDE) for _ in range(SIDE)]
    parts = words.split(";")
    if len(parts) > _MOST_PARTS:
        raise ValueError(f"{len(parts)} parts")
    for part in parts:
        kind, colour, *numbers = part.split()
        dots = bytes(COLOURS.get(colour, ()))
        if not dots or kind not in (*SHAPES, _NUMBER) or not all(map(_is_small, numbers)):
            raise ValueError(part)
        if kind == _NUMBER:
            x, y, size, text = numbers
            _write(rows, dots, int(x), int(y), int(size), text)
        else:
            x, y, radius = map(int, numbers)
            for down in range(-radius, radius + 1):
                _span(rows, dots, y + down, x, _half_width(kind, radius, down))
    return rows


def _is_small(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS


def _half_width(kind: str, radius: int, down: int) -> int:
    if kind == "circle":
        return int((radius * radius - down * down) ** 0.5)
    return radius if kind == "square" else (down + radius) // 2


def _write(rows: list[bytearray], dots: bytes, x: int, y: int, size: int, text: str) -> None:
    left = x - ((_WIDE + 1) * len(text) - 1) * size // 2
    for place, digit in enumerate(text):
        for dot, is_set in enumerate(_DIGITS[int(digit)]):
            if is_set == "1":
                row, column = divmod(dot, _WIDE)
                at = left + ((_WIDE + 1) * place + column) * size
                for down in range(size):
                    _fill(rows, dots, y - _HIGH * size // 2 + row * size + down, at, at + size)


def _span(rows: list[bytearray], dots: bytes, y: int, x: int, half: int) -> None:
    _fill(rows, dots, y, x - half, x + half + 1)


def _fill(rows: list[bytearray], dots: bytes, y: int, begin: int, end: int) -> None:
    begin, end = max(0, begin), min(SIDE, end)
    if 0 <= y < SIDE and begin < end:
        rows[y][3 * begin : 3 * end] = dots * (end - begin)


def _png(rows: list[bytearray]) -> bytes:
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows), 9)
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
