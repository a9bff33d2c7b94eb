"""Model files of a useful size whose weights are holes: a real header, and nothing on the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.library.model_files import read_shards
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


def hollow(model: Path, target: Path) -> Path:
    """The header of a model file alone, in a file of the same size."""
    [shard] = read_shards(model)
    with model.open("rb") as source, target.open("wb") as file:
        file.write(source.read(shard.header.data_offset))
        file.truncate(shard.file_bytes)
    return target
