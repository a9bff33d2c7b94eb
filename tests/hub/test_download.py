"""The downloader: every fault on the way ends with the very bytes, or with a sentence.

Tests app.hub.progress, app.hub.retrying and app.hub.files.content.
"""

from __future__ import annotations

import errno
import hashlib
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import huggingface_hub
import pytest

from app.base.gate import StopFlag, Stopped
from app.core.listing import RepoFile
from app.hub.cache import PART_SUFFIX
from app.hub.download import Downloader
from app.hub.errors import (
    DiskFull,
    DownloadCorrupt,
    DownloadError,
    HubBroken,
    HubError,
    HubMissing,
    HubOffline,
)
from app.hub.files import part_file
from app.hub.files.part_file import SPARE_BYTES, Disk
from app.hub.progress import Phase, Progress
from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository, Fault, FaultKind
from tests.helpers.hub_way import HASTY, Way, content, way_to

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.hub.download import Fetched

REPO = "org/model-GGUF"
SINGLE = "model-Q4_K_M.gguf"
SIZE = 3_000_000


def quiet(progress: Progress) -> None:
    """Take no interest."""


def fetch(
    way: Way,
    level: str = "Q4_K_M",
    *,
    stop: StopFlag | None = None,
    tell: Callable[[Progress], None] = quiet,
    downloader: Downloader | None = None,
) -> list[Fetched]:
    repository = way.catalogue.repository(REPO)
    parts = next(file.parts for file in repository.files if file.level == level)
    return (downloader or way.downloader).fetch_all(
        REPO, repository.commit, parts, stop=stop or StopFlag(), tell=tell
    )


def original(hub: FakeHub, name: str = SINGLE) -> bytes:
    file = hub.repositories[REPO].file(name)
    assert file is not None
    return file.read(0, file.size)


def left_over(way: Way) -> list[Path]:
    return list(way.cache.folder.rglob(f"*{PART_SUFFIX}"))


def test_a_file_lands_in_the_cache_as_hugging_face_lays_it(hub: FakeHub, way: Way) -> None:
    (fetched,) = fetch(way)
    assert fetched.path.read_bytes() == original(hub)
    assert fetched.sha256 == hashlib.sha256(original(hub)).hexdigest()
    assert (fetched.size_bytes, fetched.resumed_from_bytes) == (SIZE, 0)
    assert left_over(way) == []
    info = huggingface_hub.scan_cache_dir(way.cache.folder)
    assert (info.warnings, set(info.incomplete_files)) == ([], set())
    (repo,) = info.repos
    (revision,) = repo.revisions
    assert revision.commit_hash == hub.repositories[REPO].commit
    assert set(revision.refs) == {"main"}
    found = huggingface_hub.try_to_load_from_cache(REPO, SINGLE, cache_dir=way.cache.folder)
    assert found == str(fetched.path)
    again = huggingface_hub.hf_hub_download(
        REPO, SINGLE, cache_dir=way.cache.folder, local_files_only=True, endpoint=hub.endpoint
    )
    assert again == str(fetched.path)


def test_what_was_verified_is_shown_whatever_the_hub_says_then(hub: FakeHub, way: Way) -> None:
    data, other = original(hub), FakeFile(SINGLE, content(SIZE, 77))

    def tell(progress: Progress) -> None:
        if progress.phase is Phase.FINISHING:
            hub.repositories[REPO].files[0] = other

    (fetched,) = fetch(way, tell=tell)
    assert fetched.path.read_bytes() == data
    assert fetched.sha256 == hashlib.sha256(data).hexdigest()
    assert [request.method for request in hub.asked("api")] == ["GET", "HEAD"]
    assert hub.sent_bytes == SIZE
    assert list((way.cache.repo_folder(REPO) / "blobs").iterdir()) == [fetched.path.resolve()]


