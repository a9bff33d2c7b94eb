"""The page's way to the real queue, token, headers: what is shown of them, and what is refused.

Tests app.lab.hub.access.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.base.gate import Stopped
from app.core.errors import PersonError
from app.core.words.sentence import Sentence, verbatim
from app.hub.progress import Phase, Progress
from app.hub.settings import EndpointError
from app.hub.tokens import Tokens
from app.lab.hub.access import HubAccess
from app.lab.works.downloads import Downloads
from app.lab.works.queue import WorkQueue
from app.lab.works.work import WorkState
from app.store.comparisons import ComparisonStore
from app.store.database import open_database
from app.store.works import WorkStore
from app.ui.pages.models.account.hub_account import ForbiddenHub, HubAccount
from app.ui.pages.models.asking import CancelFlag
from app.ui.pages.models.downloads.queue_view import QueueView
from app.ui.pages.models.library.kept_comparisons import (
    NO_DOWNLOAD,
    ComparisonGroup,
    GroupMember,
    KeptComparisons,
)
from tests.ui.pages.models.fake_backends import repository

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.base.gate import StopFlag
    from app.lab.works.downloads import DownloadOrder

PATIENCE_S = 30.0


class Courier:
    """Brings an order once a test says so, or fails with what a test says."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.problem: PersonError | None = None
        self.phase = Phase.DOWNLOADING
        self.remark: Sentence | None = None

    def fetch(self, order: DownloadOrder, stop: StopFlag, tell: Callable[[Progress], None]) -> Path:
        tell(Progress(self.phase, 500, order.total_bytes, 250.0, self.remark))
        while not self.released.wait(0.01):
            if stop.is_stopped:
                raise Stopped
        if self.problem is not None:
            raise self.problem
        return Path("/cache") / order.name

    def discard(self, order: DownloadOrder) -> None:
        """Nothing is there."""


@pytest.fixture
def courier() -> Courier:
    return Courier()


@pytest.fixture
def queue(courier: Courier, tmp_path: Path) -> Iterator[Downloads]:
    connection = open_database(tmp_path / "store.sqlite3")
    made = Downloads(WorkQueue(WorkStore(connection)), courier)
    yield made
    made.queue.close()
    connection.close()


