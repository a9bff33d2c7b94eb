"""Scripted backends of the Models page, for states that real ones are seldom in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from app.base.told import Listeners
from app.core.candidates.settings import EngineSettings
from app.core.errors import PersonError
from app.core.listing import ListedFile, RepoFile
from app.core.memory.estimate import Needs
from app.core.memory.fit import judge
from app.core.memory.speed import Basis, SpeedPrediction
from app.core.models.family import LibraryModel, ModelSource
from app.core.models.kinds import ModelKind
from app.hub.files.removal import Removal
from app.hub.repositories import FoundRepository, Repository
from app.lab.hub.fit import is_for_all
from app.lab.predict.fit import Fit
from app.lab.predict.this_pc import ThisPc
from app.lab.servers.book import ServerBook
from app.lab.works.work import WorkState
from app.store.paths import Paths
from app.store.servers.kept import KeptServers
from app.store.servers.secrets import ServerSecrets
from app.ui.pages.models.account.hub_account import AccountStatus
from app.ui.pages.models.downloads.queue_view import DownloadEntry, QueueView
from app.ui.pages.models.library.kept_comparisons import (
    ComparisonGroup,
    GroupMember,
    KeptComparisons,
)
from app.ui.pages.models.ports import Backends
from tests.helpers.model_folders import library_model

if TYPE_CHECKING:
    from app.base.gate import StopFlag
    from app.core.candidates.settings import KvType
    from app.hub.catalogue import SearchQuery
    from app.lab.predict.local_fits import LocalFit

GB = 10**9
PATIENCE_S = 60


def found(repo_id: str, **facts: object) -> FoundRepository:
    """A repository as a search finds it."""
    usual: dict[str, object] = {
        "downloads": 123_456,
        "likes": 789,
        "parameters": 7_240_000_000,
        "architecture": "llama",
        "context_tokens": 32_768,
        "licence": "apache-2.0",
        "gated": False,
        "private": False,
        "made_from": (),
        "last_modified": None,
        "task": "text-generation",
    }
    return FoundRepository(repo_id=repo_id, **(usual | facts))  # type: ignore[arg-type]


def model_file(level: str, size_bytes: int, *, shards: int = 1) -> ListedFile:
    """A model file of a repository."""
    if shards == 1:
        parts = (RepoFile(f"model-{level}.gguf", size_bytes, "a" * 64),)
    else:
        parts = tuple(
            RepoFile(f"model-{level}-{n:05}-of-{shards:05}.gguf", size_bytes // shards, "b" * 64)
            for n in range(1, shards + 1)
        )
    return ListedFile(parts[0].name, ModelKind.LANGUAGE_MODEL, level, parts, shards)


def repository(repo_id: str = "org/model-GGUF", **facts: object) -> Repository:
    """A repository with five levels and a projector."""
    files = (
        model_file("F16", 14_500_000_000, shards=2),
        model_file("Q8_0", 7_700_000_000),
        model_file("Q5_K_M", 5_130_000_000),
        model_file("Q4_K_M", 4_370_000_000),
        model_file("Q2_K", 2_720_000_000),
        ListedFile(
            "mmproj-F16.gguf",
            ModelKind.PROJECTOR,
            "F16",
            (RepoFile("mmproj-F16.gguf", 620_000_000, "c" * 64),),
        ),
    )
    return Repository(found(repo_id, **facts), "1" * 40, "main", files)


@dataclass
class FakeCatalogue:
    """Pages of a search, repositories by name; what is an error is raised.

    Attributes:
        gate: Cleared, every call waits until it is set.
    """

    pages: list[list[FoundRepository] | PersonError] = field(default_factory=list)
    repositories: dict[str, Repository | PersonError] = field(default_factory=dict)
    derived: list[FoundRepository] | PersonError = field(default_factory=list)
    queries: list[SearchQuery] = field(default_factory=list)
    card_text: str | PersonError = "# A model\n\nIt says **much**."
    cards_asked: list[str] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    def search(self, query: SearchQuery) -> Iterator[list[FoundRepository]]:
        self.queries.append(query)
        return self._pages()

    def _pages(self) -> Iterator[list[FoundRepository]]:
        for page in list(self.pages):
            self.gate.wait(PATIENCE_S)
            yield _or_raise(page)

    def repository(self, repo_id: str, revision: str | None = None) -> Repository:
        self.gate.wait(PATIENCE_S)
        return _or_raise(self.repositories[repo_id])

    def card(self, repository: Repository) -> str:
        self.gate.wait(PATIENCE_S)
        self.cards_asked.append(repository.repo_id)
        return _or_raise(self.card_text)

    def made_from(self, repo_id: str) -> list[FoundRepository]:
        self.gate.wait(PATIENCE_S)
        return _or_raise(self.derived)


@dataclass
class FakeFit:
    """Figures from the file's size; what is in ``problems`` by its name is raised."""

    available_bytes: int = 8 * GB
    problems: dict[str, PersonError] = field(default_factory=dict)
    levels: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, int, str]] = field(default_factory=list)
    gate: threading.Semaphore | None = None
    speed_gate: threading.Semaphore | None = None
    rests: int = 0

    def rest(self) -> None:
        self.rests += 1

    def fits(
        self,
        repository: Repository,
        files: Sequence[ListedFile],
        context_tokens: int,
        kv_type: KvType,
        on_turn: Callable[[ListedFile], object],
        stop: StopFlag,
    ) -> Iterator[tuple[ListedFile, Fit | PersonError]]:
        refused: PersonError | None = None
        fits: dict[str, Fit] = {}
        for file in files:
            on_turn(file)
            if refused is not None:
                yield file, refused
                continue
            if self.gate is not None:
                self.gate.acquire(timeout=PATIENCE_S)
            stop.check()
            self.asked.append((file.name, context_tokens, str(kv_type)))
            problem = self.problems.get(file.name)
            if problem is None:
                fits[file.name] = self._fit(repository, file, context_tokens, kv_type)
                yield file, fits[file.name]
                continue
            refused = problem if is_for_all(problem) else None
            yield file, problem
        for file in files:
            fit = fits.get(file.name)
            if fit is not None:
                if self.speed_gate is not None:
                    self.speed_gate.acquire(timeout=PATIENCE_S)
                stop.check()
                speed = SpeedPrediction(31e9 / file.size_bytes, Basis.BANDWIDTH)
                yield file, replace(fit, speed=speed)

    def _fit(
        self, repository: Repository, file: ListedFile, context_tokens: int, kv_type: KvType
    ) -> Fit:
        needs = Needs(file.size_bytes, context_tokens * 130_000, 150_000_000, 600_000, 95_000_000)
        facts = library_model().model
        assert facts is not None
        return Fit(
            model=replace(
                facts,
                level_name=self.levels.get(file.name, ""),
                tensor_bytes=file.size_bytes,
                parameters=repository.facts.parameters or 1,
            ),
            context_tokens=context_tokens,
            engine=EngineSettings(kv_type=kv_type),
            needs=needs,
            available_bytes=self.available_bytes,
            judgement=judge(needs.total_bytes, self.available_bytes),
            devices=(),
            gpu_layers=None,
            speed=None,
        )