def test_what_another_hub_had_linked_makes_room(hub: FakeHub, way: Way) -> None:
    (fetched,) = fetch(way)
    blob = fetched.path.resolve()
    wrong = blob.with_name("0" * 64)
    wrong.write_bytes(b"something else")
    fetched.path.unlink()
    fetched.path.symlink_to(wrong)
    (again,) = fetch(way)
    assert again.path.resolve() == blob
    assert wrong.read_bytes() == b"something else"


def test_where_there_are_no_links_the_file_lies_in_the_snapshot(
    hub: FakeHub, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_DISABLE_SYMLINKS", "1")
    (fetched,) = fetch(way)
    assert not fetched.path.is_symlink()
    assert fetched.path.read_bytes() == original(hub)
    assert list((way.cache.repo_folder(REPO) / "blobs").iterdir()) == []
    found = huggingface_hub.try_to_load_from_cache(REPO, SINGLE, cache_dir=way.cache.folder)
    assert found == str(fetched.path)
    before = hub.sent_bytes
    (again,) = fetch(way)
    assert (again.path, again.resumed_from_bytes) == (fetched.path, SIZE)
    assert hub.sent_bytes == before
    fetched.path.write_bytes(b"damaged")
    (mended,) = fetch(way)
    assert mended.path.read_bytes() == original(hub)


def test_the_disk_takes_its_part_while_more_comes(
    hub: FakeHub, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    flush = part_file.flush
    flushed: list[str] = []
    begun = threading.Event()

    def noted(path: Path) -> None:
        flushed.append(path.name)
        begun.set()
        flush(path)

    monkeypatch.setattr(part_file, "FLUSH_EVERY_BYTES", 1 << 20)
    monkeypatch.setattr(part_file, "flush", noted)
    (fetched,) = fetch(way)
    assert fetched.path.read_bytes() == original(hub)
    assert begun.wait(60)
    assert all(name.endswith(PART_SUFFIX) for name in flushed)


def test_shards_come_together(hub: FakeHub, way: Way) -> None:
    seen: list[Progress] = []
    fetched = fetch(way, "Q8_0", tell=seen.append)
    assert [file.path.name for file in fetched] == [
        "model-Q8_0-00001-of-00002.gguf", "model-Q8_0-00002-of-00002.gguf"
    ]  # fmt: skip
    assert fetched[0].path.parent == fetched[1].path.parent
    for file in fetched:
        assert file.path.read_bytes() == original(hub, f"Q8_0/{file.path.name}")
    assert {progress.total_bytes for progress in seen} == {1_600_000}
    assert seen[-1].done_bytes == 1_600_000


def test_a_small_file_without_sha256_is_verified_by_gits_name(hub: FakeHub, way: Way) -> None:
    (fetched,) = fetch(way, "Q2_K")
    data = original(hub, "tiny-Q2_K.gguf")
    assert fetched.path.read_bytes() == data
    assert fetched.sha256 == hashlib.sha256(data).hexdigest()


def test_what_is_there_is_verified_and_not_brought_again(hub: FakeHub, way: Way) -> None:
    fetch(way)
    before = hub.sent_bytes
    (again,) = fetch(way)
    assert again.resumed_from_bytes == SIZE
    assert hub.sent_bytes == before


def test_damage_in_the_cache_is_noticed_and_mended(hub: FakeHub, way: Way) -> None:
    (fetched,) = fetch(way)
    damaged = bytearray(original(hub))
    damaged[1_000_000] ^= 1
    fetched.path.resolve().write_bytes(damaged)
    (mended,) = fetch(way)
    assert mended.path.read_bytes() == original(hub)
    assert mended.resumed_from_bytes == 0


CUTS = [0, 1, 65_536, 1_048_576, 2_999_999]


@pytest.mark.parametrize("kind", [FaultKind.CLOSE, FaultKind.RESET, FaultKind.SHORT])
@pytest.mark.parametrize("at_byte", CUTS)
def test_a_broken_connection_goes_on_where_it_broke(
    hub: FakeHub, way: Way, kind: FaultKind, at_byte: int
) -> None:
    hub.content_faults.add(Fault(kind, at_byte))
    (fetched,) = fetch(way)
    assert fetched.path.read_bytes() == original(hub)
    second = hub.asked("content")[1]
    if kind is FaultKind.CLOSE and at_byte:
        assert second.headers["range"] == f"bytes={at_byte}-"
    assert left_over(way) == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultKind.STALL, 500_000),
        Fault(FaultKind.SILENT),
        Fault(FaultKind.UNAVAILABLE),
        Fault(FaultKind.TOO_MANY, 0),
        Fault(FaultKind.EXPIRED),
        Fault(FaultKind.FLIP, 1_234_567),
    ],
)
def test_passing_faults_are_overcome(hub: FakeHub, tmp_path: Path, fault: Fault) -> None:
    way = way_to(hub, tmp_path, patience=HASTY)
    seen: list[Progress] = []
    hub.content_faults.add(Fault(FaultKind.CLOSE, 200_000), fault)
    (fetched,) = fetch(way, tell=seen.append)
    assert fetched.path.read_bytes() == original(hub)
    assert len(hub.content_faults) == 0
    assert left_over(way) == []
    retries = [progress for progress in seen if progress.phase is Phase.RETRYING]
    assert all(str(progress.remark).endswith((".", "?")) for progress in retries)
    assert retries


