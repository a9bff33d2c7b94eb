"""Candidates whose files were read; those that run on a server have none."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.candidates.candidate import Candidate, LocalFile
from app.core.candidates.settings import DEFAULT_CONTEXT_TOKENS, USUAL_ENGINE, EngineSettings
from app.core.models.experts import as_run
from app.lab.engines.adapters import as_adapted
from app.lab.engines.asking import SERVERS_OWN, Manner, manner_of
from app.lab.engines.drafts import read_draft
from app.lab.engines.parts import check_parts

if TYPE_CHECKING:
    from app.core.models.model_file import ModelFile


@dataclass(frozen=True, slots=True)
class OpenedCandidate:
    """A candidate with what its file says of itself.

    Attributes:
        candidate: What runs.
        header: What its file says; None where a server runs it.
        draft: Its draft model; None where it has none.
    """

    candidate: Candidate
    header: ModelFile | None
    draft: ModelFile | None = None

    @property
    def model(self) -> ModelFile:
        """What its file says, for what cannot be done without one.

        Raises:
            NoFileError: A server runs it.
        """
        if self.header is None:
            raise self.candidate.no_file()
        return self.header

    @property
    def place(self) -> str:
        """Where its model is, as it is typed."""
        return self.candidate.place

    @property
    def spoken(self) -> OpenedCandidate:
        """The same without what changes speed and memory alone: what says the same."""
        spoken = self.candidate.spoken
        return self if spoken is self.candidate else OpenedCandidate(spoken, self.header)

    @property
    def path(self) -> Path:
        """The model file, its first shard if it has several.

        Raises:
            NoFileError: A server runs it.
        """
        return self.model.path

    @property
    def files(self) -> tuple[Path, ...]:
        """All that is read of it: the model's shards, its adapters, projector, draft's shards.

        Nothing where a server runs it.
        """
        if self.header is None:
            return ()
        adapters = (Path(each.path) for each in self.candidate.adapters)
        drafts = self.draft.shard_paths if self.draft is not None else ()
        eyes = (Path(each) for each in (self.candidate.projector,) if each)
        return (*self.model.shard_paths, *adapters, *eyes, *drafts)

    @property
    def engine(self) -> EngineSettings:
        """How it is loaded."""
        return self.candidate.engine

    @property
    def manner(self) -> Manner:
        """How it is asked.

        Raises:
            PersonError: There is no such well-known template.
        """
        if self.header is None:
            return SERVERS_OWN
        return manner_of(
            self.candidate.template_id,
            self.model.chat_template,
            tells=bool(self.candidate.adapters),
        )

    def threads(self, usual: int) -> int:
        """Its own number of threads, else the usual one."""
        return self.engine.threads or usual

    def context_tokens(self, usual: int | None = None) -> int:
        """The size of its context, where it gets one.

        Args:
            usual: Where its settings name none; None for what everybody gets.
        """
        return context_of(self.engine, self.header, usual)


def opened(
    candidate: Candidate,
    open_model: Callable[[Path], ModelFile],
    coming: Container[str] = (),
) -> OpenedCandidate:
    """Read the headers of a candidate's files; of what a server runs, nothing is asked yet.

    Args:
        candidate: What is to run.
        open_model: Reads the header of a model file.
        coming: Paths of projectors that are not looked at: they come before it runs.

    Raises:
        PersonError: They cannot be read or used, or do not fit each other.
    """
    if candidate.server is not None:
        return OpenedCandidate(candidate, None)
    model = as_run(open_model(candidate.file), candidate.engine)
    check_parts(candidate, coming)
    return OpenedCandidate(candidate, as_adapted(model, candidate), read_draft(candidate))


def opened_file(
    model: ModelFile, engine: EngineSettings = USUAL_ENGINE, template_id: str | None = None
) -> OpenedCandidate:
    """A file that was read, as a candidate."""
    candidate = Candidate(LocalFile(str(model.path)), engine, template_id)
    return OpenedCandidate(candidate, as_run(model, engine))


def context_of(engine: EngineSettings, model: ModelFile | None, usual: int | None = None) -> int:
    """The size of a context in tokens: as the settings say, within what the model allows.

    Args:
        engine: The settings.
        model: The file; None while nothing is known of it.
        usual: Where the settings name none; None for what everybody gets.
    """
    wanted = engine.context_tokens or usual or DEFAULT_CONTEXT_TOKENS
    trained = model.context_length if model is not None else None
    return min(wanted, trained) if trained else wanted
