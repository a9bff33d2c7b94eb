"""What is planned for a night, and that it removes nothing of what was here before.

Tests app.lab.works.nights.files and app.lab.works.nights.brought.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.base.gate import StopFlag
from app.core.candidates.candidate import candidate_of
from app.core.errors import PersonError
from app.core.ladder.night import REFERENCE_BYTES, Keep, Night
from app.core.verdict import Limits
from app.lab.hub.access import HubAccess
from app.lab.works.ladders.run import LadderOrder, LadderRun, ladder_keeper
from app.lab.works.nights.files import NightFiles
from app.lab.works.nights.setting import Chosen, planned_night, told
from app.store.paths import Paths
from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository
from tests.helpers.gguf_files import write_tiny_llama

REPO = "org/tiny-GGUF"
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
    with FakeHub(FakeRepository(REPO, files)) as hub:
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


def test_content_that_was_not_shown_yet_goes_too(
    planned: Planned, access: HubAccess, paths: Paths
) -> None:
    night = planned()
    key, file = next(iter(night.files.items()))
    files = NightFiles(paths, night, access)
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
    planned: Planned, paths: Paths, hub: FakeHub
) -> None:
    night = planned(until_ns=1)
    candidates = [candidate_of(key) for key in night.files]
    order = LadderOrder(candidates[0], candidates, Limits(), quality=False, night=night)
    run = LadderRun(order, paths)
    with ladder_keeper(paths, lambda _: None) as keeper:
        assert keeper is not None
        view = run.measure(keeper, lambda _: None)
        (stored,) = keeper.list_ladders()
        assert stored.finished_ns is None
        again = keeper.begin(stored.key, "")
    assert again.id == stored.id
    assert view.night is not None
    assert view.night.is_late
    assert all("would not have ended before" in str(row.error) for row in view.rows[:1])
    assert hub.sent_bytes < 3 * next(iter(night.files.values())).size_bytes  # headers alone
    assert not any(Path(key).exists() for key in night.files)
