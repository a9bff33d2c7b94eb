"""The panes of a session by their keys, and what is known of their files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from app.core.models.experts import as_run
from app.lab.compare.panes import Pane, PaneFailure, PaneState
from app.lab.compare.room import expected_bytes
from app.lab.engines.adapters import as_adapted
from app.lab.engines.drafts import read_draft
from app.lab.engines.eyes import projector_beside
from app.lab.engines.opened import OpenedCandidate
from app.lab.engines.parts import check_parts

if TYPE_CHECKING:
    from app.core.candidates.candidate import ServerModel
    from app.core.chats.panes import ChatPane
    from app.core.errors import PersonError
    from app.core.models.model_file import ModelFile
    from app.lab.compare.running.runner import Runner

_Read = TypeVar("_Read")


class ReadFiles(NamedTuple):
    """What a pane's files say.

    Attributes:
        model: The model's; None where a server runs it.
        draft: Its draft's; None where it has none.
        projector_beside: With which it could see; None where it has one, or there is none.
        disk_speed: Tokens a second where its weights do not fit in memory.
    """

    model: ModelFile | None
    draft: ModelFile | None
    projector_beside: str | None
    disk_speed: float | None


class JobDoor(Protocol):
    """Runs work on another thread and hands its result back on the session's thread."""

    def __call__(
        self,
        work: Callable[[], _Read],
        *,
        done: Callable[[_Read], None],
        failed: Callable[[PersonError], None],
    ) -> object:
        """Run ``work``; then exactly one of ``done`` and ``failed``."""
        ...


