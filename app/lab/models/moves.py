"""Folders of models that were moved or renamed, and where their files are now."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

_MOST = 100


class Moves:
    """Knows where folders went, and finds what lay in them. One thread.

    Args:
        known: Old folders and the new ones, the latest last.
        keep: Told of all of them when there is one more.
    """

    def __init__(
        self,
        known: Mapping[str, str] | None = None,
        keep: Callable[[dict[str, str]], object] = lambda _: None,
    ) -> None:
        self._known = dict(known or {})
        self._keep = keep
        self.learned: Callable[[], object] = lambda: None

    def place_of(self, path: Path) -> Path:
        """Where a file or folder is: where it was, or in the folder that its own became.

        The same path comes back where it is in neither.
        """
        if os.path.lexists(path):
            return path
        for old, new in reversed(self._known.items()):
            if path.is_relative_to(old):
                there = Path(new, path.relative_to(old))
                if there.exists():
                    return there
        return path

    def learn(self, old: Path, new: Path) -> None:
        """Take to heart that a file is in another place; the folders around it moved with it.

        Args:
            old: Where it was.
            new: Where it is. A file of another name is taken for the same in its folder's place.
        """
        before, after = old.parent, new.parent
        while before.name == after.name and before != after and before.name:
            before, after = before.parent, after.parent
        if before == after:
            return
        self._known.pop(str(before), None)
        self._known[str(before)] = str(after)
        while len(self._known) > _MOST:
            del self._known[next(iter(self._known))]
        self._keep(dict(self._known))
        self.learned()
