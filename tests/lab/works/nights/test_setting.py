"""What is planned for a night, and that it removes nothing of what was here before.

Tests app.lab.works.nights.chosen, app.lab.works.nights.files and app.lab.works.nights.brought, and
nights among app.lab.works.ladders.service and app.lab.works.ladders.worker.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.base.gate import StopFlag
from app.core.candidates.candidate import candidate_of
from app.core.errors import DiskTrouble, PersonError
from app.core.ladder.night import (
    REFERENCE_BYTES,
    Keep,
    Night,
    NightNotes,
    Visited,
    schedule_of,
)
from app.core.ladder.results import StepKind
from app.core.verdict import Limits
from app.lab.hub.access import HubAccess
from app.lab.ladder.kept import empty_result, plan_of
from app.lab.ladder.pace import Pace
from app.lab.ladder.plan import LadderPlan, Profile
from app.lab.works.downloads import HubCourier, order_for
from app.lab.works.ladders.entry import LadderState
from app.lab.works.ladders.run import LadderOrder, LadderRun, ladder_keeper
from app.lab.works.ladders.service import LadderService
from app.lab.works.ladders.worker import LadderWorkers
from app.lab.works.nights.brought import BroughtFiles
from app.lab.works.nights.chosen import Chosen, planned_night
from app.lab.works.nights.files import NightFiles
from app.lab.works.nights.setting import night_of, night_seconds, told
from app.lab.works.queue import WorkQueue
from app.library.model_files import open_model_file
from app.store.database import open_database
from app.store.ladders import LadderStore
from app.store.paths import Paths
from app.store.works import WorkStore
from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository
from tests.helpers.gguf_files import write_tiny_llama
from tests.helpers.inhibitor import refusing
from tests.helpers.vision_files import write_projector

if TYPE_CHECKING:
    from app.lab.ladder.progress import LadderProgress

REPO, SEES = "org/tiny-GGUF", "org/sees-GGUF"
LEVELS = ("F16", "Q8_0", "Q4_0")
LATER_NS = 1 << 62
Planned = Callable[..., Night]


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    found = Paths.below(tmp_path / "program")
    found.create()
    return found


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    files: list[FakeFile] = []
    for place, level in enumerate(LEVELS):
        path = tmp_path / f"tiny-{level}.gguf"
        write_tiny_llama(path)
        path.write_bytes(path.read_bytes() + bytes(100 * (len(LEVELS) - place)))
        files.append(FakeFile(path.name, path))
    eyes = write_projector(tmp_path / "mmproj-tiny-F16.gguf", 32)
    seeing = FakeRepository(SEES, [*files, FakeFile(eyes.name, eyes)])
    with FakeHub(FakeRepository(REPO, files), seeing) as hub:
        yield hub


@pytest.fixture
def access(hub: FakeHub, paths: Paths) -> Iterator[HubAccess]:
    access = HubAccess.open(paths.cache, hub.endpoint)
    yield access
    access.close()


@pytest.fixture
def planned(access: HubAccess, paths: Paths) -> Planned:
    def plan(until_ns: int = LATER_NS, **more: object) -> Night:
        repository = access.catalogue.repository(REPO)
        files = [(repository, file) for file in repository.files]
        night, candidates = planned_night(access, Chosen(files, until_ns, **more), paths)  # type: ignore[arg-type]
        assert [each.key() for each in candidates] == list(night.files)
        return night

    return plan


def fetch(access: HubAccess, level: str) -> Path:
    repository, file = access.find(access.address(f"{REPO}:{level}"))
    (fetched,) = access.get(repository, file, StopFlag(), lambda _: None)
    return fetched.path


def test_the_largest_is_the_reference_and_nothing_was_here(planned: Planned) -> None:
    night = planned()
    assert [file.level for file in night.files.values()] == list(LEVELS)
    assert not any(file.there_bytes for file in night.files.values())
    assert not any(Path(key).exists() for key in night.files)


def test_what_will_happen_is_said_before(planned: Planned) -> None:
    night = planned(most_bytes=REFERENCE_BYTES + 10_000_000)
    first = next(iter(night.files))
    (unknown,) = told(night, first, None, 0)
    assert str(unknown).startswith("3 versions, ")
    (known,) = told(night, first, 60.0, 0)
    assert "done by about" in str(known)
    late = told(night, first, 1e10, 0)
    assert "the night ends with what is measured by then" in str(late[0])


def test_what_has_no_room_is_said_before(planned: Planned) -> None:
    with pytest.raises(PersonError, match="F16, with which the others are compared"):
        planned(most_bytes=1000)
    size = next(iter(planned().files.values())).size_bytes
    night = planned(most_bytes=REFERENCE_BYTES + 2 * size, keep=Keep.ALL)
    *_, left_out = told(night, next(iter(night.files)), None, 0)
    assert str(left_out).endswith("are too little: Q4_0.")


def test_one_level_is_too_few(access: HubAccess, paths: Paths) -> None:
    repository, file = access.find(access.address(f"{REPO}:Q8_0"))
    with pytest.raises(PersonError, match="at least two"):
        planned_night(access, Chosen([(repository, file)], LATER_NS), paths)


def test_what_was_here_before_is_never_removed(
    planned: Planned, access: HubAccess, paths: Paths
) -> None:
    here = fetch(access, "Q8_0")
    night = planned()
    files = NightFiles(paths, night, access)
    assert night.files[str(here)].there_bytes == here.stat().st_size
    assert files.taken_bytes() == 0
    assert not files.remove(str(here))
    assert here.is_file()


def test_what_a_night_brought_is_known_as_its_own_after_a_crash(
    planned: Planned, access: HubAccess, paths: Paths
) -> None:
    night = planned()
    key = next(iter(night.files))
    files = NightFiles(paths, night, access)
    files.claim(key)
    files.fetch(key, StopFlag(), lambda _: None)
    again = planned()
    assert again.files == night.files
    assert files.taken_bytes() == night.files[key].size_bytes
    assert NightFiles(paths, again, access).remove(key)
    assert not list(access.cache.folder.rglob("*.gguf"))
    fetch(access, "F16")
    assert planned().files[key].there_bytes == night.files[key].size_bytes


def test_what_the_person_asks_for_meanwhile_is_no_nights_any_more(
    planned: Planned, access: HubAccess, paths: Paths
) -> None:
    night = planned()
    key, file = next(iter(night.files.items()))
    files = NightFiles(paths, night, access)
    files.claim(key)
    files.fetch(key, StopFlag(), lambda _: None)  # then it is broken off
    repository, listed = access.find(access.address(f"{REPO}:F16"))
    courier = HubCourier(access, BroughtFiles.below(paths.cache))
    courier.fetch(order_for(access, repository, listed), StopFlag(), lambda _: None)

    assert planned().files[key].there_bytes == file.size_bytes
    assert not files.remove(key)  # nor does that night take it away when it goes on
    assert files.taken_bytes() == 0
    assert Path(key).is_file()


def test_what_the_person_removes_may_come_again_and_stays(
    planned: Planned, access: HubAccess, paths: Paths
) -> None:
    night = planned()
    key, file = next(iter(night.files.items()))
    files = NightFiles(paths, night, access)
    files.claim(key)
    files.fetch(key, StopFlag(), lambda _: None)
    removal = access.cache.plan_removal(Path(key))
    assert BroughtFiles.below(paths.cache).removing(removal).execute() == file.size_bytes
    fetch(access, "F16")  # as any other program does

    assert planned().files[key].there_bytes == file.size_bytes
    assert not files.remove(key)
    assert Path(key).is_file()


def test_a_night_that_was_broken_off_has_the_room_that_it_had(
    planned: Planned, access: HubAccess, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = [10**12]
    monkeypatch.setattr("app.lab.works.nights.chosen.free_bytes", lambda _folder: free[0])
    fetch(access, "Q8_0")  # the person's own: it has taken of the disk what it takes
    night = planned()
    key = next(iter(night.files))
    files = NightFiles(paths, night, access)
    files.claim(key)
    files.fetch(key, StopFlag(), lambda _: None)
    free[0] -= night.files[key].size_bytes
    assert planned() == night


def test_a_file_stays_where_nobody_knows_whether_a_download_wants_it(
    planned: Planned, access: HubAccess, paths: Paths
) -> None:
    night = planned()
    key = next(iter(night.files))
    files = NightFiles(paths, night, access)
    files.claim(key)
    files.fetch(key, StopFlag(), lambda _: None)
    paths.database.write_bytes(b"no database")
    with pytest.raises(PersonError, match="whether a download in the queue wants it"):
        files.remove(key)
    assert Path(key).is_file()
    paths.database.unlink()
    assert files.remove(key)


def test_a_claim_that_the_disk_refuses_is_worth_another_try(
    planned: Planned, access: HubAccess, paths: Paths
) -> None:
    night = planned()
    files = NightFiles(paths, night, access)
    claims = paths.cache / "nights"
    claims.parent.mkdir(parents=True, exist_ok=True)
    claims.symlink_to("/sys")  # where nobody can write
    with pytest.raises(DiskTrouble):
        files.claim(next(iter(night.files)))


def test_time_is_told_of_the_levels_that_have_room_alone(
    planned: Planned, access: HubAccess, paths: Paths
) -> None:
    size = next(iter(planned().files.values())).size_bytes
    night = planned(most_bytes=REFERENCE_BYTES + 2 * size, keep=Keep.ALL)
    setting = night_of(night, paths, access)
    assert setting is not None
    setting.prepare(reference := next(iter(night.files)))
    pace = Pace({"sums": 100}, 0, {StepKind.SPEED: [(1000, 1.0)]})
    first_two = list(setting.files.sizes.values())[:2]
    measured = pace.seconds(first_two, Profile.QUICK, 1, pace.items(Profile.QUICK, (), demo=False))
    coming = sum(file.size_bytes for file in list(night.files.values())[:2])
    seconds = night_seconds(setting, reference, pace, Profile.QUICK, 1, 1000.0)
    assert seconds == pytest.approx(measured + coming / 1000)


def test_content_that_was_not_shown_yet_goes_too(
    planned: Planned, access: HubAccess, paths: Paths
) -> None:
    night = planned()
    key, file = next(iter(night.files.items()))
    files = NightFiles(paths, night, access)
    files.claim(key)
    files.fetch(key, StopFlag(), lambda _: None)
    Path(key).unlink()
    assert files.remove(key)
    digest = file.parts[0].sha256
    assert digest is not None
    assert not access.cache.blob(REPO, digest).exists()


def test_headers_are_known_before_the_files_are_here(
    planned: Planned, access: HubAccess, paths: Paths, hub: FakeHub
) -> None:
    night = planned()
    files = NightFiles(paths, night, access)
    files.prepare()
    asked = len(hub.requests)
    for key, file in night.files.items():
        model = files.open_model(Path(key))
        assert (str(model.path), model.file_bytes) == (key, file.size_bytes)
    assert list(files.sizes) == list(night.files)
    files.prepare()
    assert len(hub.requests) == asked


def test_a_night_whose_hour_has_passed_brings_nothing_and_goes_on_another_time(
    planned: Planned, paths: Paths, hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing(tmp_path / "bin", monkeypatch)
    progress: list[LadderProgress] = []
    night = planned(until_ns=1)
    candidates = [candidate_of(key) for key in night.files]
    order = LadderOrder(candidates[0], candidates, Limits(), quality=False, night=night)
    run = LadderRun(order, paths)
    with ladder_keeper(paths, lambda _: None) as keeper:
        assert keeper is not None
        view = run.measure(keeper, progress.append)
        (stored,) = keeper.list_ladders()
        assert stored.finished_ns is None
        again = keeper.begin(stored.key, "")
    assert again.id == stored.id
    assert view.night is not None
    assert view.night.is_late
    assert str(progress[-1].warning).startswith("This PC may sleep")
    assert all("would not have ended before" in str(row.error) for row in view.rows[:1])
    assert hub.sent_bytes < 3 * next(iter(night.files.values())).size_bytes  # headers alone
    assert not any(Path(key).exists() for key in night.files)


def chosen(access: HubAccess, repo: str, *levels: str, **more: object) -> Chosen:
    repository = access.catalogue.repository(repo)
    files = [(repository, file) for file in repository.files if file.level in levels]
    return Chosen(files[: len(levels)], LATER_NS, **more)  # type: ignore[arg-type]


def test_a_file_of_this_pc_may_be_the_reference_of_a_single_level(
    access: HubAccess, paths: Paths, tmp_path: Path
) -> None:
    own = candidate_of(write_tiny_llama(tmp_path / "own-F16.gguf"))
    wish = chosen(access, REPO, "Q8_0", here=own, most_bytes=REFERENCE_BYTES + 10_000_000)
    night, candidates = planned_night(access, wish, paths)

    (key,) = night.files
    assert [each.key() for each in candidates] == [own.key(), key]
    assert night.here is not None
    assert (night.here.key, night.here.path) == (own.key(), str(own.file))
    found = schedule_of(night, own.key())
    assert found.stays
    assert found.download_bytes == night.files[key].size_bytes
    assert "own-F16.gguf, which is on this PC: it takes nothing" in str(
        told(night, own.key(), None, 0)[-1]
    )
    files = NightFiles(paths, night, access)
    files.prepare()
    assert files.is_here(own.key())
    assert list(files.sizes) == [own.key(), key]
    assert files.taken_bytes() == 0


def test_a_level_that_is_chosen_as_a_file_of_this_pc_stays_whoever_brought_it(
    planned: Planned, access: HubAccess, paths: Paths
) -> None:
    night = planned()
    key = next(iter(night.files))
    files = NightFiles(paths, night, access)
    files.claim(key)
    files.fetch(key, StopFlag(), lambda _: None)
    wish = chosen(access, REPO, *LEVELS, here=candidate_of(key))
    night, (reference, *_) = planned_night(access, wish, paths)
    assert reference.key() == key
    assert night.here is None
    assert not NightFiles(paths, night, access).remove(key)
    assert Path(key).is_file()


def test_a_reference_without_room_for_any_level_is_refused(
    access: HubAccess, paths: Paths, tmp_path: Path
) -> None:
    own = candidate_of(write_tiny_llama(tmp_path / "own-F16.gguf"))
    with pytest.raises(PersonError, match="no room for a version"):
        planned_night(access, chosen(access, REPO, *LEVELS, here=own, most_bytes=1000), paths)


def test_a_projector_comes_once_for_all_that_see_with_it(
    access: HubAccess, paths: Paths, tmp_path: Path
) -> None:
    (tmp_path / "own").mkdir()
    own = candidate_of(write_tiny_llama(tmp_path / "own" / "own-F16.gguf"))
    wish = chosen(access, SEES, "F16", "Q8_0", sees=True, here=own)
    night, candidates = planned_night(access, wish, paths)

    (eyes,) = night.eyes  # beside the reference lies none
    assert {each.projector for each in candidates} == {eyes}
    assert [each.key() for each in candidates[1:]] == list(night.files)
    assert {file.eyes for file in night.files.values()} == {eyes}
    assert night.eyes[eyes].level == "mmproj-tiny-F16"
    files = [*night.files.values(), night.eyes[eyes]]
    download_bytes = sum(file.size_bytes for file in files)
    assert schedule_of(night, candidates[0].key()).download_bytes == download_bytes
    assert str(told(night, candidates[0].key(), None, 0)[-1]).startswith(
        "The projector mmproj-tiny-F16 ("
    )

    NightFiles(paths, night, access).prepare()
    order = LadderOrder(candidates[0], candidates[1:], Limits(), quality=False, night=night)
    run = LadderRun(order, paths)  # although the projector is not here yet
    assert "pictures" in {item.kind for item in run.items}
    assert not Path(eyes).exists()


def test_pictures_are_not_asked_about_where_no_projector_lies_beside(
    access: HubAccess, paths: Paths
) -> None:
    with pytest.raises(PersonError, match="no projector beside"):
        planned_night(access, chosen(access, REPO, *LEVELS, sees=True), paths)


@pytest.mark.parametrize("wins", [True, False])
def test_a_projector_stays_with_the_winner_alone(
    access: HubAccess, paths: Paths, tmp_path: Path, wins: bool
) -> None:
    own = candidate_of(write_tiny_llama(tmp_path / "own-F16.gguf"))
    wish = chosen(access, SEES, "F16", "Q8_0", sees=True, here=own)
    night, (reference, _, winner) = planned_night(access, wish, paths)
    setting = night_of(night, paths, access)
    assert setting is not None
    setting.prepare(reference.key())
    for key in night.coming:
        setting.files.claim(key)
        setting.files.fetch(key, StopFlag(), lambda _: None)
    files, eyes = (
        {key: Visited(file.level, is_begun=True) for key, file in each.items()}
        for each in (night.files, night.eyes)
    )
    best = winner if wins else reference
    visits = setting.visits(reference.key(), setting.gate(None), lambda _: best.key())
    result = empty_result(LadderPlan(reference.key(), tuple(night.files), 1))
    visits.begin(result, [], NightNotes(files, eyes=eyes), lambda _: None)
    assert visits.end(lambda _: None)

    left = {path.name for path in access.cache.folder.rglob("*.gguf")}
    assert left == ({"tiny-Q8_0.gguf", "mmproj-tiny-F16.gguf"} if wins else set())
    assert result.night is not None
    assert result.night.winner == (winner.key() if wins else None)
    assert own.file.is_file()


def ladder_order(night: Night) -> LadderOrder:
    candidates = [candidate_of(key) for key in night.files]
    return LadderOrder(candidates[0], candidates, Limits(), quality=False, night=night)


def test_a_night_that_cannot_be_kept_is_not_prepared(planned: Planned, paths: Paths) -> None:
    workers = LadderWorkers(paths, open_model_file)
    with pytest.raises(PersonError, match="A night must keep what it has done, and cannot: "):
        workers.prepare(ladder_order(planned()), {}, None)  # there is no store yet
    connection = open_database(paths.database)
    begun = workers.prepare(ladder_order(planned()), {}, None)
    assert begun.number is not None
    connection.execute("DROP TABLE ladder_step")
    with pytest.raises(PersonError, match="A night must keep what it has done, and cannot: "):
        begun.run.begin(LadderStore(connection))
    connection.close()


def test_the_same_night_asked_for_again_goes_on_as_it_is_wanted_now(
    planned: Planned, paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing(tmp_path / "bin", monkeypatch)
    connection = open_database(paths.database)
    queue = WorkQueue(WorkStore(connection))
    service = LadderService(queue, LadderWorkers(paths, open_model_file))
    service.hold(True)  # it begins, and measures nothing
    pause = threading.Event()

    def until(condition: Callable[[], bool]) -> None:
        for _ in range(1000):
            queue.pump()
            if condition():
                return
            pause.wait(0.02)
        raise AssertionError([(entry.state, entry.error) for entry in service.all])

    def kept() -> tuple[Keep | None, Keep | None]:
        """What stays by the entry that goes on, and by the store."""
        assert entry.number is not None
        found = plan_of(LadderStore(connection).load(entry.number))
        nights = [plan.night for plan in (entry.plan, found and found.plan) if plan is not None]
        return tuple(night and night.keep for night in nights)  # type: ignore[return-value]

    entry = service.add(ladder_order(planned()))
    until(lambda: entry.state is LadderState.MEASURING)
    before = entry.work
    service.add(ladder_order(planned(keep=Keep.ALL)))
    until(lambda: entry.state is LadderState.MEASURING and entry.work is not before)
    assert list(service.all) == [entry]
    assert kept() == (Keep.ALL, Keep.ALL)

    service.cancel(entry)
    until(lambda: entry.state is LadderState.UNFINISHED)
    service.add(ladder_order(planned(keep=Keep.NONE)))
    until(lambda: entry.state is LadderState.MEASURING)
    assert list(service.all) == [entry]
    assert kept() == (Keep.NONE, Keep.NONE)
    service.cancel(entry)
    assert queue.close()
    connection.close()