def test_a_fresh_address_is_asked_for_when_the_old_one_has_run_out(hub: FakeHub, way: Way) -> None:
    hub.content_faults.add(Fault(FaultKind.CLOSE, 700_000), Fault(FaultKind.EXPIRED))
    fetch(way)
    targets = [request.target for request in hub.asked("content")]
    assert targets[0] == targets[1] != targets[2]
    assert hub.asked("content")[2].headers["range"] == "bytes=700000-"


def test_a_server_that_ignores_ranges_is_read_from_the_start(hub: FakeHub, way: Way) -> None:
    hub.content_faults.add(Fault(FaultKind.CLOSE, 700_000), Fault(FaultKind.RANGE_IGNORED))
    (fetched,) = fetch(way)
    assert fetched.path.read_bytes() == original(hub)


def test_damage_on_the_way_is_never_kept(hub: FakeHub, way: Way) -> None:
    hub.content_faults.add(*[Fault(FaultKind.FLIP, 5)] * 2)
    with pytest.raises(DownloadCorrupt, match="damaged twice"):
        fetch(way)
    assert left_over(way) == []
    assert list(way.cache.folder.rglob("*.gguf")) == []
    (fetched,) = fetch(way)
    assert fetched.path.read_bytes() == original(hub)


def test_it_gives_up_with_the_reason_and_keeps_what_is_there(hub: FakeHub, way: Way) -> None:
    hub.content_faults.add(Fault(FaultKind.CLOSE, 900_000), *[Fault(FaultKind.UNAVAILABLE)] * 20)
    with pytest.raises(DownloadError, match="does not go on") as caught:
        fetch(way)
    assert caught.value.sentence.endswith("try again later.")
    (part,) = left_over(way)
    assert part.stat().st_size == 900_000
    hub.content_faults.clear()
    (fetched,) = fetch(way)
    assert fetched.resumed_from_bytes == 900_000
    assert hub.asked("content")[-1].headers["range"] == "bytes=900000-"
    assert fetched.path.read_bytes() == original(hub)


def test_the_hub_asks_to_wait_longer_than_anybody_does(hub: FakeHub, way: Way) -> None:
    hub.content_faults.add(Fault(FaultKind.TOO_MANY, 4000))
    with pytest.raises(DownloadError, match="wait 67 min"):
        fetch(way)


