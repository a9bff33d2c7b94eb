"""Waiting comparisons in the program's store, as the page sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.store.comparisons import ComparisonStore, Member, StoredComparison

NO_DOWNLOAD = "0"
"""The key of what was here before."""


@dataclass(frozen=True, slots=True)
class GroupMember:
    """A download that is to be compared, and its file once it is there."""

    key: str
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class ComparisonGroup:
    """Downloads that wait for each other, in the order of their panes."""

    number: int
    members: tuple[GroupMember, ...]

    @property
    def wanted(self) -> tuple[str | Path | None, ...]:
        """Keys of its downloads, and where what was here before lies."""
        return tuple(
            member.path if member.key == NO_DOWNLOAD else member.key for member in self.members
        )

    @property
    def paths(self) -> list[Path]:
        """Of the files that are there."""
        return [member.path for member in self.members if member.path is not None]

    @property
    def complete(self) -> bool:
        """Whether all files are there."""
        return all(member.path is not None for member in self.members)


class KeptComparisons:
    """Main thread. Every method raises a ``PersonError`` when the store cannot do it."""

    def __init__(self, store: ComparisonStore) -> None:
        self._store = store

    def load(self) -> list[ComparisonGroup]:
        """All of them, the oldest first."""
        return [
            ComparisonGroup(
                stored.id,
                tuple(
                    GroupMember(str(number), Path(path) if path else None)
                    for number, path in stored.members
                ),
            )
            for stored in self._store.load()
        ]

    def add(self, members: Sequence[GroupMember]) -> int:
        """Keep a new one; returns its number."""
        return self._store.add(_stored(members)).id

    def save(self, group: ComparisonGroup) -> None:
        """Keep what has changed of one."""
        self._store.save(StoredComparison(group.number, _stored(group.members)))

    def remove(self, number: int) -> None:
        """Forget one."""
        self._store.remove(number)


def _stored(members: Sequence[GroupMember]) -> tuple[Member, ...]:
    return tuple((int(member.key), str(member.path or "")) for member in members)
