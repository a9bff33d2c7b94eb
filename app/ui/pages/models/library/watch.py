"""Notices that model files came or went, so that the library is looked through again."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from app.base.files import Stamp, stamp_at

if TYPE_CHECKING:
    from app.lab.models.library import LibraryScan

SETTLE_MS = 2_000
"""How long nothing may change before the change counts as over."""

AT_MOST_MS = 30_000
"""How long the first change waits at most when there is always another one."""

MAX_WATCHES = 512
"""Watches are the system's: it gives a person some thousands, for all programs together."""

_MAX_GROWING = 16
_GROWING_NS = 600 * 10**9


class LibraryWatch(QObject):
    """Watches the folders of a scan; lives on the main thread.

    Folders tell of files that come and go, not of those that grow: a broken file that was
    written to lately, a copy under way as a rule, is looked at every now and then.

    Signals:
        changed: Something came, went or was finished, and all has been quiet since.
    """

    changed = Signal()

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        settle_ms: int = SETTLE_MS,
        at_most_ms: int = AT_MOST_MS,
        max_watches: int = MAX_WATCHES,
    ) -> None:
        super().__init__(parent)
        self._max_watches = max_watches
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(self._on_change)
        self._quiet = _single_shot(self, settle_ms)
        self._quiet.timeout.connect(self._settle)
        self._patience = _single_shot(self, at_most_ms)
        self._patience.timeout.connect(self._settle)
        self._growing: dict[Path, Stamp | None] = {}
        self._looks = QTimer(self)
        self._looks.setInterval(settle_ms)
        self._looks.timeout.connect(self._look_at_growing)

    @property
    def folders(self) -> frozenset[Path]:
        """What is watched now."""
        return frozenset(map(Path, self._watcher.directories()))

    def watch(self, scan: LibraryScan) -> None:
        """Watch what a scan has looked into, in place of what was watched.

        Where there are more folders than watches, those go first in which a scan begins, then
        those with model files in them.
        """
        wanted = {str(folder) for folder in _most_telling(scan, self._max_watches)}
        watched = set(self._watcher.directories())
        if gone := watched - wanted:
            self._watcher.removePaths(sorted(gone))
        if new := wanted - watched:
            self._watcher.addPaths(sorted(new))
        oldest_ns = time.time_ns() - _GROWING_NS
        broken = [
            path
            for model in scan.models
            if model.broken is not None and model.modified_ns > oldest_ns
            for path in model.files
        ]
        self._growing = {path: stamp_at(path) for path in broken[:_MAX_GROWING]}
        if self._growing:
            self._looks.start()
        else:
            self._looks.stop()

    def stop(self) -> None:
        """Watch nothing any more."""
        for timer in (self._quiet, self._patience, self._looks):
            timer.stop()
        self._growing.clear()
        if watched := self._watcher.directories():
            self._watcher.removePaths(watched)

    def _on_change(self) -> None:
        self._quiet.start()
        if not self._patience.isActive():
            self._patience.start()

    def _settle(self) -> None:
        self._quiet.stop()
        self._patience.stop()
        self.changed.emit()

    def _look_at_growing(self) -> None:
        now = {path: stamp_at(path) for path in self._growing}
        if now != self._growing:
            self._growing = now
            self._on_change()


def _single_shot(parent: QObject, interval_ms: int) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(interval_ms)
    return timer


def _most_telling(scan: LibraryScan, most: int) -> list[Path]:
    entered = dict.fromkeys(scan.folders)
    first = dict.fromkeys(folder for root in scan.roots for folder in _root_or_above(root, entered))
    with_models = (path.parent for model in scan.models for path in model.files[:1])
    for folder in (*with_models, *entered):
        if folder in entered:
            first.setdefault(folder)
    return list(first)[:most]


def _root_or_above(root: Path, entered: Iterable[Path]) -> list[Path]:
    """A place's folder, or the one above where it is still to come.

    Not the home folder, in which something changes all the time.
    """
    if root in entered:
        return [root]
    above = root.parent
    return [above] if above != Path.home() and above != above.parent and above.is_dir() else []
