"""Headers of model files that are still on the Hub, and empty stand-ins for the files.

A header is fetched by ranges that grow until it is complete: never more than a megabyte too much.
It is kept in this program's cache under the hash of the file that it belongs to.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from app.base.files import write_whole
from app.base.gate import StopFlag
from app.core.gguf import GgufHeader, NeedMoreBytes, parse_header
from app.core.words.sentence import say
from app.hub.errors import HubBroken, HubError, HubSilent, HubTrouble
from app.hub.net.limits import within
from app.hub.source import AddressExpired, FileFacts, FileSource, RangeIgnored

if TYPE_CHECKING:
    from app.core.listing import ListedFile, RepoFile
    from app.hub.connection import HubConnection

STEP_BYTES = 1 << 20
_ATTEMPTS = 4
# What an attempt must bring in all its time to count for something: a server may drip.
_WORTH_BYTES = 1 << 16
_KEPT_FILES = 500
_TOO_LARGE = frozenset({errno.EFBIG, errno.EINVAL})


@dataclass(frozen=True, slots=True)
class RemoteHeader:
    """The header of a file on the Hub.

    Attributes:
        data: Its bytes, from the start of the file to where the tensors' data begins.
    """

    file: RepoFile
    header: GgufHeader
    data: bytes


class HeaderReader:
    """Fetches headers and keeps them. Any thread; waits for the network.

    Args:
        folder: Where headers are kept; made when needed.
    """

    def __init__(self, hub: HubConnection, folder: Path) -> None:
        self._hub = hub
        self._folder = folder

    def read(
        self, repo_id: str, commit: str, file: ListedFile, stop: StopFlag | None = None
    ) -> list[RemoteHeader]:
        """The header of a model file: of all its shards.

        Raises:
            GgufError: It is no usable model file.
            HubError: It cannot be fetched.
            Stopped: Asked to stop.
        """
        stop = stop or StopFlag()
        return [self._one(repo_id, commit, part, stop) for part in file.parts]

    def _one(self, repo_id: str, commit: str, part: RepoFile, stop: StopFlag) -> RemoteHeader:
        kept = self._kept(repo_id, commit, part)
        with contextlib.suppress(OSError, NeedMoreBytes):
            data = kept.read_bytes()
            return RemoteHeader(part, parse_header(data), data)
        data, header = _Growing(self._hub, repo_id, commit, part, stop).read()
        self._keep(kept, data)
        return RemoteHeader(part, header, data)

    def _kept(self, repo_id: str, commit: str, part: RepoFile) -> Path:
        of = part.sha256 or f"{self._hub.settings.endpoint}\n{repo_id}\n{commit}\n{part.name}"
        return self._folder / f"{hashlib.sha256(of.encode()).hexdigest()}.header"

    def _keep(self, path: Path, data: bytes) -> None:
        with contextlib.suppress(OSError):  # then it is fetched again next time
            self._folder.mkdir(parents=True, exist_ok=True)
            self._drop_oldest()
            write_whole(path, data)

    def _drop_oldest(self) -> None:
        kept = sorted(self._folder.glob("*.header"), key=lambda path: path.stat().st_mtime)
        for path in kept[: max(0, len(kept) - _KEPT_FILES)]:
            path.unlink(missing_ok=True)


class _Growing:
    """Fetches one header, step by step."""

    def __init__(
        self, hub: HubConnection, repo_id: str, commit: str, part: RepoFile, stop: StopFlag
    ) -> None:
        self._source = FileSource(hub, repo_id, commit, part.name)
        self._patience = hub.settings.patience
        self._part = part
        self._stop = stop
        self._facts: FileFacts | None = None
        self._data = bytearray()

    def read(self) -> tuple[bytes, GgufHeader]:
        wanted = STEP_BYTES
        while True:
            self._reach(min(wanted, self._part.size_bytes))
            try:
                header = parse_header(self._data)
            except NeedMoreBytes as need:
                if len(self._data) >= self._part.size_bytes:
                    raise HubError(say("hub.ends_inside_header", name=self._part.name)) from None
                wanted = max(need.at_least, len(self._data) + STEP_BYTES)
                continue
            kept = min(max(header.header_bytes, header.data_offset), len(self._data))
            return bytes(self._data[:kept]), header

    def _reach(self, wanted: int) -> None:
        failures = 0
        while len(self._data) < wanted:
            self._stop.check()
            before = len(self._data)
            try:
                seconds = self._patience.answer_s * max(1.0, (wanted - before) / STEP_BYTES)
                with within(stop=self._stop, seconds=seconds):
                    self._fetch(wanted)
            except HubTrouble as trouble:
                least = _WORTH_BYTES if isinstance(trouble, HubSilent) else 1
                came = len(self._data) - before >= least
                failures = 1 if came else failures + 1
                if isinstance(trouble, AddressExpired):
                    self._facts = None
                elif isinstance(trouble, RangeIgnored):
                    self._data.clear()  # such a server sends it from its start, once more
                if failures >= _ATTEMPTS:
                    raise
                wait = trouble.retry_after_s or self._patience.first_retry_s * 2 ** (failures - 1)
                if wait > self._patience.most_retry_s:
                    raise
                self._stop.sleep(wait)

    def _fetch(self, wanted: int) -> None:
        if self._facts is None:
            self._facts = self._source.facts(self._part)
        body = self._source.open(self._facts, len(self._data), wanted)
        try:
            for piece in body.pieces():
                self._data += piece[: wanted - len(self._data)]
                if len(self._data) >= wanted:
                    return
            raise HubBroken(say("hub.connection_hub_broke_off"), "short body")
        finally:
            if len(self._data) < wanted:
                body.abort()
            body.close()


def sparse_model(headers: list[RemoteHeader], folder: Path) -> Path:
    """Lay headers into empty files of the full size; llama.cpp then says what it would allocate.

    Args:
        headers: Of a model file, all its shards in order.
        folder: An empty folder that the caller removes afterwards.

    Returns:
        The file, or the first shard.

    Raises:
        HubError: No disk can hold a file as large as the Hub says.
        OSError: The files cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for remote in headers:
        # The name of a shard matters to llama.cpp; folders of the repository do not.
        path = folder / remote.file.name.rpartition("/")[2]
        with path.open("wb") as file:
            _allow_holes(file.fileno())
            file.write(remote.data)
            _stretch(file, remote)
        paths.append(path)
    return paths[0]


def _stretch(file: BinaryIO, remote: RemoteHeader) -> None:
    try:
        file.truncate(max(remote.file.size_bytes, len(remote.data)))
    except (OSError, OverflowError) as error:
        if isinstance(error, OSError) and error.errno not in _TOO_LARGE:
            raise
        raise HubError(
            say("hub.cannot_large_hubs_list_files", name=remote.file.name),
            f"{remote.file.size_bytes} bytes",
        ) from error


def _allow_holes(descriptor: int) -> None:
    """On NTFS a file has holes only if that is asked for; elsewhere it has them anyway."""
    if sys.platform == "win32":
        import ctypes
        import msvcrt

        set_sparse = 0x000900C4
        returned = ctypes.c_ulong(0)
        ctypes.windll.kernel32.DeviceIoControl(
            msvcrt.get_osfhandle(descriptor), set_sparse, None, 0, None, 0,
            ctypes.byref(returned), None,
        )  # fmt: skip
