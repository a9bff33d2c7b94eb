"""What models showed while they read the bundled text: measured once, kept by file and text."""

from __future__ import annotations

import contextlib
import hashlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

from app.base.files import known_by, read_ordinary, write_whole
from app.core.models.model_file import ModelFile

if TYPE_CHECKING:
    from app.lab.shrink.reader import CalibrationText

log = logging.getLogger(__name__)

_Found = TypeVar("_Found")
_FOLDER = "readings"
_MOST_BYTES = 16_000_000


class Reading(Generic[_Found]):
    """Something that is measured, and where it is kept. Any thread; several programs at once.

    A cache that cannot be used costs time, never the work at hand.

    Args:
        cache: This program's cache folder.
        what: Is measured, with all that it depends on beside model and text.
        model: That reads.
        text: What is read.
        form: Of what is measured.
    """

    def __init__(
        self, cache: Path, what: str, model: ModelFile, text: CalibrationText, form: type[_Found]
    ) -> None:
        self._form = form
        self._path: Path | None = None
        with contextlib.suppress(OSError):
            known = hashlib.sha256(f"{what}\0".encode() + known_by(model.shard_paths) + text.data)
            self._path = cache / _FOLDER / f"{known.hexdigest()[:24]}.json"

    @property
    def known(self) -> _Found | None:
        """What was measured before; None where nothing was, or is no more."""
        if self._path is None:
            return None
        with contextlib.suppress(OSError, msgspec.DecodeError):
            return msgspec.json.decode(read_ordinary(self._path, _MOST_BYTES), type=self._form)
        return None

    def get(self, measure: Callable[[], _Found]) -> _Found:
        """What is known, or is measured now and kept.

        Raises:
            PersonError: As ``measure``.
        """
        found = self.known
        if found is None:
            found = measure()
            if self._path is not None:
                try:
                    self._path.parent.mkdir(parents=True, exist_ok=True)
                    write_whole(self._path, msgspec.json.encode(found))
                except OSError:
                    log.warning("%s cannot be kept", self._path, exc_info=True)
        return found
