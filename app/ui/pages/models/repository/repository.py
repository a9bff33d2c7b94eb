"""One repository as it is opened: facts and files, or where to go instead."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.base.states import Transitions
from app.core.hub_names import HubAddress
from app.core.models.kinds import WHOLE_MODELS
from app.hub.errors import HubGated, HubMissing, HubUnauthorized
from app.ui.pages.models.asking import while_wanted

if TYPE_CHECKING:
    from app.core.errors import PersonError
    from app.hub.repositories import FoundRepository, Repository
    from app.ui.kit.jobs import Job, JobContext, Jobs
    from app.ui.pages.models.ports import CataloguePort


class OpenState(Enum):
    """What the panel of a repository shows."""

    NOTHING = auto()
    LOADING = auto()
    SHOWN = auto()
    ORIGINAL = auto()  # it holds no GGUF files; what was made from it is being looked for
    ORIGINAL_SHOWN = auto()
    FAILED = auto()


_S = OpenState
_NEXT = Transitions(
    OpenState,
    {
        _S.NOTHING: {_S.LOADING},
        _S.LOADING: {_S.LOADING, _S.SHOWN, _S.ORIGINAL, _S.FAILED},
        _S.SHOWN: {_S.LOADING},
        _S.ORIGINAL: {_S.LOADING, _S.ORIGINAL_SHOWN, _S.FAILED},
        _S.ORIGINAL_SHOWN: {_S.LOADING},
        _S.FAILED: {_S.LOADING},
    },
)


class OpenRepository(QObject):
    """Main thread; asks the catalogue on job threads.

    Signals:
        state_changed: See :attr:`state`.

    Attributes:
        address: What was asked for.
        found: What was found, in the states SHOWN, ORIGINAL and ORIGINAL_SHOWN.
        made_from: GGUF repositories made from it, in the state ORIGINAL_SHOWN.
        error: In the state FAILED.
    """

    state_changed = Signal()

    def __init__(self, catalogue: CataloguePort, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self._jobs = jobs
        self._job: Job[Repository] | Job[list[FoundRepository]] | None = None
        self.state = OpenState.NOTHING
        self.address = HubAddress("")
        self.found: Repository | None = None
        self.made_from: list[FoundRepository] = []
        self.error: PersonError | None = None

    def open(self, address: HubAddress) -> None:
        """Show a repository."""
        if self._job is not None:
            self._job.cancel()
        self.address = address
        self.found, self.made_from, self.error = None, [], None
        self._enter(OpenState.LOADING)
        catalogue = self._catalogue

        def bring(context: JobContext) -> Repository:
            with while_wanted(context):
                return catalogue.repository(address.repo_id, address.revision)

        self._job = self._jobs.run(bring, done=self._on_brought, failed=self._on_failed)

    def reload(self) -> None:
        """The same once more."""
        if self.address.repo_id:
            self.open(self.address)

    @property
    def sign_in_may_help(self) -> bool:
        """Whether another token could open it."""
        return isinstance(self.error, HubGated | HubMissing | HubUnauthorized)

    def _on_brought(self, repository: Repository) -> None:
        self.found = repository
        if any(file.kind in WHOLE_MODELS for file in repository.files):
            self._enter(OpenState.SHOWN)
            return
        self._enter(OpenState.ORIGINAL)
        catalogue, repo_id = self._catalogue, repository.repo_id

        def look(context: JobContext) -> list[FoundRepository]:
            with while_wanted(context):
                return catalogue.made_from(repo_id)

        self._job = self._jobs.run(look, done=self._on_made_from, failed=self._on_failed)

    def _on_made_from(self, found: list[FoundRepository]) -> None:
        self.made_from = found
        self._enter(OpenState.ORIGINAL_SHOWN)

    def _on_failed(self, error: PersonError) -> None:
        self.error = error
        self._enter(OpenState.FAILED)

    def _enter(self, state: OpenState) -> None:
        self.state = _NEXT.step(self.state, state)
        self.state_changed.emit()
