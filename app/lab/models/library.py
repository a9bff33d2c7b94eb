"""The model files that this PC has already, whoever put them there."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.models.family import LibraryModel, ModelSource
from app.library.places import Place, known_places
from app.library.scan import LibraryScan, scan
from app.store.glance import own_folders
from app.store.small.library import HeaderCache

if TYPE_CHECKING:
    from app.store.paths import Paths

__all__ = ["Library", "LibraryScan"]


class Library:
    """Finds model files; holds nothing between two scans, so that any thread may scan."""

    def __init__(self, paths: Paths, environ: Mapping[str, str] = os.environ) -> None:
        """Prepare; nothing is read yet.

        Args:
            paths: This program's folders: settings, and the headers it remembers.
            environ: Environment variables, which move the folders of many programs.
        """
        self._paths = paths
        self._environ = environ

    def places(self) -> tuple[Place, ...]:
        """Where a scan would look now, in the order in which files are given to programs."""
        own = [self._paths.made, *own_folders(self._paths.settings)]
        return known_places(self._environ, own)

    def scan(
        self,
        *,
        opened: Sequence[Path] = (),
        cancelled: Callable[[], bool] = lambda: False,
        on_found: Callable[[Sequence[LibraryModel]], object] = lambda _: None,
    ) -> LibraryScan:
        """Look through this PC; may take long at the first time. Changes no model file.

        Args:
            opened: Files that were opened, wherever they lie.
            cancelled: Asked often, on this thread; once it says True, the scan ends early.
            on_found: Told on this thread what was found, at most ten times a second.
        """
        with HeaderCache(self._paths.library) as cache:
            places = [*self.places(), *(Place(ModelSource.OPENED, path) for path in opened)]
            return scan(places, cache, cancelled=cancelled, on_found=on_found)
