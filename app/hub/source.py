"""Where the bytes of a file come from: its signed address, and answers to ranges of it."""

from __future__ import annotations

import contextlib
import re
import socket
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from app.core.hub_names import safe_file_name
from app.core.listing import RepoFile
from app.core.words.sentence import say
from app.hub import answers
from app.hub.errors import DownloadError, HubBroken, HubError, HubMissing, HubTrouble
from app.hub.net.limits import within
from app.hub.repositories import is_commit, is_sha256, said_size

if TYPE_CHECKING:
    import httpx2
    from huggingface_hub import HfFileMetadata

    from app.hub.connection import HubConnection

_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
# SHA-256, or git's SHA-1 of a small file; what else stands as an ETag tells nothing.
_DIGEST = re.compile(r"[0-9a-f]{64}|[0-9a-f]{40}")
# The address has run out: the Hub gives a fresh one.
_EXPIRED = frozenset({400, 401, 403, 404, 410})
# Files whose size a list does not say: so many are asked for at all, and so many at a time.
_MOST_ASKED, _AT_ONCE = 200, 8


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What the Hub says of a file before its bytes.

    Attributes:
        digest: SHA-256 in hex (64 digits), or for small files git's SHA-1 (40 digits); empty where
            nobody says it.
        address: Where the bytes are now; may run out.
    """

    digest: str
    size_bytes: int
    commit: str
    address: str


class AddressExpired(HubTrouble):
    """The content host no longer honours the address: ask the Hub for a fresh one."""


class RangeIgnored(HubTrouble):
    """The server sends the file from its start although its middle was asked for."""


class Body:
    """The bytes of an answer that is still coming.

    Attributes:
        offset: Of its first byte in the file.
    """

    def __init__(self, response: httpx2.Response, offset: int) -> None:
        self._response = response
        self.offset = offset

    def pieces(self) -> Iterator[bytes]:
        """The bytes as they come.

        Raises:
            HubPage: A page for people comes in place of the file.
            HubTrouble: The connection broke off or fell silent.
        """
        import httpx2

        try:
            pieces = self._response.iter_raw()
            first = next(pieces, b"")
            if not self.offset and answers.looks_like_page(first):
                raise answers.page("it begins as one")
            yield first
            yield from pieces
        except httpx2.TimeoutException as error:
            raise answers.silent(error) from error
        except (httpx2.TransportError, httpx2.StreamError, OSError) as error:
            raise answers.broke_off(error) from error

    def abort(self) -> None:
        """End the answer at once, from any thread; a reader that waits for bytes is woken."""
        stream = self._response.extensions.get("network_stream")
        if stream is not None:
            raw = stream.get_extra_info("socket")
            if raw is not None:
                with contextlib.suppress(OSError):
                    raw.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the connection back; from the thread that reads."""
        with contextlib.suppress(Exception):  # it is no longer wanted, whatever it says
            self._response.close()


class FileSource:
    """One file of one commit. One thread at a time."""

    def __init__(self, hub: HubConnection, repo_id: str, commit: str, file_name: str) -> None:
        self._hub = hub
        self.repo_id = repo_id
        self.commit = commit
        self.file_name = safe_file_name(file_name)

    def facts(self, listed: RepoFile) -> FileFacts:
        """Ask the Hub for the file's content hash, size and present address.

        Mirrors and caches on the way leave headers out, or put their own in: what the list of
        files says counts in their place.

        Raises:
            HubError: It cannot be had, or is not what the list of files says.
        """
        what = f"“{self.file_name}” of {self.repo_id}"
        said = _metadata(self._hub, self.repo_id, self.commit, self.file_name)
        if said.commit_hash is not None and said.commit_hash != self.commit:
            raise HubBroken(say("hub.hub_answered_another_version", what=what), said.commit_hash)
        etag = (said.etag or "").lower()
        digest = etag if _DIGEST.fullmatch(etag) else listed.sha256
        size = listed.size_bytes if said.size is None or said.size < 0 else said.size
        if size != listed.size_bytes or listed.sha256 not in {None, digest}:
            raise DownloadError(
                say("hub.not_hubs_list_files_says", name=listed.name),
                f"{digest} of {size}, listed {listed.sha256}",
            )
        return FileFacts(digest or "", size, self.commit, said.location)

    def open(self, facts: FileFacts, start: int, end: int | None = None) -> Body:
        """Ask for the bytes from ``start`` up to, not including, ``end`` (or to the last).

        Raises:
            RangeIgnored: The server would send the file from its start.
            HubTrouble: Worth another attempt.
            HubError: It is not to be had.
        """
        headers = {"Accept-Encoding": "identity"}
        if start or end is not None:
            headers["Range"] = f"bytes={start}-{'' if end is None else end - 1}"
        if secret := self._hub.secret():  # for the Hub alone: the client sees to that
            headers["Authorization"] = f"Bearer {secret}"
        patience = self._hub.settings.patience
        with self._hub.said(self.repo_id, f"“{self.file_name}” of {self.repo_id}"):
            session = self._hub.session()
            request = session.build_request(
                "GET",
                facts.address,
                headers=headers,
                extensions={"timeout": {"read": patience.stall_s}},
            )
            response = session.send(request, stream=True)
        wrong = self._wrong(response, facts, start, facts.size_bytes if end is None else end)
        if wrong is not None:
            response.close()
            raise wrong
        return Body(response, start)

    def _wrong(
        self, response: httpx2.Response, facts: FileFacts, start: int, end: int
    ) -> HubError | None:
        """What forbids reading this answer, None if nothing does."""
        status, host = response.status_code, urlsplit(facts.address).netloc
        if status in _EXPIRED:
            return AddressExpired(
                say("hub.cannot_read_hub_moment", file_name=self.file_name),
                f"status {status} from {host}",
            )
        if status not in {200, 206, 416}:
            return HubMissing(
                say("hub.hub_refused_send_status", file_name=self.file_name, status=status), host
            )
        # Without the header the length must be the one that was asked for, if it is said.
        said = response.headers.get("content-range", "")
        length = response.headers.get("content-length", str(end - start))
        if status == 416 or (start and status == 200):
            return RangeIgnored(
                say("hub.hub_cannot_go_middle_file"), f"status {status} from {host}"
            )
        right = _is_range(said, start, facts.size_bytes) if said else length == str(end - start)
        if status == 206 and not right:
            return RangeIgnored(say("hub.hub_sent_another_part_file"), said)
        if response.headers.get("content-encoding", "identity") != "identity":
            return HubBroken(say("hub.hub_sends_file_form_not"), host)
        return None