def test_what_another_run_left_is_checked_before_it_counts(hub: FakeHub, way: Way) -> None:
    digest = hashlib.sha256(original(hub)).hexdigest()
    part = way.cache.part(REPO, digest)
    part.parent.mkdir(parents=True)
    part.write_bytes(b"\0" * 1_000_000)  # a power cut may leave such
    (fetched,) = fetch(way)
    assert fetched.path.read_bytes() == original(hub)
    assert fetched.resumed_from_bytes == 0
    part.write_bytes(b"\0" * (SIZE + 1))
    fetched.path.unlink()
    way.cache.blob(REPO, digest).unlink()
    assert fetch(way)[0].path.read_bytes() == original(hub)


def test_a_list_that_does_not_fit_the_file_is_refused(hub: FakeHub, way: Way) -> None:
    commit = hub.repositories[REPO].commit
    for size, digest in [(SIZE, "0" * 64), (SIZE + 1, None)]:
        with pytest.raises(DownloadError, match="is not what the Hub’s list of files says"):
            way.downloader.fetch_all(
                REPO, commit, [RepoFile(SINGLE, size, digest)], stop=StopFlag(), tell=quiet
            )


def test_the_token_goes_to_the_hub_and_nowhere_else(hub: FakeHub, tmp_path: Path) -> None:
    hub.tokens["hf_good"] = True
    way = way_to(hub, tmp_path, token="hf_good")
    fetch(way)
    assert {request.headers.get("authorization") for request in hub.asked("api")} == {
        "Bearer hf_good"
    }
    assert [request.headers.get("authorization") for request in hub.asked("content")] == [None]


# --- stopping ---------------------------------------------------------------------------------


def stopped_while(way: Way, reached: Callable[[], bool], level: str = "Q4_K_M") -> None:
    """Stop a download once it has come somewhere."""
    stop = StopFlag()
    ended = threading.Event()
    outcome: list[BaseException] = []

    def run() -> None:
        try:
            fetch(way, level, stop=stop)
        except BaseException as error:  # noqa: BLE001
            outcome.append(error)
        ended.set()

    thread = threading.Thread(target=run)
    thread.start()
    while not reached():
        assert not ended.wait(0.01), outcome
    stop.stop()
    assert ended.wait(60)
    thread.join()
    assert isinstance(outcome[0], Stopped)


def test_a_download_stops_while_bytes_come_and_goes_on_later(hub: FakeHub, way: Way) -> None:
    hub.bytes_per_second = 400_000  # the rest would take many seconds
    stopped_while(way, lambda: any(part.stat().st_size for part in left_over(way)))
    (part,) = left_over(way)
    kept = part.stat().st_size
    assert 0 < kept < SIZE
    hub.bytes_per_second = None
    (fetched,) = fetch(way)
    assert fetched.resumed_from_bytes == kept
    assert fetched.path.read_bytes() == original(hub)


@pytest.mark.parametrize("fault", [Fault(FaultKind.STALL, 100_000), Fault(FaultKind.SILENT)])
def test_a_download_stops_while_the_server_is_silent(
    hub: FakeHub, tmp_path: Path, fault: Fault
) -> None:
    way = way_to(hub, tmp_path, patience=replace(HASTY, stall_s=1e6, read_s=1e6))
    hub.content_faults.add(fault)
    stopped_while(way, lambda: bool(hub.asked("content")))


# --- the disk ---------------------------------------------------------------------------------


class SmallDisk(Disk):
    """A disk that has only so much room."""

    def __init__(self, room_bytes: int, *, tells: bool) -> None:
        super().__init__()
        self.room_bytes = room_bytes
        self._tells = tells

    def free_bytes(self, folder: Path) -> int:
        return self.room_bytes if self._tells else 1 << 50

    def write(self, file: BinaryIO, block: bytes) -> None:
        if len(block) > self.room_bytes:
            file.write(block[: self.room_bytes])
            self.room_bytes = 0
            raise OSError(errno.ENOSPC, "No space left on device")
        self.room_bytes -= len(block)
        super().write(file, block)