@pytest.fixture
def view(queue: Downloads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> QueueView:
    """The queue as the page sees it, with three files wanted, of which two are brought at once."""
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    made = QueueView(queue, HubAccess.open(tmp_path))
    shown = repository()
    for file in shown.files[1:4]:
        made.add(shown, file)
    return made


def until(queue: Downloads, view: QueueView, holds: Callable[[], bool]) -> None:
    """Let the queue go on until something holds."""
    pause = threading.Event()
    for _ in range(round(PATIENCE_S / 0.02)):
        queue.queue.pump()
        view.pump()
        if holds():
            return
        pause.wait(0.02)
    raise AssertionError("it does not come about")


def states(view: QueueView) -> list[WorkState]:
    return [entry.state for entry in view.entries()]


def test_the_queue_is_told_in_the_pages_words(queue: Downloads, view: QueueView) -> None:
    until(queue, view, lambda: view.entries()[0].done_bytes == 500)
    first, _, last = view.entries()
    assert (first.title, first.repo_id) == ("Q8_0", "org/model-GGUF")
    assert first.state is WorkState.RUNNING
    assert first.activity == "downloading"
    assert first.bytes_per_second == 250.0
    assert first.seconds_left == (7_700_000_000 + 620_000_000 - 500) / 250  # with the projector
    assert last.state is WorkState.WAITING


def test_one_pump_tells_of_all_changes_at_once(queue: Downloads, view: QueueView) -> None:
    told: list[int] = []
    view.changed.add(lambda: told.append(1))
    view.pump()
    assert told == [1]
    view.forget_ended()
    view.pause(view.entries()[2].key)
    view.pump()
    assert told == [1, 1]


def test_pause_resume_move_and_cancel(queue: Downloads, view: QueueView) -> None:
    first, other, second = (entry.key for entry in view.entries())
    view.pause(second)
    assert states(view)[2] is WorkState.PAUSED
    view.resume(second)
    view.move(second, 0)
    assert [entry.key for entry in view.entries()] == [second, first, other]
    view.cancel(second)
    assert [entry.key for entry in view.entries()] == [first, other]
    view.pause(first)
    until(queue, view, lambda: states(view)[0] is WorkState.PAUSED)
    view.pause("no such key")


def test_what_was_cancelled_does_not_shift_the_order(queue: Downloads, view: QueueView) -> None:
    shown = repository()
    fourth = view.add(shown, shown.files[4])
    first, second, third, _ = (entry.key for entry in view.entries())
    view.cancel(third)
    view.move(fourth, 0)
    assert [entry.key for entry in view.entries()] == [fourth, first, second]


def test_a_finished_file_has_its_path(queue: Downloads, view: QueueView, courier: Courier) -> None:
    courier.released.set()
    until(queue, view, lambda: states(view) == [WorkState.DONE] * 3)
    assert view.entries()[0].path == Path("/cache/model-Q8_0.gguf")
    view.forget(view.entries()[0].key)
    assert len(view.entries()) == 2
    view.forget_ended()
    assert view.entries() == []


def test_a_failure_and_a_new_attempt_say_why(
    queue: Downloads, view: QueueView, courier: Courier
) -> None:
    courier.problem = PersonError("The Hub went home.")
    courier.released.set()
    until(queue, view, lambda: states(view) == [WorkState.FAILED] * 3)
    assert view.entries()[0].problem == "The Hub went home."
    courier.released.clear()
    courier.phase, courier.remark = Phase.RETRYING, verbatim("The connection broke off.")
    view.resume(view.entries()[0].key)
    until(queue, view, lambda: view.entries()[0].activity == "trying again")
    assert view.entries()[0].problem == "The connection broke off."


def test_a_file_that_is_wanted_already_keeps_its_place(view: QueueView) -> None:
    shown = repository()
    assert view.add(shown, shown.files[1]) == view.entries()[0].key
    other = replace(shown, commit="2" * 40)
    assert view.add(other, shown.files[1]) == view.entries()[3].key


def test_a_token_is_kept_for_this_run_where_there_is_no_keyring(tmp_path: Path) -> None:
    environ = {"HF_HOME": str(tmp_path)}
    tokens = Tokens("https://huggingface.co", environ=environ, keyring=lambda: None)
    account = HubAccount(tokens, lambda: "mary")
    assert not account.status().signed_in
    assert "no keyring" in account.keep("hf_secret")
    assert account.status().own
    assert "no keyring" in account.status().remark
    with pytest.raises(PersonError, match="not a token"):
        account.keep("two words")
    assert not account.forget().signed_in


class Ring:
    """A keyring in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service_name: str, username: str) -> str | None:
        return self.kept.get((service_name, username))

    def set_password(self, service_name: str, username: str, password: str) -> None:
        self.kept[service_name, username] = password

    def delete_password(self, service_name: str, username: str) -> None:
        del self.kept[service_name, username]


def test_forgetting_leaves_the_token_file_of_hugging_face_alone(tmp_path: Path) -> None:
    ring, file = Ring(), tmp_path / "token"
    file.write_text("hf_theirs")
    environ = {"HF_HOME": str(tmp_path)}
    tokens = Tokens("https://huggingface.co", environ=environ, keyring=lambda: ring)
    account = HubAccount(tokens, lambda: "mary")
    status = account.status()
    assert (status.own, "left alone" in status.remark) == (False, True)
    assert "keyring" in account.keep("hf_mine")
    assert account.status().own
    left = account.forget()
    assert "token file" in left.place
    assert ring.kept == {}
    assert file.read_text() == "hf_theirs"


def test_the_groups_are_kept_in_the_store(tmp_path: Path) -> None:
    connection = open_database(tmp_path / "store.sqlite3")
    kept = KeptComparisons(ComparisonStore(connection))
    number = kept.add([GroupMember("7"), GroupMember("3")])
    group = ComparisonGroup(number, (GroupMember("7", Path("/a")), GroupMember("3")))
    kept.save(group)
    assert kept.load() == [group]
    assert (group.wanted, group.complete) == (("7", "3"), False)
    kept.remove(number)
    # One that was here before waits for no download.
    here = (GroupMember(NO_DOWNLOAD, Path("/b")), GroupMember("4"))
    number = kept.add(here)
    assert kept.load() == [ComparisonGroup(number, here)]
    assert kept.load()[0].wanted == (Path("/b"), "4")
    connection.close()


def test_a_hub_that_must_not_be_used_says_why() -> None:
    error = EndpointError("The address of the Hub must begin with https://.")
    hub = ForbiddenHub(error)
    for ask in (lambda: hub.search(None), lambda: hub.repository("a/b"), lambda: hub.made_from("")):
        with pytest.raises(EndpointError):
            ask()


def test_a_header_is_not_waited_for_when_nobody_wants_it() -> None:
    wanted = [True]
    flag = CancelFlag(lambda: not wanted[0])
    flag.check()
    flag.sleep(0.0)
    wanted[0] = False
    assert flag.is_stopped
    with pytest.raises(Stopped):
        flag.check()
    with pytest.raises(Stopped):
        flag.sleep(PATIENCE_S)
