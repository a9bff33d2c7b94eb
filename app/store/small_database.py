"""A small database of one store's own, which may be missing, broken or in use without harm."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

log = logging.getLogger(__name__)

_WAIT_SECONDS = 2.0


class SmallDatabase:
    """Opened anew for each piece of work. Any thread; several programs may use the file at once.

    Use it as ``with database.logged(), database.open() as connection``: a file that cannot be
    opened, read or written then ends the piece of work and is logged, no more.

    Args:
        path: The file; its folder must exist.
        what: What is in it, for the log.
        create: Statements that make its tables where they are missing; tables are only ever added.
        lasting: Whether it must survive a power cut; what can be made again need not.
    """

    def __init__(self, path: Path, what: str, create: Sequence[str], *, lasting: bool) -> None:
        self._path = path
        self._what = what
        self._create = create
        self._lasting = lasting

    @contextlib.contextmanager
    def open(self) -> Generator[sqlite3.Connection]:
        """A connection for one piece of work, written when it ends well.

        Raises:
            sqlite3.Error: The file cannot be used.
        """
        connection = sqlite3.connect(self._path, timeout=_WAIT_SECONDS)
        try:
            with connection:
                if not self._lasting:
                    connection.execute("PRAGMA synchronous = OFF")
                for statement in self._create:
                    connection.execute(statement)
                yield connection
        finally:
            connection.close()

    @contextlib.contextmanager
    def logged(self) -> Generator[None]:
        """End the piece of work within where the file cannot be used."""
        try:
            yield
        except sqlite3.Error as error:
            log.warning("the %s in %s cannot be used: %r", self._what, self._path, error)