@dataclass
class FakeAccount:
    """Remembers tokens; refuses those with a space.

    Attributes:
        kept: The program's own tokens; the last is in use.
        file: There is a token in another program's file.
        refused: The Hub does not accept that.
        name: Whose a token is, or why that cannot be told.
        asked: How often the Hub was asked for it.
    """

    kept: list[str] = field(default_factory=list)
    file: bool = False
    refused: bool = False
    name: str | PersonError | None = "mary"
    asked: int = 0

    def status(self) -> AccountStatus:
        if self.kept:
            return AccountStatus("the system keyring", own=True)
        if self.file:
            return AccountStatus(
                "Hugging Face’s token file", remark="It is left alone.", refused=self.refused
            )
        return AccountStatus()

    def keep(self, secret: str) -> str:
        if " " in secret:
            raise PersonError("That is not a token: it has spaces or other signs in it.")
        self.kept.append(secret)
        return "the system keyring"

    def forget(self) -> AccountStatus:
        self.kept.clear()
        return self.status()

    def owner(self) -> str | None:
        self.asked += 1
        return _or_raise(self.name)


@dataclass
class FakeTrust:
    """Believes files; raises ``problem`` where there is one."""

    chosen: Path | None = None
    problem: PersonError | None = None
    kept: list[Path | None] = field(default_factory=list)

    def believe(self, path: Path | None) -> None:
        if self.problem is not None:
            raise self.problem
        self.chosen = path

    def keep(self) -> None:
        self.kept.append(self.chosen)


@dataclass
class FakeComparisons(KeptComparisons):
    """Keeps groups as long as a test; raises ``problem`` where there is one."""

    groups: dict[int, ComparisonGroup] = field(default_factory=dict)
    problem: PersonError | None = None

    def load(self) -> list[ComparisonGroup]:
        return list(self.groups.values())

    def add(self, members: Sequence[GroupMember]) -> int:
        if self.problem is not None:
            raise self.problem
        number = max(self.groups, default=0) + 1
        self.groups[number] = ComparisonGroup(number, tuple(members))
        return number

    def save(self, group: ComparisonGroup) -> None:
        if self.problem is not None:
            raise self.problem
        self.groups[group.number] = group

    def remove(self, number: int) -> None:
        if self.problem is not None:
            raise self.problem
        self.groups.pop(number, None)


