"""Downloads that are to be compared: kept until all of a group are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.ui.models.ports import DownloadState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.ui.models.ports import DownloadEntry


class WaitingComparisons(QObject):
    """Groups of downloads, in the order in which they are to be compared.

    A group is forgotten when one of its downloads is cancelled; a failed one keeps it waiting.

    Signals:
        ready: All of a group are there: their paths, in a list.
    """

    ready = Signal(list)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._groups: list[tuple[str, ...]] = []

    def add(self, keys: Sequence[str]) -> None:
        """Wait for these downloads."""
        self._groups.append(tuple(keys))

    @property
    def waiting(self) -> int:
        """How many groups are not complete."""
        return len(self._groups)

    def note(self, entries: Sequence[DownloadEntry]) -> None:
        """The queue has changed."""
        by_key = {entry.key: entry for entry in entries}
        waiting, complete = [], []
        for group in self._groups:
            if any(key not in by_key for key in group):
                continue
            members = [by_key[key] for key in group]
            done = all(
                entry.state is DownloadState.DONE and entry.path is not None for entry in members
            )
            (complete if done else waiting).append(group)
        self._groups = waiting
        for group in complete:
            self.ready.emit([by_key[key].path for key in group])
