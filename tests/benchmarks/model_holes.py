"""Model files of a useful size whose weights are holes: a real header, and nothing on the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.helpers.architectures import header_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.architectures import Size


def write_hole(path: Path, size: Size, n_bytes: int, mark: int = 0) -> Path:
    """A llama of this size in a file of so many bytes; files with other marks differ."""
    with path.open("wb") as file:
        file.write(header_of("llama", size))
        file.truncate(n_bytes)
        file.seek(n_bytes - 1)
        file.write(bytes([mark]))
    return path
