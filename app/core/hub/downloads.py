"""What a person wants of the Hub: the order for a model file."""

from __future__ import annotations

import msgspec

from app.core.listing import RepoFile


class DownloadOrder(msgspec.Struct, frozen=True):
    """A model file that is wanted.

    Attributes:
        endpoint: Of the Hub that has it.
        commit: Every byte is taken from it.
        revision: The name under which the commit was found.
        name: Of the file or the first shard.
        level: As the name says, or None.
        files: The file, or all shards.
    """

    endpoint: str
    repo_id: str
    commit: str
    revision: str
    name: str
    level: str | None
    files: tuple[RepoFile, ...]

    @property
    def total_bytes(self) -> int:
        """Size of all files."""
        return sum(file.size_bytes for file in self.files)

    @property
    def digests(self) -> frozenset[str]:
        """Hashes of the contents, as far as the Hub says them."""
        return frozenset(file.sha256 for file in self.files if file.sha256)
