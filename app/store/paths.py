"""The folders of this program on this PC."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from platformdirs import PlatformDirs

from app.base.named import named
from app.base.rights import close_to_others
from app.core.errors import PersonError
from app.core.words.sentence import say

APP_NAME = "shrinkscope"
HOME_VARIABLE = "SHRINKSCOPE_HOME"


@dataclass(frozen=True, slots=True)
class Paths:
    """Where settings, chats, logs and remade files lie.

    Attributes:
        config: What the person chose; small, worth backing up.
        data: What the person made: chats and runs.
        state: What only this PC cares about: logs, the lock, the engines' working folder.
        cache: What can be made again at any time.
    """

    config: Path
    data: Path
    state: Path
    cache: Path

    @classmethod
    def default(cls, environ: Mapping[str, str] = os.environ) -> Paths:
        """The folders the operating system names, or below ``SHRINKSCOPE_HOME`` if that is set."""
        home = named(environ, HOME_VARIABLE)
        if home:
            return cls.below(Path(home).expanduser())
        # The author's name would be one more level on Windows.
        folders = PlatformDirs(APP_NAME, appauthor=False)
        return cls(
            config=folders.user_config_path,
            data=folders.user_data_path,
            state=folders.user_state_path,
            cache=folders.user_cache_path,
        )

    @classmethod
    def below(cls, folder: Path) -> Paths:
        """All four in one folder, which need not exist yet."""
        folder = folder.absolute()
        return cls(folder / "config", folder / "data", folder / "state", folder / "cache")

    @property
    def database(self) -> Path:
        """Chats and runs."""
        return self.data / "shrinkscope.sqlite3"

    @property
    def history_index(self) -> Path:
        """Where the words of chats and runs stand; beside them, as they are as private."""
        return self.data / "history.sqlite3"

    @property
    def pictures(self) -> Path:
        """What was shown in chats."""
        return self.data / "pictures"

    @property
    def settings(self) -> Path:
        """The person's settings."""
        return self.config / "settings.json"

    @property
    def servers(self) -> Path:
        """The servers that the person added."""
        return self.config / "servers.json"

    @property
    def lock(self) -> Path:
        """Held by the one program that owns the store."""
        return self.state / "lock"

    @property
    def doorbell(self) -> Path:
        """Where other starts reach the window that owns the store."""
        return self.state / "doorbell"

    @property
    def engine_logs(self) -> Path:
        """The engines' own logs."""
        return self.state / "engines"

    @property
    def log(self) -> Path:
        """The program's log."""
        return self.state / "shrinkscope.log"

    @property
    def demo(self) -> Path:
        """The demo model's shrunken levels, made on this PC."""
        return self.cache / "demo"

    @property
    def made(self) -> Path:
        """Smaller versions that the person made, where their originals are another program's."""
        return self.data / "models"

    @property
    def library(self) -> Path:
        """What the headers of this PC's model files said."""
        return self.cache / "library.sqlite3"

    def create(self) -> list[str]:
        """Make the folders that are missing, and close all of them to other accounts.

        Returns:
            What was there already and stays open to others, in words for the log.

        Raises:
            PersonError: One of them cannot be made.
        """
        for folder in (self.config, self.data, self.state, self.cache, self.engine_logs):
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise PersonError(
                    say("store.folder_cannot_made", folder=folder, reason=error.strerror or error),
                    repr(error),
                ) from error
        folders = (self.config, self.data, self.state, self.cache)
        return [words for folder in folders for words in close_to_others(folder)]
