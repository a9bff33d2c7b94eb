"""Pictures that go with a message: in which form they are kept, and how large they may be.

A person's file is read once, by a process of its own, into a small upright picture of plain colours
(PNG, RGB). That one is shown, kept and given to every engine: no one else meets the person's file.
"""

from __future__ import annotations

import msgspec

from app.core.words.sentence import Sentence

MOST_PICTURES = 8
"""In one message."""
MOST_SOURCE_BYTES = 64 << 20
"""Of a person's file."""
MOST_SOURCE_PIXELS = 100_000_000
"""Of what a person's file holds, before it is scaled."""
MOST_PIXELS = 1 << 21
"""Of a picture as it is kept: a screen of 1920 × 1080 stays as it is. No model looks at more."""
MOST_SIDE = 8192
"""Width and height of a picture as it is kept."""
MOST_BYTES = 16 << 20
"""Of a kept picture's file."""


class Picture(msgspec.Struct, frozen=True):
    """A picture as it is kept.

    Attributes:
        digest: SHA-256 of the kept file, which is named by it.
        width: Of the kept picture, in pixels.
        height: Likewise.
        name: What the person's file was called; empty where it came without one.
        source_width: Of the person's picture, upright, before it was scaled.
        source_height: Likewise.
        frames: How many pictures the person's file holds; the first is taken.
    """

    digest: str
    width: int
    height: int
    name: str = ""
    source_width: int = 0
    source_height: int = 0
    frames: int = 1

    @property
    def file_name(self) -> str:
        """The kept file's."""
        return f"{self.digest}.png"

    @property
    def is_scaled(self) -> bool:
        """Whether it is smaller than the person's picture."""
        return (self.width, self.height) != (
            self.source_width or self.width,
            self.source_height or self.height,
        )


class PictureReading(msgspec.Struct, frozen=True):
    """What came of reading a person's file.

    Attributes:
        picture: What is kept of it; None where it could not be read.
        said: Why not.
        detail: For the log.
    """

    picture: Picture | None = None
    said: Sentence | None = None
    detail: str = ""


def kept_size(width: int, height: int) -> tuple[int, int]:
    """To which size a picture is scaled; no picture becomes larger."""
    scale = min(1.0, MOST_SIDE / max(width, height), (MOST_PIXELS / (width * height)) ** 0.5)
    return max(1, int(width * scale)), max(1, int(height * scale))


def png_size(data: bytes) -> tuple[int, int]:
    """Width and height of a kept picture's file.

    Raises:
        ValueError: It is no PNG, or larger than pictures are kept.
    """
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR" or len(data) < 24:
        raise ValueError("no PNG")
    width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if not (0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE and width * height <= MOST_PIXELS):
        raise ValueError(f"a picture of {width} x {height}")
    return width, height
