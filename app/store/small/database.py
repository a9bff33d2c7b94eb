"""A small database of one store's own, which may be missing, broken or in use without harm."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

from app.base.files import identity_at
from app.core.words.sentence import Sentence
from app.store.connecting import Damaged, connect
from app.store.damage import begin_anew, is_damage

log = logging.getLogger(__name__)

WAIT_SECONDS = 2.0
# Up to this size the whole file is looked through when it is opened; it takes milliseconds.
CHECKED_BYTES = 4 << 20


def open_sound(
    path: Path,
    what: Sentence,
    prepare: Callable[[sqlite3.Connection], object],
    *,
    autocommit: bool = False,
) -> sqlite3.Connection:
    """A connection to a file that is not damaged: in place of one that is, an empty one is made.

    Args:
        path: The file; its folder must exist.
        what: What is in it, for people.
        prepare: Makes its tables.
        autocommit: As for ``connect``.

    Raises:
        sqlite3.Error: The file cannot be used.
    """
    identity = identity_at(path)
    for _ in range(2):
        connection = connect(path, timeout=WAIT_SECONDS, autocommit=autocommit)
        try:
            _check(path, connection)
            prepare(connection)
        except (sqlite3.Error, OSError) as error:
            connection.close()
            if isinstance(error, OSError):
                raise sqlite3.OperationalError(str(error)) from error
            if is_damage(error) and begin_anew(path, what, identity, error):
                identity = identity_at(path)
                continue
            raise
        except BaseException:
            connection.close()
            raise
        return connection
    raise sqlite3.OperationalError("damaged again at once")


def _check(path: Path, connection: sqlite3.Connection) -> None:
    if path.stat().st_size > CHECKED_BYTES:
        return  # what is damaged shows when it is read
    answer = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    if answer != "ok":
        raise Damaged(answer)


class SmallDatabase:
    """Opened anew for each piece of work. Any thread; several programs may use the file at once.

    Use it as ``with database.logged(), database.open() as connection``: a file that cannot be
    opened, read or written then ends the piece of work and is logged, no more. One that is damaged
    is kept aside, and the next piece of work at the latest begins with an empty one.

    Args:
        path: The file; its folder must exist.
        what: What is in it, for the log and for people.
        create: Statements that make its tables where they are missing; tables are only ever added.
        lasting: Whether it must survive a power cut; what can be made again need not.
    """

    def __init__(self, path: Path, what: Sentence, create: Sequence[str], *, lasting: bool) -> None:
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
        connection = open_sound(self._path, self._what, self._prepare)
        identity = identity_at(self._path)
        try:
            with contextlib.closing(connection), connection:
                yield connection
        except sqlite3.Error as error:
            if is_damage(error):
                begin_anew(self._path, self._what, identity, error)
            raise

    @contextlib.contextmanager
    def logged(self) -> Generator[None]:
        """End the piece of work within where the file cannot be used."""
        try:
            yield
        except sqlite3.Error as error:
            log.warning("the %s in %s cannot be used: %r", self._what, self._path, error)

    def _prepare(self, connection: sqlite3.Connection) -> None:
        with connection:
            if not self._lasting:
                connection.execute("PRAGMA synchronous = OFF")
            for statement in self._create:
                connection.execute(statement)
