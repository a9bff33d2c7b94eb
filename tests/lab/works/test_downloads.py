"""The queue of downloads: wishes, order, and what outlives the program."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.base.gate import Stopped
from app.core.errors import PersonError
from app.core.listing import RepoFile
from app.core.words.sentence import from_kept
from app.hub.progress import Phase, Progress
from app.lab.hub.access import HubAccess
from app.lab.works.downloads import (
    Download,
    DownloadOrder,
    Downloads,
    HubCourier,
    order_for,
    queued_digests,
)
from app.lab.works.nights.brought import BroughtFiles
from app.lab.works.queue import WorkQueue
from app.lab.works.work import WorkState
from app.store.database import StoreFailed, open_database
from app.store.tolerant import from_json, to_json
from app.store.works import StoredWork, WorkStore
from tests.helpers.fake_hub import FakeHub, Fault, FaultKind
from tests.helpers.hub_way import close_library, example_repository

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from app.base.gate import StopFlag

State = WorkState
PATIENCE_S = 120.0


def order(name: str, size: int = 100) -> DownloadOrder:
    files = (RepoFile(name, size, name.encode().hex().ljust(64, "0")[:64]),)
    return DownloadOrder("https://hub", "org/repo", "c" * 40, "main", name, "Q8_0", files)


class Hand:
    """Fetches what a test says, when a test says so."""

    def __init__(self) -> None:
        self.running: dict[str, threading.Event] = {}
        self.failing: set[str] = set()
        self.discarded: list[str] = []
        self.starts: list[str] = []
        self._lock = threading.Lock()

    def fetch(self, order: DownloadOrder, stop: StopFlag, tell: Callable[[Progress], None]) -> Path:
        released = threading.Event()
        with self._lock:
            self.running[order.name] = released
            self.starts.append(order.name)
        tell(Progress(Phase.DOWNLOADING, 40, order.total_bytes))
        while not released.wait(0.01):
            if stop.is_stopped:
                raise Stopped
        if order.name in self.failing:
            raise PersonError("The Hub went home.")
        return Path("/models") / order.name

    def discard(self, order: DownloadOrder) -> None:
        self.discarded.append(order.name)

    def finish(self, name: str) -> None:
        self.running.pop(name).set()


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_database(tmp_path / "store.sqlite3")
    yield connection
    connection.close()


@pytest.fixture
def store(connection: sqlite3.Connection) -> WorkStore:
    return WorkStore(connection)


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def downloads(hand: Hand, store: WorkStore) -> Iterator[Downloads]:
    downloads = Downloads(WorkQueue(store), hand)
    yield downloads
    downloads.queue.close()


def until(downloads: Downloads, reached: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(int(PATIENCE_S / 0.02)):
        downloads.queue.pump()
        if reached():
            return
        pause.wait(0.02)
    pytest.fail(f"never came: {[(d.order.name, d.state) for d in downloads.all]}")


def states(downloads: Downloads) -> list[State]:
    return [download.state for download in downloads.all]


def busy(downloads: Downloads) -> bool:
    return bool({State.WAITING, State.RUNNING, State.STOPPING} & set(states(downloads)))


def put(store: WorkStore, name: str, state: State) -> None:
    """As an earlier run of the program has left it."""
    place = len(store.load())
    store.add(StoredWork(0, Download.kind, to_json(order(name)), state, place))


def stored(store: WorkStore) -> list[tuple[str, State]]:
    return [(from_json(work.what, DownloadOrder).name, State(work.state)) for work in store.load()]


def test_two_run_at_once_and_the_others_wait_their_turn(downloads: Downloads, hand: Hand) -> None:
    for name in "abc":
        downloads.add(order(name))
    assert states(downloads) == [State.RUNNING, State.RUNNING, State.WAITING]
    until(downloads, lambda: len(hand.running) == 2)
    hand.finish("b")
    until(downloads, lambda: states(downloads)[1:] == [State.DONE, State.RUNNING])
    until(downloads, lambda: "c" in hand.running)
    hand.finish("a")
    hand.finish("c")
    until(downloads, lambda: not busy(downloads))
    assert [download.path for download in downloads.all] == ["/models/a", "/models/b", "/models/c"]
    assert all(download.done_bytes == 100 for download in downloads.all)


def test_pausing_keeps_what_is_there_and_resuming_goes_on(
    downloads: Downloads, hand: Hand, store: WorkStore
) -> None:
    download = downloads.add(order("a"))
    until(downloads, lambda: download.done_bytes == 40)
    downloads.queue.pause(download)
    assert download.state is State.STOPPING
    until(downloads, lambda: download.state is State.PAUSED)
    assert stored(store) == [("a", State.PAUSED)]
    assert hand.discarded == []
    downloads.queue.resume(download)
    assert download.state is State.RUNNING
    until(downloads, lambda: hand.starts == ["a", "a"])
    hand.finish("a")
    until(downloads, lambda: download.state is State.DONE)


def test_resuming_while_it_still_stops_lets_it_go_on(downloads: Downloads, hand: Hand) -> None:
    download = downloads.add(order("a"))
    downloads.queue.pause(download)
    downloads.queue.resume(download)
    until(downloads, lambda: len(hand.starts) == 2)
    assert download.state is State.RUNNING


def test_cancelling_removes_what_is_there(
    downloads: Downloads, hand: Hand, store: WorkStore
) -> None:
    running, other, queued = (downloads.add(order(name)) for name in "abc")
    downloads.queue.cancel(queued)
    assert queued.state is State.CANCELLED
    downloads.queue.cancel(running)
    downloads.queue.pause(running)  # nothing takes a cancel back
    until(downloads, lambda: running.state is State.CANCELLED)
    until(downloads, lambda: sorted(hand.discarded) == ["a", "c"])
    assert other.state is State.RUNNING
    downloads.queue.forget(downloads.all)
    assert stored(store) == [("b", State.RUNNING)]


def test_content_that_another_download_wants_stays(downloads: Downloads, hand: Hand) -> None:
    first = downloads.add(order("a"))
    same = DownloadOrder("https://hub", "org/repo", "d" * 40, "main", "a", None, order("a").files)
    downloads.add(same)
    downloads.queue.cancel(first)
    until(downloads, lambda: first.state is State.CANCELLED)
    assert hand.discarded == []


def test_a_failure_is_told_and_can_be_tried_again(
    downloads: Downloads, hand: Hand, store: WorkStore
) -> None:
    hand.failing.add("a")
    download = downloads.add(order("a"))
    until(downloads, lambda: "a" in hand.running)
    hand.finish("a")
    until(downloads, lambda: download.state is State.FAILED)
    assert download.error == "The Hub went home."
    assert store.load()[0].error == "The Hub went home."
    hand.failing.clear()
    downloads.queue.resume(download)
    assert (download.error, download.state) == ("", State.RUNNING)
    until(downloads, lambda: "a" in hand.running)
    hand.finish("a")
    until(downloads, lambda: download.state is State.DONE)


def test_the_order_can_be_changed_and_is_kept(
    downloads: Downloads, store: WorkStore, hand: Hand
) -> None:
    for name in "abcd":
        downloads.add(order(name))
    downloads.queue.move(downloads.all[3], 0)
    assert [name for name, _ in stored(store)] == ["d", "a", "b", "c"]
    until(downloads, lambda: len(hand.running) == 2)
    hand.finish("a")
    until(downloads, lambda: "d" in hand.running)
    assert downloads.all[3].state is State.WAITING


def test_wanting_the_same_twice_is_wanting_it_once(downloads: Downloads) -> None:
    first = downloads.add(order("a"))
    assert downloads.add(order("a")) is first
    downloads.queue.pause(first)
    until(downloads, lambda: first.state is State.PAUSED)
    assert downloads.add(order("a")) is first
    assert first.state is State.RUNNING
    assert downloads.wanted_digests == order("a").digests


@pytest.mark.parametrize("tidily", [True, False])
def test_the_queue_goes_on_after_the_program_ended(
    tidily: bool, hand: Hand, store: WorkStore
) -> None:
    first = Downloads(WorkQueue(store), hand)
    for name in "abcd":
        first.add(order(name))
    first.queue.pause(first.all[3])
    until(first, lambda: all(d.done_bytes == 40 for d in first.all[:2]))
    if tidily:
        first.queue.close()
        assert [state for _, state in stored(store)] == [State.WAITING] * 3 + [State.PAUSED]
    second = Downloads(WorkQueue(store), hand)
    assert states(second) == [State.WAITING] * 3 + [State.PAUSED]
    second.queue.pump()
    assert states(second) == [State.RUNNING] * 2 + [State.WAITING, State.PAUSED]
    for downloads in (second, first):
        downloads.queue.close()


@pytest.mark.parametrize("wish", ["pause", "cancel"])
def test_a_wish_outlives_a_program_that_is_killed_while_it_is_fulfilled(
    wish: str, hand: Hand, store: WorkStore
) -> None:
    first = Downloads(WorkQueue(store), hand)
    download = first.add(order("a"))
    until(first, lambda: download.done_bytes == 40)
    getattr(first.queue, wish)(download)
    assert download.state is State.STOPPING  # and here it is killed
    second = Downloads(WorkQueue(store), hand)
    second.queue.pump()
    if wish == "pause":
        assert states(second) == [State.PAUSED]
        assert hand.discarded == []
    else:
        until(second, lambda: not second.all)
        assert hand.discarded == ["a"]
        assert stored(store) == []
    for downloads in (second, first):
        downloads.queue.close()


def test_a_cancelled_one_is_forgotten_once_nothing_of_it_is_left(
    downloads: Downloads, hand: Hand, store: WorkStore
) -> None:
    download = downloads.add(order("a"))
    downloads.queue.cancel(download)
    assert stored(store) == [("a", State.CANCELLED)]
    until(downloads, lambda: not downloads.all)
    assert (hand.discarded, stored(store)) == (["a"], [])


def test_a_single_finished_one_is_taken_off_the_list(
    downloads: Downloads, hand: Hand, store: WorkStore
) -> None:
    first, second = (downloads.add(order(name)) for name in "ab")
    until(downloads, lambda: len(hand.running) == 2)
    for name in "ab":
        hand.finish(name)
    until(downloads, lambda: not busy(downloads))
    third = downloads.add(order("c"))
    downloads.queue.forget([first])
    downloads.queue.forget([third])  # which is wanted still
    assert list(downloads.all) == [second, third]
    assert stored(store) == [("b", State.DONE), ("c", State.RUNNING)]


def test_a_store_that_takes_nothing_stops_no_download(
    downloads: Downloads, hand: Hand, store: WorkStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_downloads: object) -> None:
        raise StoreFailed("The download cannot be stored: the disk is full.")

    download = downloads.add(order("a"))
    until(downloads, lambda: "a" in hand.running)
    monkeypatch.setattr(store, "save", refuse)
    monkeypatch.setattr(store, "remove", refuse)
    hand.finish("a")
    until(downloads, lambda: download.state is State.DONE)
    downloads.queue.forget([download])
    assert not downloads.all


def test_what_the_queue_wants_can_be_read_beside_it(store: WorkStore, tmp_path: Path) -> None:
    database = tmp_path / "store.sqlite3"
    put(store, "a", State.PAUSED)
    put(store, "b", State.DONE)
    assert queued_digests(database) == order("a").digests
    assert queued_digests(tmp_path / "none.sqlite3") == frozenset()
    (tmp_path / "odd.sqlite3").write_text("This is a letter to a friend.")
    assert queued_digests(tmp_path / "odd.sqlite3") is None


def test_rows_that_cannot_be_read_are_left_alone(hand: Hand, store: WorkStore) -> None:
    put(store, "a", State.WAITING)
    store.add(StoredWork(0, "download", "nonsense", State.WAITING, 1))
    store.add(StoredWork(0, "download", "{}", "odd", 2))
    put(store, "b", State.PAUSED)
    downloads = Downloads(WorkQueue(store), hand)
    assert [each.order.name for each in downloads.all] == ["a", "b"]
    assert len(store.load()) == 4


# --- with the real downloader -----------------------------------------------------------------


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with FakeHub(example_repository()) as hub:
        yield hub
    close_library()


@pytest.fixture
def access(hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubAccess]:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    access = HubAccess.open(tmp_path / "cache", hub.endpoint)
    yield access
    access.close()


@pytest.fixture
def brought(tmp_path: Path) -> BroughtFiles:
    return BroughtFiles.below(tmp_path / "cache")


def test_levels_of_a_repository_are_brought_over_a_bad_line(
    hub: FakeHub, access: HubAccess, store: WorkStore, brought: BroughtFiles
) -> None:
    repository = access.catalogue.repository("org/model-GGUF")
    downloads = Downloads(WorkQueue(store), HubCourier(access, brought))
    hub.content_faults.add(Fault(FaultKind.CLOSE, 400_000), Fault(FaultKind.RESET, 100_000))
    for file in repository.files[:2]:
        downloads.add(order_for(access, repository, file))
    until(downloads, lambda: not busy(downloads))
    assert states(downloads) == [State.DONE, State.DONE]
    for download in downloads.all:
        path = Path(download.path)
        published = hub.repositories["org/model-GGUF"].file(download.order.name)
        assert published is not None
        assert path.read_bytes() == published.read(0, published.size)
    downloads.queue.close()


def test_cancelling_leaves_nothing_in_the_cache(
    hub: FakeHub, access: HubAccess, store: WorkStore, brought: BroughtFiles
) -> None:
    repository = access.catalogue.repository("org/model-GGUF")
    downloads = Downloads(WorkQueue(store), HubCourier(access, brought))
    hub.bytes_per_second = 200_000
    download = downloads.add(order_for(access, repository, repository.files[1]))
    until(downloads, lambda: 0 < download.done_bytes < download.total_bytes)
    downloads.queue.cancel(download)
    until(downloads, lambda: download.state is State.CANCELLED)
    # The part goes first, the repository's empty folders after it, on the download's own thread.
    until(downloads, lambda: not list(access.cache.folder.glob("models--*")))
    downloads.queue.close()


def test_an_order_of_another_hub_waits_for_that_hub(
    access: HubAccess, store: WorkStore, brought: BroughtFiles
) -> None:
    downloads = Downloads(WorkQueue(store), HubCourier(access, brought))
    download = downloads.add(order("a"))
    until(downloads, lambda: download.state is State.FAILED)
    assert "another Hub (https://hub)" in str(from_kept(download.error))
    downloads.queue.close()