def open_start(
    hub: HubConnection, repo_id: str, commit: str, name: str, most_bytes: int
) -> Body | None:
    """Ask for the beginning of a file that is in no list; None where there is no such file.

    Raises:
        HubError: It is not to be had.
    """
    try:
        said = _metadata(hub, repo_id, commit, name)
    except HubMissing:
        return None
    size = said_size(said.size)
    if size == 0:
        return None
    end = most_bytes if size is None else min(size, most_bytes)
    facts = FileFacts("", size or end, commit, said.location)
    whole = size is not None and size <= most_bytes
    return FileSource(hub, repo_id, commit, name).open(facts, 0, None if whole else end)


def asked_commit(
    hub: HubConnection, repo_id: str, revision: str, names: Sequence[str]
) -> str | None:
    """The commit that a revision means, as the answer about one of its files says; else None."""
    for name in names[:1]:
        with contextlib.suppress(HubError):
            commit = _metadata(hub, repo_id, revision, name).commit_hash
            return commit if is_commit(commit) else None
    return None


def asked_sizes(
    hub: HubConnection, repo_id: str, commit: str, names: Sequence[str]
) -> list[RepoFile]:
    """Files of which the list says no size, as the answers about each of them do.

    Some mirrors know no sizes in lists. All of it has the time of one answer, some seconds; what
    is not known then, or not to be had, is left out.
    """

    def ask(name: str) -> RepoFile | None:
        with contextlib.suppress(HubError):
            said = _metadata(hub, repo_id, commit, name)
            etag = (said.etag or "").lower()
            size = said_size(said.size)
            if size is not None and said.commit_hash in {None, commit}:
                return RepoFile(name, size, etag if is_sha256(etag) else None)
        return None

    if not names:
        return []
    seconds = hub.settings.patience.answer_s
    with hub.said(repo_id), ThreadPoolExecutor(_AT_ONCE, "hub-sizes") as pool:
        with within(seconds=seconds):  # what bounds this thread's requests bounds theirs
            asked = [pool.submit(copy_context().run, ask, name) for name in names[:_MOST_ASKED]]
        return [file for each in asked if (file := each.result()) is not None]


def _metadata(hub: HubConnection, repo_id: str, revision: str, name: str) -> HfFileMetadata:
    """What the Hub answers about a file; raises HubError."""
    with hub.said(repo_id, f"“{name}” of {repo_id}"):
        library = hub.library()
        endpoint = hub.settings.endpoint
        said: HfFileMetadata = library.get_hf_file_metadata(
            library.hf_hub_url(repo_id, name, revision=revision, endpoint=endpoint),
            token=hub.secret() or False,
            timeout=hub.settings.patience.read_s,
            endpoint=endpoint,
        )
        hub.session().check_location(said.location)
        return said


def _is_range(said: str, start: int, size_bytes: int) -> bool:
    match = _CONTENT_RANGE.fullmatch(said)
    return match is not None and match[3] in {"*", str(size_bytes)} and int(match[1]) == start