class FakeDownloads(QueueView):
    """A queue that moves only when a test says so."""

    def __init__(self) -> None:
        self.changed = Listeners[[]]()
        self.list: list[DownloadEntry] = []
        self.calls: list[tuple[object, ...]] = []

    def entries(self) -> list[DownloadEntry]:
        return sorted(self.list, key=lambda entry: entry.state is WorkState.DONE)

    def add(self, repository: Repository, file: ListedFile) -> str:
        key = f"{repository.repo_id}:{file.name}"
        if all(entry.key != key for entry in self.list):
            title = file.level or file.name
            self.list.append(
                DownloadEntry(key, repository.repo_id, title, WorkState.WAITING, 0, file.size_bytes)
            )
        return key

    def change(self, key: str, **values: object) -> None:
        """Something happens to a download."""
        row = next(row for row, entry in enumerate(self.list) if entry.key == key)
        self.list[row] = replace(self.list[row], **values)  # type: ignore[arg-type]
        self.changed.tell()

    def finish(self, key: str, path: Path) -> None:
        """A file is there."""
        self.change(key, state=WorkState.DONE, path=path)

    def pause(self, key: str) -> None:
        self.calls.append(("pause", key))
        self.change(key, state=WorkState.PAUSED)

    def resume(self, key: str) -> None:
        self.calls.append(("resume", key))
        self.change(key, state=WorkState.WAITING, problem="")

    def cancel(self, key: str) -> None:
        self.calls.append(("cancel", key))
        self.list = [entry for entry in self.list if entry.key != key]
        self.changed.tell()

    def forget(self, key: str) -> None:
        self.calls.append(("forget", key))
        self.list = [entry for entry in self.list if entry.key != key]
        self.changed.tell()

    def forget_ended(self) -> None:
        self.list = [entry for entry in self.list if entry.state is not WorkState.DONE]
        self.changed.tell()

    def move(self, key: str, place: int) -> None:
        self.calls.append(("move", key, place))
        entry = next(entry for entry in self.list if entry.key == key)
        self.list.remove(entry)
        self.list.insert(place, entry)
        self.changed.tell()


class FakeLibrary:
    """What a test says is on this PC."""

    def __init__(self) -> None:
        self.changed = Listeners[[]]()
        self.models: list[LibraryModel] = []
        self.problems: list[str] = []
        self.scanning = False
        self.fits: dict[Path, LocalFit] = {}
        self.count_experts = None
        self.looks_for_opened = 0
        self.own_folders: list[Path] = []
        self.rescans = 0
        self.removed: list[Path] = []
        self.removal_problem: PersonError | None = None
        self.elsewhere: tuple[Path, ...] = ()

    def look_for_opened(self) -> None:
        self.looks_for_opened += 1

    def rescan(self) -> None:
        self.rescans += 1

    def set_own_folders(self, folders: list[Path]) -> None:
        self.own_folders = list(folders)
        self.changed.tell()

    def can_remove(self, model: LibraryModel) -> bool:
        return model.source is ModelSource.HUGGING_FACE

    def plan_removal(self, model: LibraryModel) -> Removal:
        if self.removal_problem is not None:
            raise self.removal_problem

        def remove() -> int:
            self.removed.append(model.path)
            return 0 if self.elsewhere else model.file_bytes

        freed_bytes = 0 if self.elsewhere else model.file_bytes
        return Removal(tuple(model.files), freed_bytes, self.elsewhere, remove)


@dataclass
class Fakes:
    """All of them."""

    catalogue: FakeCatalogue = field(default_factory=FakeCatalogue)
    fit: FakeFit = field(default_factory=FakeFit)
    account: FakeAccount = field(default_factory=FakeAccount)
    trust: FakeTrust = field(default_factory=FakeTrust)
    downloads: FakeDownloads = field(default_factory=FakeDownloads)
    comparisons: FakeComparisons = field(default_factory=FakeComparisons)
    library: FakeLibrary = field(default_factory=FakeLibrary)
    free_bytes: int | None = 500 * GB
    pc: ThisPc = field(default_factory=lambda: ThisPc(16 * GB, bandwidth=40e9))
    badge: str = ""

    def backends(self) -> Backends:
        """As the page takes them."""
        return Backends(
            catalogue=self.catalogue,
            fitter=cast("Any", self.fit),
            account=cast("Any", self.account),
            trust=cast("Any", self.trust),
            downloads=self.downloads,
            comparisons=self.comparisons,
            library=cast("Any", self.library),
            servers=ServerBook(KeptServers(Paths.default().servers), ServerSecrets(lambda: None)),
            page_of=lambda repo_id: f"https://huggingface.co/{repo_id}",
            free_bytes=lambda: self.free_bytes,
            pc=ThisPc(self.pc.memory_bytes),
            look_at_pc=lambda: self.pc,
            badge=self.badge,
        )


def _or_raise(value):  # noqa: ANN001, ANN202
    if isinstance(value, PersonError):
        raise value
    return value