class Deck:
    """Opens and closes panes and reads their files' headers.

    Args:
        runner: Drives their engines.
        read_model: Reads the header of a model file; runs behind ``door``.
        door: The way to background work.
        is_made_here: Whether a missing file is being made (a level of the demo model).
        changed: Told when more is known of a pane.
        planned_bytes: Needed memory by llama.cpp's plan of a pane's load, where that is known.
        disk_speed: How fast a candidate runs whose weights do not fit in memory; runs behind
            ``door``.
        know_server: Sees that a server may be asked, and has its key at hand; runs behind ``door``.

    Attributes:
        model_read: Told when the header of a pane's file was read.
    """

    def __init__(
        self,
        runner: Runner,
        read_model: Callable[[Path], ModelFile],
        door: JobDoor,
        is_made_here: Callable[[Path], bool],
        changed: Callable[[Pane], None],
        planned_bytes: Callable[[Pane], int | None],
        disk_speed: Callable[[OpenedCandidate], float | None],
        know_server: Callable[[ServerModel], object],
    ) -> None:
        self._runner = runner
        self._read_model = read_model
        self._door = door
        self._is_made_here = is_made_here
        self._changed = changed
        self._planned_bytes = planned_bytes
        self._disk_speed = disk_speed
        self._know_server = know_server
        self._panes: dict[str, Pane] = {}
        self._beside: Mapping[str, str] = {}
        self.model_read: Callable[[Pane], object] = lambda _pane: None

    def __getitem__(self, key: str) -> Pane:
        """The pane with this key.

        Raises:
            KeyError: There is none.
        """
        return self._panes[key]

    def __contains__(self, key: str) -> bool:
        return key in self._panes

    def __iter__(self) -> Iterator[Pane]:
        return iter(list(self._panes.values()))

    def open(self, setup: ChatPane) -> Pane:
        """Make a pane; its file is read in the background, or waited for if it is being made."""
        pane = Pane(setup)
        self._panes[setup.key] = pane
        self._runner.adopt(pane)
        path = setup.candidate.local
        if path is not None and self._is_made_here(path) and not path.is_file():
            pane.become(PaneState.PREPARING)
        else:
            self.read(pane)
        return pane

    def show(self, panes: Sequence[ChatPane]) -> None:
        """Have these panes and no others; those that are there stay."""
        kept = {setup.key for setup in panes}
        for pane in self:
            if pane.key not in kept:
                self.close(pane.key)
        for setup in panes:
            if setup.key in self:
                self.take_settings(setup)
                self[setup.key].failure = None
                self[setup.key].context_used_tokens = 0  # by the other chat
            else:
                self.open(setup)

    def close(self, key: str) -> None:
        """Take a pane away with its engine."""
        self._runner.release(key)
        del self._panes[key]

    def take_settings(self, setup: ChatPane) -> None:
        """Give a pane other settings; those that need a reload are checked, and its engine goes."""
        pane = self._panes[setup.key]
        before, pane.setup = pane.setup, setup
        if setup == before:
            return
        if setup.candidate.template_id != before.candidate.template_id:
            pane.system_in_user = False
        if setup.candidate.load_key() != before.candidate.load_key():
            pane.needed_bytes = None
            pane.picture_tokens.clear()
            self._expect(pane)
            self._runner.unload(setup.key)
            pane.failure = None
            self.read(pane)
        self._changed(pane)

    def move(self, setup: ChatPane) -> None:
        """Take a pane's file from another place: it was moved there."""
        pane = self._panes[setup.key]
        self._runner.unload(setup.key)
        pane.setup = setup
        pane.model = None
        pane.failure = None
        if pane.state is PaneState.FAILED:
            pane.become(PaneState.ASLEEP)
        self.read(pane)

    def read(self, pane: Pane) -> None:
        """Read the headers of a pane's files; one that cannot be read or does not fit fails it."""
        candidate = pane.candidate

        def read() -> ReadFiles:
            if candidate.server is not None:
                self._know_server(candidate.server)
                return ReadFiles(None, None, None, None)
            model = self._read_model(candidate.file)
            check_parts(candidate)
            model = as_adapted(as_run(model, candidate.engine), candidate)
            draft = read_draft(candidate)
            speed = self._disk_speed(OpenedCandidate(candidate, model, draft))
            return ReadFiles(model, draft, projector_beside(candidate), speed)

        def done(files: ReadFiles) -> None:
            pane.model, pane.draft_model = files.model, files.draft
            pane.projector_beside = files.projector_beside
            pane.disk_tokens_per_second = files.disk_speed
            self._know_projector(pane)
            self._expect(pane)
            self._changed(pane)
            if self._panes.get(pane.key) is pane:
                self.model_read(pane)

        def failed(error: PersonError) -> None:
            if pane.key in self._panes:
                self._runner.fail(pane, PaneFailure(error.sentence, detail=error.detail))

        self._door(read, done=done, failed=failed)

    def know_projectors(self, beside: Mapping[str, str]) -> None:
        """What the library says of model files: with which projectors they see; empty with none.

        It knows more than a folder shows: which of several belongs to which model.
        """
        self._beside = beside
        for pane in self:
            if pane.model is not None and self._know_projector(pane):
                self._changed(pane)

    def _know_projector(self, pane: Pane) -> bool:
        before, found = pane.projector_beside, self._beside.get(pane.candidate.place)
        if found is not None and pane.candidate.projector is None:
            pane.projector_beside = found or None
        return pane.projector_beside != before

    def _expect(self, pane: Pane) -> None:
        pane.planned_bytes = self._planned_bytes(pane)
        pane.estimated_bytes = expected_bytes(pane) or None

    def level_of(self, key: str) -> str:
        """The quantization level of a pane's file; empty when it is not known."""
        pane = self._panes.get(key)
        return pane.model.level_name if pane is not None and pane.model is not None else ""

    # --- files that are being made ----------------------------------------------------------

    def made(self, path: Path) -> None:
        """A file that was being made is complete."""
        for pane in self._with(path):
            self.read(pane)
            self._runner.model_ready(pane)

    def progress(self, path: Path, fraction: float) -> None:
        """How far a file that is being made has come."""
        for pane in self._with(path):
            if pane.state is PaneState.PREPARING:
                pane.progress = fraction
                self._changed(pane)

    def not_made(self, paths: Sequence[Path], sentence: str) -> None:
        """Files that were being made will not come."""
        for path in paths:
            for pane in self._with(path):
                self._runner.fail(pane, PaneFailure(sentence))

    def _with(self, path: Path) -> list[Pane]:
        return [pane for pane in self if pane.candidate.local == path]
