"""The queue of downloads in the database."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from typing import TYPE_CHECKING, cast

import msgspec

from app.core.hub.downloads import ENDED, DownloadOrder, DownloadState, StoredDownload
from app.core.listing import RepoFile
from app.core.words.sentence import say
from app.store.connecting import connect
from app.store.database import StoreFailed, said, transaction
from app.store.rows import storable

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from pathlib import Path

log = logging.getLogger(__name__)

_COLUMNS = (
    "endpoint", "repo_id", "commit_hash", "revision", "name", "level", "files", "state",
    "position", "done_bytes", "error", "path",
)  # fmt: skip
_INSERT = f"INSERT INTO download ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
_LIST = f"SELECT id, {', '.join(_COLUMNS)} FROM download ORDER BY position, id"
_UPDATE = """
    UPDATE download SET state = ?, position = ?, done_bytes = ?, error = ?, path = ? WHERE id = ?
"""
Row = tuple[int, str, str, str, str, str, str | None, str, str, int, int, str, str]


class _FileRow(msgspec.Struct, array_like=True, frozen=True):
    name: str
    size_bytes: int
    sha256: str | None


class DownloadStore:
    """Reads and writes the queue. Lives on the thread that opened the connection.

    Every method raises ``StoreFailed`` when the database cannot do it.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def load(self) -> list[StoredDownload]:
        """All downloads in their order; rows that cannot be read are left out."""
        with said(say("store.downloads_cannot_read")):
            rows = cast("list[Row]", self._connection.execute(_LIST).fetchall())
        found: list[StoredDownload] = []
        for row in rows:
            try:
                found.append(_download(row))
            except (ValueError, msgspec.DecodeError):
                log.warning("download %d cannot be read", row[0], exc_info=True)
        return found

    def add(self, order: DownloadOrder, state: DownloadState, position: int) -> StoredDownload:
        """Store a new download."""
        values = (
            order.endpoint,
            order.repo_id,
            order.commit,
            order.revision,
            storable(order.name),
            order.level,
            _encoded(order.files),
            state.value,
            position,
            0,
            "",
            "",
        )
        with self._writing():
            cursor = self._connection.execute(_INSERT, values)
        return StoredDownload(cast("int", cursor.lastrowid), order, state, position)

    def save(self, downloads: Iterable[StoredDownload]) -> None:
        """Store what may have changed of some downloads."""
        with self._writing():
            self._connection.executemany(
                _UPDATE,
                [
                    (
                        download.state.value,
                        download.position,
                        download.done_bytes,
                        storable(download.error),
                        storable(download.path),
                        download.id,
                    )
                    for download in downloads
                ],
            )

    def remove(self, ids: Iterable[int]) -> None:
        """Forget downloads; their files stay."""
        with self._writing():
            self._connection.executemany(
                "DELETE FROM download WHERE id = ?", [(number,) for number in ids]
            )

    @contextlib.contextmanager
    def _writing(self) -> Generator[None]:
        with said(say("store.download_cannot_stored")), transaction(self._connection):
            yield


def queued_digests(database: Path) -> frozenset[str] | None:
    """Hashes of the contents that the queue still wants, read beside the window that owns it.

    None where that cannot be told.
    """
    if not database.exists():
        return frozenset()
    try:
        connection = connect(database, "ro")
        try:
            stored = DownloadStore(connection).load()
        finally:
            connection.close()
    except (sqlite3.Error, StoreFailed):
        log.info("the queue of downloads cannot be read", exc_info=True)
        return None
    wanted = [download.order.digests for download in stored if download.state not in ENDED]
    return frozenset[str]().union(*wanted)


def _encoded(files: tuple[RepoFile, ...]) -> str:
    rows = [_FileRow(storable(file.name), file.size_bytes, file.sha256) for file in files]
    return msgspec.json.encode(rows).decode()


def _download(row: Row) -> StoredDownload:
    number, endpoint, repo_id, commit, revision, name, level, files, state, *rest = row
    position, done_bytes, error, path = cast("tuple[int, int, str, str]", tuple(rest))
    order = DownloadOrder(
        endpoint=endpoint,
        repo_id=repo_id,
        commit=commit,
        revision=revision,
        name=name,
        level=level,
        files=tuple(
            RepoFile(file.name, file.size_bytes, file.sha256)
            for file in msgspec.json.decode(files, type=list[_FileRow])
        ),
    )
    return StoredDownload(number, order, DownloadState(state), position, done_bytes, error, path)