def test_too_little_room_is_said_before_a_byte_is_brought(hub: FakeHub, way: Way) -> None:
    downloader = Downloader(way.connection, way.cache, disk=SmallDisk(SIZE, tells=True))
    with pytest.raises(DiskFull, match=r"3\.00 MB are still to be written and 3\.00 MB are free"):
        fetch(way, downloader=downloader)
    assert hub.asked("content") == []


def test_a_set_is_not_begun_where_only_its_first_shard_has_room(hub: FakeHub, way: Way) -> None:
    disk = SmallDisk(900_000 + SPARE_BYTES, tells=True)
    downloader = Downloader(way.connection, way.cache, disk=disk)
    with pytest.raises(DiskFull, match=r"1\.60 MB are still to be written"):
        fetch(way, "Q8_0", downloader=downloader)
    assert hub.asked("content") == []


def test_a_set_is_not_begun_where_a_later_shard_may_not_be_read(hub: FakeHub, way: Way) -> None:
    repository = way.catalogue.repository(REPO)
    hub.repositories[REPO].files[:] = [
        file for file in hub.repositories[REPO].files if "00002-of" not in file.name
    ]
    (files,) = [file.parts for file in repository.files if file.level == "Q8_0"]
    with pytest.raises(HubMissing, match="00002-of-00002"):
        way.downloader.fetch_all(
            REPO, repository.commit, files, stop=StopFlag(), tell=lambda _progress: None
        )
    assert hub.asked("content") == []


def test_a_disk_that_fills_up_keeps_what_is_there(hub: FakeHub, way: Way) -> None:
    downloader = Downloader(way.connection, way.cache, disk=SmallDisk(1_500_000, tells=False))
    with pytest.raises(DiskFull, match="What is there already is kept"):
        fetch(way, downloader=downloader)
    (part,) = left_over(way)
    kept = part.stat().st_size
    assert kept > 0
    assert part.read_bytes() == original(hub)[:kept]
    (fetched,) = fetch(way)
    assert fetched.resumed_from_bytes == kept
    assert fetched.path.read_bytes() == original(hub)


def test_a_cache_that_cannot_be_written_is_said(hub: FakeHub, tmp_path: Path) -> None:
    (tmp_path / "hub").write_text("a file, not a folder")
    way = way_to(hub, tmp_path)
    with pytest.raises(DownloadError, match="cannot be written"):
        fetch(way)


# --- several programs -------------------------------------------------------------------------


def test_two_downloads_of_one_file_share_the_work(hub: FakeHub, way: Way, tmp_path: Path) -> None:
    other = way_to(hub, tmp_path)
    hub.bytes_per_second = 500_000
    results: list[Fetched] = []
    phases: list[Phase] = []

    def tell(progress: Progress) -> None:
        phases.append(progress.phase)
        if progress.phase is Phase.WAITING:
            hub.bytes_per_second = None  # the second is there: no need to be slow any more

    def bring(which: Way) -> None:
        results.extend(fetch(which, tell=tell))

    threads = [threading.Thread(target=bring, args=(which,)) for which in (way, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results[0].path == results[1].path
    assert results[0].path.read_bytes() == original(hub)
    assert hub.sent_bytes == SIZE
    assert Phase.WAITING in phases
    other.connection.close()


def test_nobody_there_is_said(tmp_path: Path) -> None:
    with FakeHub(FakeRepository(REPO, [FakeFile(SINGLE, content(10))])) as hub:
        way = way_to(hub, tmp_path)
        repository = way.catalogue.repository(REPO)
    with pytest.raises(HubError, match="cannot be reached"):
        way.downloader.fetch_all(
            REPO, repository.commit, repository.files[0].parts, stop=StopFlag(), tell=quiet
        )
    assert issubclass(HubOffline, HubError)
    assert issubclass(HubBroken, HubError)
