"""Predictions for files on the fake Hub: from headers alone, one trouble at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.base.gate import StopFlag, Stopped
from app.core.errors import PersonError
from app.core.models.kinds import ModelKind
from app.hub.errors import HubGated
from app.hub.headers import STEP_BYTES, HeaderReader
from app.lab.engines.plans import Plans
from app.lab.hub import fit
from app.lab.hub.fit import HubFitter
from app.lab.hub.recommend import recommended
from app.lab.predict.fit import Fit, Fitter
from app.lab.speed.calm import Calm
from app.store.small.remembered import PlanStore
from app.store.small.speeds import SpeedStore
from tests.helpers.architectures import Size, header_of, write_header_only
from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository, Fault, FaultKind
from tests.helpers.gguf_files import write_sharded_llama, write_tiny_llama
from tests.helpers.hub_way import Way, way_to
from tests.helpers.rooms import roomy

if TYPE_CHECKING:
    from app.core.listing import ListedFile

# What else this machine does is not to decide.
CALM = Calm(others_use=lambda _pid: None)
SIZE = Size(layers=8, width=1024, feed_forward=4096, vocabulary_tokens=60_000)


def model_file(folder: Path, name: str, size: Size = SIZE) -> FakeFile:
    """A model whose weights are a hole; its checksum is never asked for here."""
    digest = name.encode().hex().ljust(64, "0")[:64]
    return FakeFile(name, write_header_only(folder / name, "llama", size), sha256=digest)


@pytest.fixture
def repository(tmp_path: Path) -> FakeRepository:
    folder = tmp_path / "files"
    folder.mkdir()
    shards = [FakeFile(path.name, path) for path in write_sharded_llama(folder, stem="sky-Q8_0")]
    return FakeRepository(
        "org/sky-GGUF",
        [
            model_file(folder, "sky-F16.gguf"),
            *shards,
            FakeFile("sky-Q4_K_M.gguf", write_tiny_llama(folder / "tiny.gguf")),
            FakeFile("sky-Q2_K.gguf", b"no model at all" * 1000),
            FakeFile("half-Q6_K-00001-of-00002.gguf", shards[0].content),
            FakeFile("mmproj-F16.gguf", b"x" * 1_000_000),
        ],
    )


@pytest.fixture
def hub(repository: FakeRepository) -> Iterator[FakeHub]:
    with FakeHub(repository) as hub:
        yield hub


@pytest.fixture
def way(hub: FakeHub, tmp_path: Path) -> Iterator[Way]:
    made = way_to(hub, tmp_path)
    yield made
    made.connection.close()


class Asked:
    """A fitter for files of the fake Hub, and what it answered."""

    def __init__(self, way: Way, folder: Path) -> None:
        self.way = way
        self.folder = folder / "fit"
        self.headers = folder / "headers"
        store = SpeedStore(folder / "speeds.sqlite3", "this one")
        plans = Plans(PlanStore(folder / "plans.sqlite3"), lambda: "one build")
        self.fitter = Fitter(roomy(folder / "state", plans=plans), store, 1, calm=CALM)
        self.turns: list[str] = []

    def files(self) -> list[ListedFile]:
        return [
            file
            for file in self.way.catalogue.repository("org/sky-GGUF").files
            if file.kind is ModelKind.LANGUAGE_MODEL
        ]

    def answers(self, context_tokens: int | None = None) -> dict[str, Fit | PersonError]:
        repository = self.way.catalogue.repository("org/sky-GGUF")
        reader = HeaderReader(self.way.connection, self.headers)
        fits = HubFitter(reader, self.fitter, self.folder).fits(
            repository,
            self.files(),
            context_tokens,
            on_turn=lambda file: self.turns.append(file.name),
        )
        return {file.name: answer for file, answer in fits}


@pytest.fixture
def asked(way: Way, tmp_path: Path) -> Iterator[Asked]:
    made = Asked(way, tmp_path)
    yield made
    made.fitter.close()


def test_every_file_has_its_answer(asked: Asked, hub: FakeHub, tmp_path: Path) -> None:
    answers = asked.answers(context_tokens=1024)
    assert list(answers) == asked.turns == [file.name for file in asked.files()]
    whole = answers["sky-F16.gguf"]
    assert isinstance(whole, Fit)
    # With the projector that would come with it.
    assert whole.parts_bytes == 1_150_000
    local = asked.fitter.fit(tmp_path / "files" / "sky-F16.gguf", 1024, parts_bytes=1_150_000)
    assert whole.needs == local.needs
    assert whole.judgement.reason.startswith("fits: needs ")
    shards = answers["sky-Q8_0-00001-of-00003.gguf"]
    assert isinstance(shards, Fit)
    assert len(shards.model.shard_paths) == 3
    broken = answers["sky-Q2_K.gguf"]
    assert isinstance(broken, PersonError)
    assert "not a GGUF" in broken.sentence
    half = answers["half-Q6_K-00001-of-00002.gguf"]
    assert isinstance(half, PersonError)
    assert half.sentence.startswith("The repository holds only 1 of the 2 shards")
    # No file left where the headers were laid out.
    assert list(asked.folder.iterdir()) == []


def test_only_headers_are_fetched_and_they_are_kept(asked: Asked, hub: FakeHub) -> None:
    asked.answers()
    header = len(header_of("llama", SIZE))
    wanted = hub.repositories["org/sky-GGUF"].file("sky-F16.gguf")
    assert wanted is not None
    ends = [
        int(request.headers["range"].rpartition("-")[2])
        for request in hub.asked("content")
        if wanted.sha256 in request.path
    ]
    assert header <= max(ends) + 1 <= header + STEP_BYTES
    assert hub.sent_bytes < wanted.size / 4
    before = len(hub.asked("content"))
    asked.answers()
    later = hub.asked("content")[before:]
    assert not any(wanted.sha256 in request.path for request in later)


def test_what_all_need_is_told_before_this_pc_is_measured_for_speeds(asked: Asked) -> None:
    repository = asked.way.catalogue.repository("org/sky-GGUF")
    reader = HeaderReader(asked.way.connection, asked.headers)
    told = list(HubFitter(reader, asked.fitter, asked.folder).fits(repository, asked.files(), 256))
    names = [file.name for file in asked.files()]
    fits = [(file.name, answer) for file, answer in told if isinstance(answer, Fit)]
    assert [file.name for file, _ in told[: len(names)]] == names
    n_fits = len(fits) // 2
    assert len(told) == len(names) + n_fits
    assert all(answer.speed is None for _, answer in fits[:n_fits])
    assert all(answer.speed is not None for _, answer in fits[n_fits:])
    # The one to take is the first whose speed comes.
    by_name = {file.name: file for file in asked.files()}
    best, _ = recommended([(by_name[name], answer) for name, answer in fits[:n_fits]])
    assert best is not None
    assert fits[n_fits][0] == best.name


def test_a_known_plan_needs_no_engine(
    asked: Asked, way: Way, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = asked.answers(1024)
    monkeypatch.setattr(fit, "TICK_S", 0.001)  # however soon headers come, they are waited for
    asked.fitter.close()
    again = Asked(way, tmp_path)
    # An engine could not be started here.
    (tmp_path / "no folder").write_bytes(b"")
    again.fitter = Fitter(
        roomy(
            tmp_path / "no folder" / "state",
            plans=Plans(PlanStore(tmp_path / "plans.sqlite3"), lambda: "one build"),
        ),
        SpeedStore(tmp_path / "speeds.sqlite3", "this one"),
        1,
        calm=CALM,
    )
    for name, answer in again.answers(1024).items():
        before = first[name]
        if isinstance(before, Fit):
            assert isinstance(answer, Fit)
            assert (answer.needs, answer.speed) == (before.needs, before.speed)
        else:
            assert isinstance(answer, PersonError)


def test_a_licence_that_was_not_accepted_is_said_of_every_file(
    asked: Asked, repository: FakeRepository, hub: FakeHub
) -> None:
    repository.gated = True
    answers = asked.answers()
    assert {type(answer) for answer in answers.values()} == {HubGated}
    assert asked.turns == list(answers)
    # It would not be better for the next file: nobody asks a dozen times.
    assert len(hub.asked("api", "HEAD")) <= 4
    assert hub.asked("content") == []


def test_a_broken_connection_spoils_no_answer(asked: Asked, hub: FakeHub) -> None:
    hub.content_faults.add(
        Fault(FaultKind.RESET, 1000), Fault(FaultKind.UNAVAILABLE), Fault(FaultKind.EXPIRED)
    )
    answers = asked.answers()
    assert sum(isinstance(answer, Fit) for answer in answers.values()) == 3


def test_what_a_killed_program_left_is_removed(asked: Asked) -> None:
    old, fresh = asked.folder / "old", asked.folder / "fresh"
    for folder in (old, fresh):
        folder.mkdir(parents=True)
        (folder / "m.gguf").write_bytes(b"x")
    os.utime(old, (0, 0))
    asked.answers()
    assert [path.name for path in asked.folder.iterdir()] == ["fresh"]


def test_one_file_is_answered_or_refused(asked: Asked) -> None:
    repository = asked.way.catalogue.repository("org/sky-GGUF")
    reader = HeaderReader(asked.way.connection, asked.headers)
    hub_fitter = HubFitter(reader, asked.fitter, asked.folder)
    by_name = {file.name: file for file in asked.files()}
    found = hub_fitter.fit(repository, by_name["sky-Q4_K_M.gguf"], 256)
    assert found.context_tokens == 256
    with pytest.raises(PersonError, match="not a GGUF"):
        hub_fitter.fit(repository, by_name["sky-Q2_K.gguf"], 256)


class Impatient(StopFlag):
    """Wants the answer no more after it was asked a few times whether it does."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self._looks = looks

    def check(self) -> None:
        self._looks -= 1
        if self._looks < 0:
            self.stop()
        super().check()


def test_nothing_is_asked_of_llama_cpp_while_it_is_held(asked: Asked) -> None:
    repository = asked.way.catalogue.repository("org/sky-GGUF")
    reader = HeaderReader(asked.way.connection, asked.headers)
    hub_fitter = HubFitter(reader, asked.fitter, asked.folder)
    file = next(file for file in asked.files() if file.name == "sky-F16.gguf")
    hub_fitter.hold(True)
    with pytest.raises(Stopped):
        list(hub_fitter.fits(repository, [file], 256, stop=Impatient(40)))
    assert not asked.folder.exists()
    hub_fitter.hold(False)
    hub_fitter.fit(repository, file, 256)
    hub_fitter.rest()
    found = hub_fitter.fit(repository, file, 512)
    assert found.context_tokens == 512
    assert list(asked.folder.iterdir()) == []
    hub_fitter.close()
