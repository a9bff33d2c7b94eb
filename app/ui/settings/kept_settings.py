"""The person's settings while the program runs: changed in memory, written at once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from app.core.errors import PersonError
from app.ui.kit.words.sentences import sentence

if TYPE_CHECKING:
    from app.store.settings import Settings, SettingsFile

log = logging.getLogger(__name__)


class KeptSettings:
    """Main thread only.

    Attributes:
        now: As they are.
        repaired: Sentences about what could not be read of them.
    """

    def __init__(self, file: SettingsFile) -> None:
        self._file = file
        self.now, self.repaired = file.load()
        self.say: Callable[[str], object] = lambda _sentence: None

    def change(self, **values: object) -> None:
        """Give some of them other values, and write all."""
        self.replace(msgspec.structs.replace(self.now, **values))

    def replace(self, settings: Settings) -> None:
        """Take over settings, and write them; that it failed is said, not raised."""
        self.now = settings
        try:
            self._file.save(settings)
        except PersonError as error:
            log.warning("settings not saved: %s", error.detail)
            self.say(sentence(error))
